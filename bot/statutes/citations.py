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
_BRACKETED_BEFORE = re.compile(r"《([^《》]{1,80})》(?:\s*[（(][^（）()]{0,20}[）)])?\s*(?:的|中的|之)?\s*$")
_BRACKETED_ONLY = re.compile(r"《([^《》]{1,80})》")
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
    """The title without book marks and without 中华人民共和国 in front."""
    title = re.sub(r"\s+", "", name).strip("《》")
    return title[len(COUNTRY) :] if title.startswith(COUNTRY) and len(title) > len(COUNTRY) else title


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
        return self._aliases.get(title, title)

    def parse(self, text: str) -> list[Citation]:
        """All article citations in ``text``, in order."""
        found: list[Citation] = []
        for match in _ARTICLE.finditer(text):
            number = numerals.to_int(match["number"])
            if number is None:
                continue
            law = self._law_before(text, match.start())
            if law is None and found and _LIST_LINK.fullmatch(text[found[-1].end : match.start()]):
                law = found[-1].law
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
        named = [self.canonical(name) for name in _BRACKETED_ONLY.findall(text)]
        at = 0
        while at < len(text):
            name = self._longest_name_at(text, at)
            if name:
                named.append(self.canonical(name))
            at += len(name) if name else 1
        return list(dict.fromkeys(named))

    def _law_before(self, text: str, end: int) -> Optional[str]:
        before = text[max(0, end - 120) : end]
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


def _optional(text: Optional[str]) -> Optional[int]:
    return numerals.to_int(text) if text else None
