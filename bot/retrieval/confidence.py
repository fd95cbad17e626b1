"""The probability that the top entry answers the question, fitted on the project's own questions."""
from __future__ import annotations

import json
import math
import os
from dataclasses import astuple, dataclass, field, fields
from pathlib import Path
from typing import Sequence

import numpy as np


@dataclass(frozen=True)
class Features:
    """What the probability is read from: both can only raise it, so that a closer match is never trusted less.

    ``score``: the fused score of the entry; ``margin``: how far it is ahead of the best other one (negative when
    behind).
    """

    score: float
    margin: float

    def row(self) -> list[float]:
        """The features in the order of their definition."""
        return list(astuple(self))


@dataclass(frozen=True)
class Calibration:
    """A logistic model over :class:`Features`. The default is a rough guess, for an index not calibrated yet."""

    weights: tuple[float, ...] = (50.0, 30.0)
    bias: float = -46.0
    fitted_on: int = field(default=0)

    def probability(self, features: Features) -> float:
        """Between 0 and 1."""
        logit = self.bias + sum(w * x for w, x in zip(self.weights, features.row()))
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))

    def save(self, path: Path) -> None:
        """Write the fitted model as JSON."""
        unfinished = path.with_suffix(".new")
        content = {"weights": self.weights, "bias": self.bias, "fitted_on": self.fitted_on}
        unfinished.write_text(json.dumps(content), encoding="utf-8")
        os.replace(unfinished, path)

    @classmethod
    def load(cls, path: Path) -> Calibration:
        """Read a fitted model; the default one when there is none that fits."""
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            weights = tuple(float(weight) for weight in stored["weights"])
            if len(weights) != len(fields(Features)):
                return cls()
            return cls(weights, float(stored["bias"]), int(stored["fitted_on"]))
        except (OSError, ValueError, KeyError, TypeError):
            return cls()


def fit(rows: Sequence[Features], right: Sequence[bool]) -> Calibration:
    """Fit by L2-regularised logistic regression on standardised features (Platt 1999, several inputs)."""
    from sklearn.linear_model import LogisticRegression

    x = np.array([row.row() for row in rows], dtype=np.float64)
    mean, spread = x.mean(0), np.maximum(x.std(0), 1e-6)
    labels = np.array(right, dtype=int)
    used = np.ones(x.shape[1], dtype=bool)
    while True:
        model = LogisticRegression(C=1.0, max_iter=1000).fit(((x - mean) / spread)[:, used], labels)
        if (model.coef_[0] >= 0).all() or used.sum() == 1:
            break
        # A feature that would lower the confidence as it grows is left out.
        used[np.flatnonzero(used)[int(np.argmin(model.coef_[0]))]] = False
    weights = np.zeros(x.shape[1])
    weights[used] = np.maximum(model.coef_[0], 0) / spread[used]
    bias = float(model.intercept_[0] - (weights * mean).sum())
    return Calibration(tuple(float(w) for w in weights), bias, len(rows))
