from __future__ import annotations

import numpy as np
import pytest

from bot.retrieval import demand as module
from bot.retrieval.demand import demand

ARTICLES = np.repeat(np.eye(3, dtype=np.float32), 4, axis=0)
LAWS = np.repeat([0, 1, 2], 4)


@pytest.fixture(autouse=True)
def few(monkeypatch):
    monkeypatch.setattr(module, "NEAREST", 4)


def test_the_law_that_questions_come_near_is_in_demand():
    questions = np.array([[1, 0.1, 0], [0.9, 0, 0.1], [0.1, 1, 0]], dtype=np.float32)
    assert demand(questions, ARTICLES, LAWS).tolist() == [2, 1, 0]


def test_each_question_hands_out_one_in_all_however_many_are_compared_at_once(monkeypatch):
    questions = np.random.default_rng(0).normal(size=(7, 3)).astype(np.float32)
    whole = demand(questions, ARTICLES, LAWS)
    monkeypatch.setattr(module, "_CHUNK", 2)
    assert demand(questions, ARTICLES, LAWS) == pytest.approx(whole)
    assert whole.sum() == pytest.approx(7)


def test_fewer_articles_than_looked_at_and_none():
    questions = np.eye(3, dtype=np.float32)
    assert demand(questions, ARTICLES[:2], LAWS[:2]).sum() == pytest.approx(3)
    assert demand(questions, ARTICLES[:0], LAWS[:0]).sum() == 0
    assert demand(questions[:0], ARTICLES, LAWS).tolist() == [0, 0, 0]
