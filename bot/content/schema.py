"""What an entry and a guide hold. Field names are those of the YAML files."""
from __future__ import annotations

import re
from typing import Literal, Optional

from pydantic import BaseModel, Extra, Field, validator

from bot.service_types import GUIDE_SERVICE_TYPES, SERVICE_TYPES, TOPICS

_ARTICLE = re.compile(r"第[一二三四五六七八九十百千零]+条(之[一二三四五六七八九十]+)?")
_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")


class _Strict(BaseModel):
    class Config:
        extra = Extra.forbid
        allow_mutation = False


class LegalBasis(_Strict):
    """A citation: short title and article, 劳动合同法 and 第三十八条."""

    law: str = Field(..., min_length=2)
    article: str

    @property
    def citation(self) -> str:
        """《劳动合同法》第三十八条."""
        return f"《{self.law}》{self.article}"

    @validator("article")
    def _article_form(cls, value: str) -> str:
        if not _ARTICLE.fullmatch(value):
            raise ValueError("条号要写成 第三十八条 或 第一百三十三条之一")
        return value


class FollowUp(_Strict):
    """A condition that changes the answer, in the citizen's words, and the answer under it."""

    when: list[str] = Field(..., min_items=1)
    answer: str = Field(..., min_length=10, max_length=200)
    legal_basis: list[LegalBasis] = []


class SpecialGroup(_Strict):
    """What the law adds for a group it favours."""

    group: Literal["农民工", "老年人", "妇女", "未成年人", "残疾人", "军人"]
    note: str = Field(..., min_length=5)


class Entry(_Strict):
    """A 普法 entry: a question citizens ask, its direct answer, steps and legal basis.

    ``legal_basis`` is national law, which every store holds. ``further_basis`` is what an office may have imported
    beside it (interpretations, regulations, rules): cited where the store holds it in force, passed over elsewhere.
    """

    id: str
    topic: str
    question: str = Field(..., min_length=4, max_length=60)
    variants: list[str] = Field(..., min_items=3)
    answer: str = Field(..., min_length=30, max_length=200)
    steps: list[str] = Field(..., min_items=2, max_items=7)
    legal_basis: list[LegalBasis] = Field(..., min_items=1, max_items=4)
    further_basis: list[LegalBasis] = Field([], max_items=4)
    services: list[str] = []
    follow_ups: list[FollowUp] = []
    special_groups: list[SpecialGroup] = []
    keywords: list[str] = []

    @validator("id")
    def _id_form(cls, value: str) -> str:
        return _checked_id(value)

    @validator("topic")
    def _known_topic(cls, value: str) -> str:
        if value not in TOPICS:
            raise ValueError(f"没有“{value}”这个主题，可用：{' '.join(TOPICS)}")
        return value

    @validator("services", each_item=True)
    def _known_service(cls, value: str) -> str:
        if value not in SERVICE_TYPES:
            raise ValueError(f"没有“{value}”这个服务类型")
        return value

    @property
    def phrasings(self) -> list[str]:
        """The question and all its variants."""
        return [self.question, *self.variants]


class Guide(_Strict):
    """A 办事指南: how to get one public legal service."""

    id: str
    service_type: str
    title: str
    questions: list[str] = Field(..., min_items=3)
    summary: str = Field(..., min_length=20, max_length=220)
    who: Optional[str]
    conditions: list[str] = []
    materials: list[str] = []
    procedure: list[str] = Field(..., min_items=1)
    time_limit: Optional[str]
    fee: Optional[str]
    where: Optional[str]
    remedy: Optional[str]
    legal_basis: list[LegalBasis] = Field(..., min_items=1)
    hotlines: list[str] = []
    tips: list[str] = []

    @validator("id")
    def _id_form(cls, value: str) -> str:
        return _checked_id(value)

    @validator("service_type")
    def _known_service(cls, value: str) -> str:
        if value not in GUIDE_SERVICE_TYPES:
            raise ValueError(f"服务类型“{value}”没有办事指南，可用：{' '.join(GUIDE_SERVICE_TYPES)}")
        return value

    @property
    def phrasings(self) -> list[str]:
        """The title and the ways citizens ask for the guide."""
        return [self.title, *self.questions]


def _checked_id(value: str) -> str:
    if not _ID.fullmatch(value):
        raise ValueError("编号用小写英文、数字和短横线，如 labor-unpaid-wages")
    return value
