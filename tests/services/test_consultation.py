"""What is said when no entry is likely enough to be the answer."""
from __future__ import annotations

from typing import Any, Sequence

import pytest

from bot.content.loader import Knowledge, load_knowledge
from bot.content.schema import LegalBasis
from bot.retrieval.evidence import Evidence
from bot.retrieval.retriever import Match
from bot.services.consultation import WORTH_OFFERING, Consultation
from bot.services.replies import Reply
from bot.settings import load_settings
from bot.statutes.model import Article
from bot.statutes.store import StatuteStore

THRESHOLD = 0.3


class Search:
    """Finds the first entries, the first of them with ``confidence``, and ``articles``."""

    def __init__(self, knowledge: Knowledge, confidence: float, articles: Sequence[Article]) -> None:
        self._entries = knowledge.entries[:3]
        self._confidence = confidence
        self._articles = articles

    def match(self, _text: str, **_how: Any) -> list[Match]:
        return [
            Match(Evidence("entry", entry.id, entry.question, 0.8, None, None), self._confidence / (1 + place))
            for place, entry in enumerate(self._entries)
        ]

    def likely_articles(self, *_what: Any) -> list[Evidence]:
        return [Evidence("statute", str(article.id), article.number, 0.7, article.law, article.number) for article in self._articles]


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load_knowledge(load_settings().knowledge_dir)


def answered(knowledge: Knowledge, store: StatuteStore, confidence: float, articles: Sequence[Article] = ()) -> Reply:
    search: Any = Search(knowledge, confidence, articles)
    encoder: Any = None
    return Consultation(knowledge, store, search, encoder, THRESHOLD).answer("村里说给我种了现在又要收回去怎么办")


def test_what_may_be_meant_is_offered_and_a_person_too(knowledge: Knowledge, real_store: StatuteStore) -> None:
    reply = answered(knowledge, real_store, 0.25)
    likely = [entry.question for entry in knowledge.entries[:2]]  # the third is less likely than WORTH_OFFERING
    assert [button["title"] for button in reply.buttons][:3] == [*likely, "转人工"]
    assert all(f"· {question}" in reply.text for question in likely)
    assert reply.handoff and reply.kind == "unsure" and not reply.entry_id


def test_without_anything_likely_it_says_so(knowledge: Knowledge, real_store: StatuteStore) -> None:
    reply = answered(knowledge, real_store, WORTH_OFFERING / 2)
    assert "没有把握" in reply.text and "12348" in reply.text
    assert reply.buttons[0]["title"] == "转人工"


def test_articles_that_stand_out_are_quoted_below_the_threshold(knowledge: Knowledge, real_store: StatuteStore) -> None:
    article = real_store.find("农村土地承包法", "第二十七条")
    assert article
    reply = answered(knowledge, real_store, 0.25, [article])
    assert reply.handoff and reply.citations == [["农村土地承包法", "第二十七条"]]
    assert "可能与您说的事有关" in reply.text and article.paragraphs[0] in reply.text


def test_from_the_threshold_on_the_entry_is_shown(knowledge: Knowledge, real_store: StatuteStore) -> None:
    reply = answered(knowledge, real_store, THRESHOLD)
    assert reply.entry_id == knowledge.entries[0].id
    assert reply.text.startswith(f"您问的可能是：{knowledge.entries[0].question}")


def test_what_an_office_imported_is_cited_after_national_law(knowledge: Knowledge, real_store: StatuteStore) -> None:
    first = knowledge.entries[0]
    held, missing = {"law": "宪法", "article": "第一条"}, {"law": "没有导入的条例", "article": "第一条"}
    entry = first.copy(update={"further_basis": [LegalBasis(**held), LegalBasis(**missing)]})
    reply = answered(Knowledge([entry, *knowledge.entries[1:]], knowledge.guides), real_store, 0.9)
    law = [[basis.law, basis.article] for basis in entry.legal_basis]
    assert reply.citations == [*law, ["宪法", "第一条"]]
    assert "没有导入的条例" not in reply.text
