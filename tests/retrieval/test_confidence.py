from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.retrieval.confidence import Calibration, Features, fit
from bot.settings import load_settings

NUMBERS = st.floats(-2, 2)


@given(NUMBERS, NUMBERS, st.floats(0, 1), st.floats(0, 1))
def test_a_better_match_is_never_trusted_less(score, margin, more_score, more_margin):
    calibration = Calibration()
    low = calibration.probability(Features(score, margin))
    high = calibration.probability(Features(score + more_score, margin + more_margin))
    assert 0 <= low <= high <= 1


@given(st.floats(allow_nan=False), st.floats(allow_nan=False, allow_infinity=False))
def test_it_is_a_probability_for_any_score(score, margin):
    assert 0 <= Calibration(weights=(1.0, 0.0)).probability(Features(score, margin)) <= 1


def stream() -> tuple[list[Features], list[bool]]:
    """Questions whose answer is right more often the higher the score and the margin."""
    random = np.random.default_rng(7)
    rows = [Features(float(s), float(m)) for s, m in zip(random.uniform(0.8, 1, 800), random.uniform(0, 0.1, 800))]
    chance = [1 / (1 + np.exp(-(40 * (row.score - 0.9) + 30 * (row.margin - 0.05)))) for row in rows]
    return rows, [bool(random.random() < p) for p in chance]


def test_the_fitted_probability_holds_on_the_questions_it_was_fitted_on():
    rows, right = stream()
    calibration = fit(rows, right)
    assert calibration.fitted_on == len(rows)
    assert all(weight > 0 for weight in calibration.weights)
    said = np.array([calibration.probability(row) for row in rows])
    assert said.mean() == pytest.approx(np.mean(right), abs=0.01)
    sure, unsure = np.array(right)[said > 0.8], np.array(right)[said < 0.2]
    assert sure.mean() > 0.75
    assert unsure.mean() < 0.25


def test_a_fit_never_trusts_a_closer_match_less():
    rows, right = stream()
    calibration = fit([Features(row.score, -row.margin) for row in rows], right)
    assert all(weight >= 0 for weight in calibration.weights)


def test_what_is_saved_is_loaded(tmp_path):
    path = tmp_path / "calibration.json"
    calibration = Calibration((1.5, 2.5), -3.25, 42)
    calibration.save(path)
    assert Calibration.load(path) == calibration
    assert [file.name for file in tmp_path.iterdir()] == ["calibration.json"]


@pytest.mark.parametrize("content", ["", "{", "{}", '{"weights": [1, 2]}'])
def test_a_missing_or_broken_file_gives_the_default(tmp_path, content):
    path = tmp_path / "calibration.json"
    assert Calibration.load(path) == Calibration()
    path.write_text(content, encoding="utf-8")
    assert Calibration.load(path) == Calibration()


def test_the_calibration_served_is_monotone():
    path = load_settings().var_dir / "calibration.json"
    if not path.exists():
        pytest.skip("needs var/calibration.json: run `fawen setup` (or `make test`) first")
    stored = json.loads(path.read_text(encoding="utf-8"))
    assert all(weight >= 0 for weight in stored["weights"])
    assert stored["fitted_on"] > 0
