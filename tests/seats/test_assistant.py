from __future__ import annotations

import pytest

from bot.content.loader import load_knowledge
from bot.runtime import load_retriever
from bot.seats.assistant import Assistant


@pytest.fixture(scope="module")
def assistant(settings, real_store) -> Assistant:
    return Assistant(load_retriever(settings), load_knowledge(settings.knowledge_dir), real_store)


def test_entries_guides_and_articles_are_suggested_ready_to_insert(assistant):
    found = assistant.suggest("老板拖欠工资不给怎么办")
    best = found["suggestions"][0]
    assert best["id"] == "labor-unpaid-wages"
    assert 0.5 < best["confidence"] <= 1
    assert "《劳动合同法》第三十条" in best["citations"]
    assert best["insert"].startswith(best["text"].split("\n")[0])
    assert "法律依据：" in best["insert"]
    assert found["articles"] and all(article["kind"] == "statute" for article in found["articles"])


def test_what_means_little_alone_is_looked_up_with_the_matter(assistant):
    alone = assistant.suggest("三个月了")["suggestions"]
    together = assistant.suggest("三个月了", about="老板拖欠工资不给怎么办")["suggestions"]
    assert together[0]["id"] == "labor-unpaid-wages"
    assert not alone or alone[0]["id"] != "labor-unpaid-wages"


def test_an_article_named_is_the_first_hit_and_comes_once(assistant):
    hits = assistant.search("劳动合同法第38条", "statute")
    assert hits[0]["title"] == "《劳动合同法》第三十八条"
    assert len({hit["id"] for hit in hits}) == len(hits)


def test_all_kinds_are_searched(assistant):
    assert {hit["kind"] for hit in assistant.search("申请法律援助")} == {"entry", "guide", "statute"}


def test_citations_are_checked(assistant):
    checked = assistant.check_citations("依据劳动合同法第38条、合同法第52条和刑法第九百条，以及第三条")
    assert [(citation["written"], citation["status"], citation["ok"]) for citation in checked] == [
        ("第38条", "现行有效", True),
        ("第52条", "已废止", False),
        ("第九百条", "没有这一条", False),
    ]
