from __future__ import annotations

import numpy as np
import pytest

from bot.retrieval import adapter
from bot.retrieval.adapter import QueryAdapter, shares, to_answers, to_articles, train
from bot.retrieval.fusion import unit

DIMENSION, TOPICS, EACH = 24, 6, 30


@pytest.fixture
def world():
    """Questions of six matters, told in words (a turned space) that the six texts do not use."""
    random = np.random.default_rng(3)
    texts = unit(random.normal(size=(TOPICS, DIMENSION))).astype(np.float32)
    turned = np.roll(texts, 5, axis=1)
    owners = np.repeat(np.arange(TOPICS), EACH)
    noise = random.normal(scale=0.08, size=(len(owners), DIMENSION))
    questions = unit(texts[owners] * 0.3 + turned[owners] + noise).astype(np.float32)
    return questions, owners, texts


def right(learned: QueryAdapter, questions: np.ndarray, owners: np.ndarray, texts: np.ndarray) -> float:
    return float(((learned(questions) @ texts.T).argmax(1) == owners).mean())


def nearness(learned: QueryAdapter, questions: np.ndarray, owners: np.ndarray, texts: np.ndarray) -> float:
    scores = learned(questions) @ texts.T
    return float(np.mean(scores[np.arange(len(owners)), owners] - scores.mean(1)))


def test_what_it_learned_holds_for_questions_it_has_not_seen(world, monkeypatch):
    monkeypatch.setattr(adapter, "RATE", 1e-2)
    questions, owners, texts = world
    seen = np.arange(len(owners)) % 3 > 0
    learned = to_answers(questions[seen], owners[seen], texts)
    unseen = (questions[~seen], owners[~seen], texts)
    assert nearness(learned, *unseen) > nearness(QueryAdapter(), *unseen) + 0.02
    assert right(learned, *unseen) >= right(QueryAdapter(), *unseen)


def test_a_text_that_answers_nothing_is_no_negative(world):
    questions, owners, texts = world
    stranger = unit(np.random.default_rng(4).normal(size=(1, DIMENSION))).astype(np.float32)
    alone = to_answers(questions, owners, texts)
    beside = to_answers(questions, owners, np.concatenate([texts, stranger]))
    assert (alone.matrix == beside.matrix).all()


def test_the_same_material_teaches_the_same(world):
    assert (to_answers(*world).matrix == to_answers(*world).matrix).all()


def test_the_deciding_article_gains_most(world, monkeypatch):
    monkeypatch.setattr(adapter, "RATE", 1e-2)
    questions, _owners, texts = world
    cited = [[0, 1] for _question in questions]
    moved = unit(to_articles(questions, [*cited[:-2], [2], [3]], texts)(questions))
    scores = (moved @ texts.T).mean(0)
    assert scores[0] > scores[1] > scores[2:4].max()


def test_nothing_to_learn_leaves_questions_where_they_are(world):
    questions, _owners, texts = world
    for targets in ([], [[] for _question in questions], [[(0, 1.0)] for _question in questions]):
        learned = train(questions[: len(targets)], targets, texts, blend=1.0)
        assert learned.matrix is None
        assert learned(questions) is questions


def test_shares_fall_with_the_place_and_sum_to_one():
    assert shares(0) == []
    assert shares(1) == [1.0]
    assert sum(shares(4)) == pytest.approx(1)
    assert shares(4) == sorted(shares(4), reverse=True)


def test_half_a_blend_is_half_way(world):
    questions = world[0]
    matrix = np.random.default_rng(5).normal(scale=0.1, size=(DIMENSION, DIMENSION)).astype(np.float32)
    whole, half = QueryAdapter(matrix, 1.0)(questions), QueryAdapter(matrix, 0.5)(questions)
    assert half == pytest.approx((questions + whole) / 2, abs=1e-6)
    assert QueryAdapter(matrix, 1.0)(questions[0]) == pytest.approx(whole[0], abs=1e-6)


def test_the_gradient_is_that_of_the_loss(world):
    questions, owners, texts = (part[::20] if len(part) > TOPICS else part for part in world)
    questions, texts = questions.astype(np.float64), texts.astype(np.float64)
    share = np.eye(TOPICS)[owners]
    matrix = np.random.default_rng(6).normal(scale=0.05, size=(DIMENSION, DIMENSION))

    def loss(at: np.ndarray) -> float:
        logits = unit(questions + questions @ at) @ texts.T / adapter.TEMPERATURE
        top = logits.max(1, keepdims=True)
        log_soft = logits - top - np.log(np.exp(logits - top).sum(1, keepdims=True))
        return float(-(share * log_soft).sum(1).mean() + adapter.RIDGE * (at**2).sum())

    gradient = adapter._gradient(questions, share, texts, matrix)
    for row, column in ((0, 0), (3, 7), (20, 11)):
        step = np.zeros_like(matrix)
        step[row, column] = 1e-6
        assert gradient[row, column] == pytest.approx((loss(matrix + step) - loss(matrix - step)) / 2e-6, rel=1e-3)
