"""One text of a law as a source gives it: where it stands, when it was passed, and its units."""
from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass
from typing import Optional

from bot.statutes.citations import short_title
from bot.statutes.model import Level

# Designations of units that are not articles.
WHOLE, PREAMBLE, ANNEX = "全文", "序言", "附件"

_AMENDING = re.compile(r"修正案(（[^）]*）)?$|关于(修改|修订|废止|宣布失效)[^》]*》?.*的决定$|的修改决定$")


@dataclass(frozen=True)
class Unit:
    """The smallest part that is cited: an article, or the whole of a text without articles."""

    number: str
    chapter: str
    text: str


@dataclass(frozen=True)
class LawText:
    """A version of a law. ``effective`` is what the source states, if anything; ``region`` only for local rules."""

    full_title: str
    level: Level
    published: dt.date
    units: tuple[Unit, ...]
    effective: Optional[dt.date] = None
    issuer: str = ""
    region: str = ""
    flag: str = ""

    @property
    def title(self) -> str:
        """The short title, by which the law is cited."""
        return short_title(self.full_title)

    @property
    def id(self) -> str:
        """A law has one text per day of publication, whatever the source."""
        return f"{self.title}@{self.published}"

    @property
    def amending(self) -> bool:
        """Whether it only changes other texts: kept for the record, never quoted as evidence."""
        return bool(_AMENDING.search(self.title))

    @property
    def fingerprint(self) -> str:
        """Changes with the wording; spaces, kinds of brackets and line breaks don't count."""
        digest = hashlib.sha256()
        for unit in self.units:
            digest.update(f"{unit.number}|{wording(unit.text)}\n".encode())
        return digest.hexdigest()[:32]


def wording(text: str) -> str:
    """The text without what only printing decides, to compare two sources."""
    return re.sub(r"[\s　]+", "", text).translate(_PUNCTUATION)


_PUNCTUATION = str.maketrans("(),:;?!〈〉<>", "（），：；？！《》《》")
