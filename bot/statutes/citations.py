"""The one parser of statute citations in running text.

Understands 「劳动合同法第39条」, 「《民法典》第一千零七十九条第二款」, 「刑法133条之一」, 「同法第 8 条」 written with any
digits and spacing. It never raises on arbitrary text.
"""
from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Iterable, Optional

from bot.statutes import numerals

COUNTRY = "中华人民共和国"

_NUMERAL = rf"[0-9０-９]{{1,4}}|[{numerals.CHINESE_DIGITS}]{{1,9}}"
_ARTICLE = re.compile(
    rf"第?\s*(?P<number>{_NUMERAL})\s*条"
    rf"(?:\s*之\s*(?P<suffix>[一二三四五六七八九十]{{1,3}}|[0-9０-９]{{1,2}})(?![0-9０-９]))?"
    rf"(?:\s*第?\s*(?P<paragraph>{_NUMERAL})\s*款)?"
    rf"(?:\s*第?\s*[（(]?\s*(?P<item>{_NUMERAL})\s*[）)]?\s*项)?"
)
# A title may hold another: 《最高人民法院关于适用〈民法典〉…的解释》, in single or double marks.
_TITLE = r"《((?:[^《》]|《[^《》]{1,60}》){1,120})》"
BRACKETED_TITLE = re.compile(_TITLE)
_BRACKETED_BEFORE = re.compile(_TITLE + r"(?:\s*[（(][^（）()]{0,20}[）)])?\s*(?:的|中的|之)?\s*$")
_RANGE_LINK = re.compile(r"\s*(?:至|到|[-—–~～]+)\s*(?:同法|该法|本法)?\s*$")
# What one range may stand for: longer ones are whole chapters, cited by their ends.
_LONGEST_RANGE = 30
_LIST_LINK = re.compile(r"\s*(?:[、，,和及与或]|以及|至|到)\s*(?:同法|该法|本法)?\s*$")


@dataclass(frozen=True)
class Citation:
    """One citation as written. ``law`` is the short title, or ``None`` where the text names none."""

    law: Optional[str]
    number: Optional[int]
    suffix: Optional[int] = None
    paragraph: Optional[int] = None
    item: Optional[int] = None
    start: int = 0
    end: int = 0

    @property
    def article(self) -> Optional[str]:
        """The article's designation, 第一百三十三条之一, or ``None`` for a whole law."""
        return numerals.article_number(self.number, self.suffix) if self.number else None

    def __str__(self) -> str:
        text = f"《{self.law}》" if self.law else ""
        text += self.article or ""
        if self.paragraph:
            text += f"第{numerals.to_chinese(self.paragraph)}款"
        if self.item:
            text += f"第（{numerals.to_chinese(self.item)}）项"
        return text


def short_title(name: str) -> str:
    """The title as laws are cited: without book marks around it, without 中华人民共和国, one kind of brackets.

    「最高人民法院关于适用〈中华人民共和国民法典〉…的解释(一)」 → 最高人民法院关于适用《民法典》…的解释（一）.
    """
    title = re.sub(r"[\s　]+", "", name).translate(_BRACKETS).replace("最高人民法院最高人民检察院", "最高人民法院、最高人民检察院")
    if title.startswith("《") and title.endswith("》") and title.count("《") == 1:
        title = title[1:-1]
    title = title.replace(f"《{COUNTRY}", "《")
    return title[len(COUNTRY) :] if title.startswith(COUNTRY) and len(title) > len(COUNTRY) else title


# 「最高法劳动争议解释（一）」: aliases are kept without the court.
_COURT = re.compile(r"^最高(?:人民法院|法院?|院)(?:关于)?")
_BRACKETS = str.maketrans("〈〉<>＜＞()", "《》《》《》（）")


class CitationParser:
    """Finds citations. Built from the titles and aliases the store knows, so that law names need no book marks."""

    def __init__(self, titles: Iterable[str], aliases: Optional[dict[str, str]] = None) -> None:
        self._aliases = {short_title(alias): title for alias, title in (aliases or {}).items()}
        names = {short_title(title) for title in titles} | set(self._aliases)
        self._names = {name for name in names if len(name) >= 2}
        self._longest = max((len(name) for name in self._names), default=0)

    def canonical(self, name: str) -> str:
        """The short title a name stands for: 「消法」 → 消费者权益保护法; an unknown name stays as it is."""
        title = short_title(name)
        return self._aliases.get(title) or self._aliases.get(_COURT.sub("", title), title)

    def parse(self, text: str) -> list[Citation]:
        """All article citations in ``text``, in order."""
        found: list[Citation] = []
        for match in _ARTICLE.finditer(text):
            number = numerals.to_int(match["number"])
            if number is None:
                continue
            law = self._law_before(text, match.start())
            between = text[found[-1].end : match.start()] if found else ""
            if law is None and found and (_LIST_LINK.fullmatch(between) or _RANGE_LINK.fullmatch(between)):
                law = found[-1].law
                if _RANGE_LINK.fullmatch(between):
                    found += _between(found[-1], number, match.start())
            found.append(
                Citation(
                    law=law,
                    number=number,
                    suffix=_optional(match["suffix"]),
                    paragraph=_optional(match["paragraph"]),
                    item=_optional(match["item"]),
                    start=match.start(),
                    end=match.end(),
                )
            )
        return found

    def named_laws(self, text: str) -> list[str]:
        """Short titles of the laws named in ``text``, with or without an article, each once, in order."""
        named = [self.canonical(name) for name in BRACKETED_TITLE.findall(text)]
        at = 0
        while at < len(text):
            name = self._longest_name_at(text, at)
            if name:
                named.append(self.canonical(name))
            at += len(name) if name else 1
        return list(dict.fromkeys(named))

    def _law_before(self, text: str, end: int) -> Optional[str]:
        before = text[max(0, end - 160) : end]
        bracketed = _BRACKETED_BEFORE.search(before)
        if bracketed:
            return self.canonical(bracketed[1])
        compact = re.sub(r"(?:的|中的|里的|里|中)?\s*$", "", before)
        compact = compact.replace(" ", "").replace("\u3000", "")
        for length in range(min(self._longest, len(compact)), 1, -1):
            if compact[-length:] in self._names:
                return self.canonical(compact[-length:])
        return None

    def _longest_name_at(self, text: str, at: int) -> str:
        for length in range(min(self._longest, len(text) - at), 1, -1):
            if text[at : at + length] in self._names:
                return text[at : at + length]
        return ""


def _between(first: Citation, last: int, end: int) -> list[Citation]:
    """The articles a range passes over: those between 第三十八条 and 第四十条."""
    if first.number is None or not 0 < last - first.number <= _LONGEST_RANGE:
        return []
    return [Citation(first.law, number, start=first.end, end=end) for number in range(first.number + 1, last)]


def _optional(text: Optional[str]) -> Optional[int]:
    return numerals.to_int(text) if text else None
