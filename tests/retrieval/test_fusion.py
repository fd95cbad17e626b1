from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bot.retrieval import fusion

SCORES = arrays(np.float64, st.integers(2, 30), elements=st.integers(0, 40).map(lambda n: n / 2))
COSINES = st.floats(-1, 1, width=32)


@given(SCORES)
def test_standardized_scores_have_zero_mean_unit_deviation_and_the_same_order(scores):
    standard = fusion.standardize(scores)
    if scores.std() == 0:
        assert not standard.any()
        return
    assert standard.mean() == pytest.approx(0, abs=1e-9)
    assert standard.std() == pytest.approx(1)
    assert (np.argsort(standard, kind="stable") == np.argsort(scores, kind="stable")).all()


def test_no_spread_counts_nothing():
    assert (fusion.standardize(np.full(5, 3.0)) == 0).all()


def test_unit_rows_and_a_row_of_zeros():
    scaled = fusion.unit(np.array([[3.0, 4.0], [0.0, 0.0]]))
    assert scaled.tolist() == [[0.6, 0.8], [0.0, 0.0]]


def test_context_pulls_an_article_towards_its_neighbours_of_the_same_law():
    vectors = np.eye(4, dtype=np.float32)
    groups = np.array([0, 0, 1, 1])
    moved = fusion.with_context(vectors, groups)
    assert np.linalg.norm(moved, axis=1) == pytest.approx(np.ones(4), abs=1e-6)
    assert moved[0] @ vectors[1] > 0.1
    assert moved[0] @ vectors[2] == 0
    assert (np.argmax(moved, axis=1) == np.arange(4)).all()


def test_an_article_alone_in_its_law_stays_where_it_is():
    vectors = fusion.unit(np.array([[1.0, 2.0], [2.0, -1.0]], dtype=np.float32))
    assert fusion.with_context(vectors, np.array([0, 1])) == pytest.approx(vectors, abs=1e-6)


def test_a_law_cited_more_than_its_share_gains():
    prior = fusion.law_prior(np.array([50.0, 0.0]), np.array([100.0, 100.0]))
    assert prior[0] > 0 > prior[1]
    assert np.isfinite(fusion.law_prior(np.zeros(3), np.array([1.0, 10.0, 100.0]))).all()


@given(COSINES, COSINES)
def test_a_closer_entry_adds_no_less_to_what_it_cites(one, other):
    near, far = max(one, other), min(one, other)
    boosts = fusion.cited_boost(np.array([near, far]))
    assert 0 <= boosts[1] <= boosts[0] <= fusion.CITED_WEIGHT


def test_an_entry_counts_fully_from_a_cosine_on():
    full = np.array([fusion.CITED_COSINE, 1.0])
    assert fusion.cited_boost(full) == pytest.approx([fusion.CITED_WEIGHT] * 2)


@given(st.lists(COSINES, min_size=5, max_size=5), st.integers(0, 4), st.floats(0, 1))
def test_every_part_can_only_raise_the_score_of_an_entry(parts, raised, by):
    more = [value + (by if number == raised else 0) for number, value in enumerate(parts)]
    low, high = (fusion.knowledge_score(*(np.array([value]) for value in values)) for values in (parts, more))
    assert high[0] >= low[0]
