"""Read the text of a law: title, dates and level from its head, units from its body.

Made for what collections really hold: Markdown with an information block, the word processor files of the national
law database turned into lines, and plain text. Headings may carry ``#`` marks or none.
"""
from __future__ import annotations

import datetime as dt
import re
from typing import Optional, Sequence

from bot.statutes import numerals
from bot.statutes.citations import short_title
from bot.statutes.law_text import ANNEX, PREAMBLE, WHOLE, LawText, Unit
from bot.statutes.model import Level
from bot.statutes.regions import region_of
from bot.statutes.validity import stated_start

INFO_END = "<!-- INFO END -->"

_C = numerals.CHINESE_DIGITS
_ARTICLE = re.compile(rf"第([{_C}]+)条(?:之([{_C}]+))?(?=[\s　]|$|[^之款项的、，和至到或及规中，])(?!第[{_C}]+[款项])[\s　]*(.*)")
_HEADING = re.compile(rf"第[{_C}]+(编|分编|章|节)(?=[\s　]|$|[^的、，中])[\s　]*(.{{0,40}})")
_RANK = {"编": 0, "分编": 1, "章": 2, "节": 3}
_ANNEX_LINE = re.compile(r"附(件|表|录)?[一二三四五六七八九十\d]*\s*([:：].{0,60}|$)|附件[一二三四五六七八九十\d]*\s*.{0,40}$")
_CONTENTS = re.compile(r"目[\s　]*[录次]$")
_DATE = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")
_PASSED = re.compile(r"通过|(审判|检察)委员会|公布|发布|印发|修订|修正|修改|批准|公告|令")
_STARTS = re.compile(r"施行|生效|实施|执行")
_NUMBERED_ACT = re.compile(r"[〔\[（(]\d{4}[〕\]）)]\s*\d+\s*号|令\s*第?\s*[\d〇一二三四五六七八九十百]+\s*号")
_FILE_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})|(?<!\d)((?:19|20)\d{2})(\d{2})(\d{2})(?!\d)")
_PART_TITLE = re.compile(r"总则|附则|[^法例定则]{1,8}编")

_LEVEL_FOLDERS = {
    "司法解释": Level.INTERPRETATION,
    "行政法规": Level.REGULATION,
    "部门规章": Level.RULE,
    "地方性法规": Level.LOCAL,
    "地方法规": Level.LOCAL,
}


class UnreadableLaw(Exception):
    """The text can't be taken in; the message, in Chinese, says why."""


