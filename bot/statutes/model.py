"""Values of the law: its level, a version's period of validity, an article."""
from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import Enum
from typing import Optional


class Level(str, Enum):
    """Where a text stands (Legislation Law 立法法)."""

    LAW = "法律"
    REGULATION = "行政法规"
    INTERPRETATION = "司法解释"
    RULE = "部门规章"
    LOCAL = "地方性法规"


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
    """One unit of one version of a law. ``law`` is the short title, ``number`` reads 第三十八条 (or 全文, 序言, 附件)."""

    id: int
    law: str
    number: str
    text: str
    chapter: str
    period: Period
    published: dt.date
    level: Level = Level.LAW
    region: str = ""

    @property
    def citation(self) -> str:
        """《劳动合同法》第三十八条; a text without articles is cited by its title alone."""
        return f"《{self.law}》{self.number}" if self.number.startswith("第") else f"《{self.law}》"


    @property
    def paragraphs(self) -> list[str]:
        """The 款: each line opens one, save the items （一）… of a list, which belong to the line before them."""
        found: list[str] = []
        for line in filter(None, map(str.strip, self.text.split("\n"))):
            if found and line.startswith(("（", "(")):
                found[-1] += f"\n{line}"
            else:
                found.append(line)
        return found


@dataclass(frozen=True)
class LawVersion:
    """What is known of one version of a law, without its text."""

    id: str
    title: str
    level: Level
    region: str
    published: dt.date
    period: Period
    source: str
    articles: int
