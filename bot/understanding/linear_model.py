"""Logistic regression over a message's features: fitted by scikit-learn, applied to one message without its overhead.

For a single short message scikit-learn and scipy spend milliseconds on checks and conversions around a product that
takes microseconds.
"""
from __future__ import annotations

from pathlib import Path
from typing import Sequence

import numpy as np
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from scipy.sparse import csr_matrix
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression


class LinearModel:
    """Logistic regression over two or more labels. ``weights`` has shape (features, labels), ``bias`` (labels,).

    The features are the words and characters and, ``with_vector``, the sentence vector too.
    """

    def __init__(self, labels: Sequence[str], weights: np.ndarray, bias: np.ndarray, with_vector: bool) -> None:
        self._labels = list(labels)
        self._with_vector = with_vector
        self._weights = np.ascontiguousarray(weights, dtype=np.float32)
        self._bias = bias.astype(np.float32)

    @classmethod
    def fit(
        cls, messages: Sequence[Message], labels: Sequence[str], with_vector: bool, c: float, max_iter: int, tol: float
    ) -> LinearModel:
        """Fit with an L2 penalty of inverse strength ``c``; rare labels weigh as much as frequent ones."""
        rows = [_features(message, with_vector) for message in messages]
        matrix = csr_matrix(
            (
                np.concatenate([values for _columns, values, _width in rows]),
                np.concatenate([columns for columns, _values, _width in rows]),
                np.cumsum([0, *(len(columns) for columns, _values, _width in rows)]),
            ),
            shape=(len(rows), rows[0][2]),
        )
        model = LogisticRegression(
            C=c, max_iter=max_iter, tol=tol, class_weight="balanced", random_state=42
        )
        model.fit(matrix, labels)
        weights, bias = model.coef_, model.intercept_
        if len(model.classes_) == 2:
            # Of two labels scikit-learn keeps the second one's odds against the first.
            weights, bias = np.concatenate([0 * weights, weights]), np.concatenate([0 * bias, bias])
        return cls(model.classes_.tolist(), weights.T, bias, with_vector)

    def probabilities(self, message: Message) -> list[tuple[str, float]]:
        """All labels with their probabilities."""
        columns, values, _width = _features(message, self._with_vector)
        probabilities = softmax(values @ self._weights[columns] + self._bias)
        return list(zip(self._labels, probabilities.tolist()))

    def save(self, path: Path) -> None:
        """Write to ``path`` (.npz)."""
        np.savez(
            path,
            labels=np.array(self._labels),
            weights=self._weights,
            bias=self._bias,
            with_vector=np.array(self._with_vector),
        )

    @classmethod
    def load(cls, path: Path) -> LinearModel:
        """Read what :meth:`save` wrote."""
        with np.load(path) as stored:
            return cls(stored["labels"].tolist(), stored["weights"], stored["bias"], bool(stored["with_vector"]))


def _features(message: Message, with_vector: bool) -> tuple[np.ndarray, np.ndarray, int]:
    """Columns and values of a message's sentence features, sparse ones first, and how many columns there are."""
    _tokens, sparse = message.get_sparse_features(attribute=TEXT)
    matrix = sparse.features.tocoo()
    width = matrix.shape[1]
    if not with_vector:
        return matrix.col, matrix.data.astype(np.float32), width
    _tokens, dense = message.get_dense_features(attribute=TEXT)
    vector = dense.features.ravel()
    columns = np.concatenate([matrix.col, np.arange(width, width + len(vector))])
    return columns, np.concatenate([matrix.data, vector]).astype(np.float32), width + len(vector)
