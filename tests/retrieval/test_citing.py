from __future__ import annotations

import numpy as np
import pytest

from bot.retrieval import fusion
from bot.retrieval.citing import Citing

ANSWERS = np.eye(4, dtype=np.float32)
CITES = {0: [10, 11], 1: [11], 2: [12]}
FIRST = np.array([0.9, 0.3, 0.3, 0.1], dtype=np.float32)
EVEN = np.full(4, 0.5, dtype=np.float32)


def test_the_first_citation_of_the_nearest_entry_gains_most():
    hints = Citing(ANSWERS, CITES).hints(FIRST, np.array([0.95, 0.8, 0.7, 0.7]))
    assert hints.articles[10] > hints.articles[11] > hints.articles.get(12, 0.0)
    assert hints.articles[10] == pytest.approx(fusion.CITED_WEIGHT + fusion.VOTE_WEIGHT, rel=1e-3)


def test_entries_that_agree_add_up():
    alike = np.array([0.8, 0.8, 0.1, 0.1])
    alone = Citing(ANSWERS, {0: [10], 1: [11]}).hints(EVEN, alike)
    both = Citing(ANSWERS, {0: [10], 1: [10]}).hints(EVEN, alike)
    assert both.articles[10] > 1.9 * alone.articles[10]


def test_votes_are_shared_out_and_no_more():
    hints = Citing(ANSWERS, {number: [number + 10] for number in range(4)}).hints(EVEN, EVEN)
    assert sum(hints.articles.values()) == pytest.approx(fusion.VOTE_WEIGHT, rel=1e-3)


def test_the_question_is_drawn_towards_the_answer_of_the_nearest():
    moved = Citing(ANSWERS, CITES).hints(EVEN, np.array([0.9, 0.5, 0.5, 0.5])).vector
    assert moved[0] > EVEN[0] > moved[1]


def test_without_entries_there_are_no_hints():
    hints = Citing(np.zeros((0, 4), dtype=np.float32), {}).hints(FIRST, np.zeros(0))
    assert hints.articles == {}
    assert hints.vector is FIRST
