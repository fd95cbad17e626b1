"""Values of the law: a version of a law, an article, a period of validity."""
from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import Enum
from typing import Optional


class Validity(str, Enum):
    """What an article is worth on a given day."""

    IN_FORCE = "现行有效"
    NOT_YET = "尚未施行"
    REVISED = "已被修订"
    REPEALED = "已废止"


@dataclass(frozen=True)
class Period:
    """Half-open span [``begins``, ``ends``) in which a version is in force, and the reason for its bounds."""

    begins: dt.date
    ends: Optional[dt.date] = None
    ended_by: Validity = Validity.REVISED
    reason: str = ""

    def validity_on(self, day: dt.date) -> Validity:
        """The validity on ``day``."""
        if self.ends is not None and day >= self.ends:
            return self.ended_by
        return Validity.NOT_YET if day < self.begins else Validity.IN_FORCE


@dataclass(frozen=True)
class Article:
    """One article of one version of a law. ``law`` is the short title, ``number`` reads 第三十八条."""

    id: int
    law: str
    number: str
    text: str
    chapter: str
    period: Period
    published: dt.date

    @property
    def citation(self) -> str:
        """《劳动合同法》第三十八条."""
        return f"《{self.law}》{self.number}"