def parse_law(text: str, name: str = "", folders: Sequence[str] = ()) -> LawText:
    """Read one law. ``name`` is its file name without the ending (it may hold the date), ``folders`` those above it.

    Raises :class:`UnreadableLaw`.
    """
    lines = [line.strip().strip("　").strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    head, body = _split(lines)
    if not head:
        raise UnreadableLaw("没有内容")
    title, info, part = _title(head)
    units = _units(body)
    if part:
        units = [Unit(unit.number, f"{part} {unit.chapter}".strip(), unit.text) for unit in units]
    if not units:
        raise UnreadableLaw("只有标题，没有正文")
    published, effective = _dates(info, name, units)
    if published is None:
        raise UnreadableLaw("找不到通过或公布的日期。请在文件名里写上，如 某某条例(2020-01-01).md")
    region = region_of(title, info)
    return LawText(
        full_title=title,
        level=_level(title, info, region, folders),
        published=published,
        effective=effective,
        units=tuple(units),
        issuer=_issuer(info),
        region=region,
    )


def _split(lines: list[str]) -> tuple[list[str], list[str]]:
    """Head and body: at the marker, else before the first line that is neither title nor information."""
    if INFO_END in lines:
        at = lines.index(INFO_END)
        return [line for line in lines[:at] if line], lines[at + 1 :]
    head: list[str] = []
    for at, line in enumerate(lines):
        plain = line.lstrip("# ")
        if not line:
            continue
        if _CONTENTS.match(plain) or _ARTICLE.match(plain) or _HEADING.fullmatch(plain) or plain == PREAMBLE:
            return head, lines[at:]
        if head and not _is_information(plain) and (len(head) > 3 or plain.endswith(("。", "：", ":"))):
            return head, lines[at:]
        head.append(line)
    return head, []


def _is_information(line: str) -> bool:
    return bool(_DATE.search(line) or _NUMBERED_ACT.search(line)) and not line.endswith("。") or line.startswith(("（", "("))


def _title(head: list[str]) -> tuple[str, str, str]:
    """The title, the lines of information as one text, and the name of the part where a file holds only one."""
    marked = [line.lstrip("# ") for line in head if line.startswith("#")]
    if marked:
        part = marked[1] if len(marked) > 1 and _PART_TITLE.fullmatch(marked[1]) else ""
        return _joined(marked[:1]), "\n".join(line for line in head if not line.startswith("#")), part
    title: list[str] = []
    for at, line in enumerate(head):
        if title and _is_information(line):
            return _joined(title), "\n".join(head[at:]), ""
        title.append(line)
    return _joined(title[:3]), "", ""


def _joined(lines: Sequence[str]) -> str:
    title = re.sub(r"[\s　]+", "", "".join(lines))
    if not title or len(title) > 200:
        raise UnreadableLaw("找不到标题")
    return title


def _units(lines: Sequence[str]) -> list[Unit]:
    units: list[Unit] = []
    heading = ["", "", "", ""]
    number, last, chapter = PREAMBLE, (0, 0), ""
    text: list[str] = []

    def close() -> None:
        joined = "\n".join(text).strip()
        if joined:
            units.append(Unit(number, chapter, joined))
        text.clear()

    in_articles = any(_ARTICLE.match(line.lstrip("# ")) for line in lines)
    for line in lines:
        plain = line.lstrip("# ").strip()
        if not plain or _CONTENTS.fullmatch(plain) or plain.startswith("<!--"):
            continue
        found = _HEADING.fullmatch(plain)
        if found and not plain.endswith(("。", "；", "：")):
            rank = _RANK[found[1]]
            heading[rank:] = [re.sub(r"[\s　]+", " ", plain)] + [""] * (3 - rank)
            continue
        article = _ARTICLE.match(plain)
        if article and number != ANNEX:
            at = (numerals.to_int(article[1]) or 0, (numerals.to_int(article[2]) or 0) if article[2] else 0)
            if _follows(at, last):
                close()
                number, chapter, last = numerals.article_number(at[0], at[1] or None), " ".join(filter(None, heading)), at
                text.append(article[3])
                continue
        if in_articles and line.startswith("#") and number != ANNEX and not plain.startswith("附件") and plain != PREAMBLE:
            heading[2:] = [re.sub(r"[\s　]+", " ", plain), ""]
            continue
        if last != (0, 0) and _ANNEX_LINE.fullmatch(plain):
            close()
            number, chapter = ANNEX, ""
        if number == PREAMBLE and plain == PREAMBLE:
            continue
        text.append(plain)
    close()
    if all(unit.number == PREAMBLE for unit in units):
        return [Unit(WHOLE, "", unit.text) for unit in units]
    return _merged(units)


def _follows(at: tuple[int, int], last: tuple[int, int]) -> bool:
    """Whether an article may stand after another: a line that begins by citing an earlier one is text."""
    return at[0] > 0 and at > last and (last == (0, 0) or at[0] - last[0] <= 20)


def _merged(units: Sequence[Unit]) -> list[Unit]:
    """Several annexes are one unit."""
    annexes = [unit for unit in units if unit.number == ANNEX]
    others = [unit for unit in units if unit.number != ANNEX]
    return others + ([Unit(ANNEX, "", "\n".join(unit.text for unit in annexes))] if annexes else [])


def _dates(info: str, name: str, units: Sequence[Unit]) -> tuple[Optional[dt.date], Optional[dt.date]]:
    """(published, effective): the file name's date is that of the text; else the last act named in the head."""
    acts, starts = [], []
    found = list(_DATE.finditer(info))
    for match, following in zip(found, [*found[1:], None]):
        said = info[match.end() : following.start() if following else len(info)].split("\n")[0]
        day = _day(match.groups())
        if day is None:
            continue
        if _STARTS.search(said) and not re.search(r"通过|公布", said.split("施行")[0]):
            starts.append(day)
        elif _PASSED.search(said) or not said.strip("）) ，,"):
            acts.append(day)
    named = _FILE_DATE.search(name)
    published = _day([part for part in named.groups() if part]) if named else None
    published = published or max(acts, default=None) or max(starts, default=None)
    effective = max(starts, default=None)
    if effective is None:
        effective = next(filter(None, (stated_start(unit.text) for unit in reversed(units[-8:]))), None)
    return published, effective


def _day(parts: Sequence[str]) -> Optional[dt.date]:
    try:
        return dt.date(*map(int, parts))
    except (ValueError, TypeError):
        return None


def _level(title: str, info: str, region: str, folders: Sequence[str]) -> Level:
    for folder in reversed(folders):
        if folder in _LEVEL_FOLDERS:
            return _LEVEL_FOLDERS[folder]
    if re.search(r"最高人民(法院|检察院)", title + info):
        return Level.INTERPRETATION
    if region:
        return Level.LOCAL
    if re.search(r"国务院(令|第|发布|公布|批准|关于)|国令", title + info):
        return Level.REGULATION
    if "全国人民代表大会" in info or short_title(title).endswith(("法", "法典")) and not title.endswith("办法"):
        return Level.LAW
    return Level.RULE


def _issuer(info: str) -> str:
    for issuer in ("最高人民法院", "最高人民检察院", "国务院", "全国人民代表大会常务委员会", "全国人民代表大会"):
        if issuer in info:
            return issuer
    return ""
