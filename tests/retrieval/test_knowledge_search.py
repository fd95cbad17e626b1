"""The score of an entry does not depend on what the adapter happens to add to all answers alike."""
from __future__ import annotations

from typing import Any

import numpy as np

from bot.retrieval.fusion import unit
from bot.retrieval.knowledge_search import KnowledgeSearch

ENTRIES, DIMENSION = 5, 16


def scores(shift: float) -> np.ndarray:
    """Of one question, with an adapter that moves it by ``shift`` along what all answers have in common."""
    random = np.random.default_rng(2)
    vectors = unit(random.normal(size=(2 * ENTRIES, DIMENSION))).astype(np.float32)
    vectors[ENTRIES:, 0] = 0.5
    common = np.eye(DIMENSION, dtype=np.float32)[0]
    adapter: Any = lambda vector: vector + shift * common  # noqa: E731
    search = KnowledgeSearch(
        vectors=vectors,
        owners=np.tile(np.arange(ENTRIES), 2),
        asked=np.repeat([True, False], ENTRIES),
        groups=["劳动纠纷"] * ENTRIES,
        lexical=lambda _text: np.zeros(ENTRIES),
        adapter=adapter,
    )
    return search.score(vectors[0], "老板拖欠工资").total


def test_an_offset_common_to_all_answers_changes_nothing() -> None:
    np.testing.assert_allclose(scores(0.0), scores(0.4), atol=1e-6)
    np.testing.assert_allclose(scores(0.0), scores(-0.4), atol=1e-6)


def test_what_tells_answers_apart_still_counts() -> None:
    assert scores(0.0).std() > 0.01
