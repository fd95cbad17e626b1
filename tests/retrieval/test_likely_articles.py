"""Which articles stand out enough to be shown where no entry answers, on the real index."""
from __future__ import annotations

import pytest

from bot.retrieval.encoder import load_encoder
from bot.retrieval.index import Index
from bot.retrieval.retriever import Retriever
from bot.settings import Settings


@pytest.fixture(scope="module")
def retriever(settings: Settings) -> Retriever:
    return Retriever(Index(settings.index_dir), load_encoder(settings))


def test_the_article_a_question_is_about_stands_out(retriever: Retriever) -> None:
    found = retriever.likely_articles("租来的铺子我能不能再转给别人租", 3)
    assert ("民法典", "第七百一十六条") in [(hit.law, hit.article) for hit in found]


def test_no_more_are_given_than_asked_for(retriever: Retriever) -> None:
    assert len(retriever.likely_articles("离婚的时候共同财产怎么分", 1)) == 1


@pytest.mark.parametrize("text", ["哈哈哈哈你真逗", "今晚吃火锅还是烧烤"])
def test_small_talk_calls_no_law_to_mind(retriever: Retriever, text: str) -> None:
    assert retriever.likely_articles(text, 3) == []
