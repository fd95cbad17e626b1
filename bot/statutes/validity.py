"""Which version of a law is in force when: decided by dates, versions and repeal clauses.

A source's own flag is only a hint. The rule, in order:

1. A version begins on its stated effective date. A law amended in place keeps the first text's date there, so
   a stated date before the version's publication is replaced by the date its amending decision states, or
   else by the publication.
2. A version ends when the next version of the same law begins.
3. A law ends on the day another law takes effect whose text says 「《…》同时废止」.
4. An interpretation of a law (「关于适用《X法》…的解释」) ends with that law.
5. A law flagged 已废止 that nothing in the store repeals is not used, unless the reviewed file
   ``overrides.yml`` settles it and says why.

Contradictions between flag and rule are returned as :class:`Finding`, for an editor to read.
"""
from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Iterable, Optional

from bot.statutes.citations import BRACKETED_TITLE, short_title
from bot.statutes.model import Period, Validity

FLAG_REPEALED = "已废止"
FLAG_CURRENT = "现行有效"
_REPEAL_CLAUSE = re.compile(r"[^。；\n]*同时废止")
_INTERPRETED = re.compile(r"关于(?:适用|贯彻执行|执行|修改后的)《([^《》]+)》")
_DATE = re.compile(r"自\s*(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日\s*起\s*施行")


@dataclass(frozen=True)
class Version:
    """One text of a law as a source gives it. ``title`` is short, without 中华人民共和国."""

    id: str
    title: str
    published: dt.date
    effective: dt.date
    flag: str = ""
    interpretation: bool = False


@dataclass(frozen=True)
class Repeal:
    """``title`` was repealed on ``on`` by ``by`` (its repealing ``clause``)."""

    title: str
    on: dt.date
    by: str
    clause: str


@dataclass(frozen=True)
class Override:
    """A reviewed decision on one law, with its reason.

    ``published`` limits it to the text of that day. A law not in force ended on ``ends``, or never counted.
    """

    title: str
    in_force: bool
    reason: str
    published: Optional[dt.date] = None
    ends: Optional[dt.date] = None


@dataclass(frozen=True)
class Finding:
    """A contradiction between a source's flag and the rule, and how it was settled."""

    title: str
    published: dt.date
    message: str


def repeals_in(title: str, effective: dt.date, article: str, text: str) -> list[Repeal]:
    """The repeals a closing article of the law ``title`` states; a law never repeals its own title."""
    return [
        Repeal(title=short_title(name), on=effective, by=title, clause=article)
        for clause in _REPEAL_CLAUSE.findall(text)
        for name in BRACKETED_TITLE.findall(clause)
        if short_title(name) != title
    ]


def repeals_with_their_law(versions: Iterable[Version], repeals: Iterable[Repeal]) -> list[Repeal]:
    """Interpretations fall with the law they interpret, when nothing of its title came after the repeal."""
    versions = list(versions)
    ended = {repeal.title: repeal for repeal in repeals}
    newest: dict[str, dt.date] = {}
    for version in versions:
        newest[version.title] = max(version.published, newest.get(version.title, version.published))
    falling = []
    for version in versions:
        named = _INTERPRETED.search(version.title) if version.interpretation else None
        repeal = ended.get(named[1]) if named else None
        if repeal and newest.get(repeal.title, dt.date.min) < repeal.on and version.published < repeal.on:
            falling.append(Repeal(version.title, repeal.on, repeal.by, f"{repeal.clause}（所解释的《{repeal.title}》）"))
    return falling


def stated_start(text: str) -> Optional[dt.date]:
    """The date in 「自2026年1月1日起施行」, or ``None``."""
    match = _DATE.search(text)
    try:
        return dt.date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


def decide(
    versions: Iterable[Version],
    repeals: Iterable[Repeal],
    amendment_starts: dict[tuple[str, dt.date], dt.date],
    overrides: Iterable[Override] = (),
) -> tuple[dict[str, Period], list[Finding]]:
    """Apply the rule to all versions of all laws.

    ``amendment_starts`` maps (title, publication date) to the date an amending decision states. Returns each
    version's period by its id, and the contradictions found.
    """
    settled = {(override.title, override.published): override for override in overrides}
    earliest: dict[str, Repeal] = {}
    for repeal in sorted(repeals, key=lambda r: r.on):
        earliest.setdefault(repeal.title, repeal)
    by_title: dict[str, list[tuple[dt.date, str, Version]]] = {}
    for version in versions:
        begins, reason = _start(version, amendment_starts)
        by_title.setdefault(version.title, []).append((begins, reason, version))

    periods: dict[str, Period] = {}
    findings: list[Finding] = []
    for title, dated in by_title.items():
        dated.sort(key=lambda entry: (entry[0], entry[2].published))
        for position, (begins, reason, version) in enumerate(dated):
            following = dated[position + 1][0] if position + 1 < len(dated) else None
            period = Period(begins, following, Validity.REVISED, reason)
            if following is not None:
                period = Period(begins, following, Validity.REVISED, f"{reason}；{following} 起由新文本取代")
            period = _apply_repeal(period, version, earliest.get(title))
            period, finding = _compare_with_flag(
                period, version, settled.get((title, version.published)) or settled.get((title, None))
            )
            periods[version.id] = period
            if finding:
                findings.append(finding)
    return periods, findings


def _start(version: Version, amendment_starts: dict[tuple[str, dt.date], dt.date]) -> tuple[dt.date, str]:
    if version.effective >= version.published:
        return version.effective, f"{version.effective} 起施行"
    stated = amendment_starts.get((version.title, version.published))
    if stated:
        return stated, f"修改决定自 {stated} 起施行"
    return version.published, f"{version.published} 公布的修正文本"


def _apply_repeal(period: Period, version: Version, repeal: Optional[Repeal]) -> Period:
    if repeal is None or version.published >= repeal.on:
        return period
    if period.ends is not None and period.ends <= repeal.on:
        return period
    reason = f"{period.reason}；{repeal.on} 起由《{repeal.by}》{repeal.clause}废止"
    return Period(period.begins, repeal.on, Validity.REPEALED, reason)


def _compare_with_flag(
    period: Period, version: Version, override: Optional[Override]
) -> tuple[Period, Optional[Finding]]:
    if override is not None:
        if override.in_force:
            kept = Period(period.begins, period.ends, period.ended_by, f"{period.reason}；{override.reason}")
            return kept, None
        return Period(period.begins, override.ends or period.begins, Validity.REPEALED, override.reason), None
    if version.flag == FLAG_REPEALED and period.ended_by is not Validity.REPEALED:
        message = "来源标为已废止，但库内没有废止它的条文；在人工核定之前不作为依据"
        ended = Period(period.begins, period.begins, Validity.REPEALED, message)
        return ended, Finding(version.title, version.published, message)
    if version.flag not in ("", FLAG_CURRENT, FLAG_REPEALED) and period.ends is None:
        message = f"来源标为{version.flag}，但没有更新的文本，也未被废止；按现行文本处理"
        return period, Finding(version.title, version.published, message)
    if version.flag == FLAG_CURRENT and period.ended_by is Validity.REPEALED:
        message = f"来源标为{version.flag}，但{period.reason}"
        return period, Finding(version.title, version.published, message)
    return period, None
