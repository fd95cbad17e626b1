"""What the nearest training messages were labelled: catches what a linear model smooths away.

Alone it is a little worse than the linear model, together they are better than either (docs/benchmarks.md).
"""
from __future__ import annotations

from pathlib import Path
from typing import Sequence

import numpy as np
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

COUNT = 10
# Difference in cosine that counts by a factor e.
TEMPERATURE = 0.1


class Neighbours:
    """Labelled messages by the direction of their sentence vectors. ``directions`` has shape (messages, dimension)."""

    def __init__(self, labels: Sequence[str], directions: np.ndarray, members: np.ndarray) -> None:
        self._labels = list(labels)
        self._directions = directions.astype(np.float32)
        self._members = members

    @classmethod
    def fit(cls, messages: Sequence[Message], labels: Sequence[str]) -> Neighbours:
        """Remember ``messages`` and their ``labels``."""
        names, members = np.unique(list(labels), return_inverse=True)
        return cls(names.tolist(), np.stack([_direction(message) for message in messages]), members)

    def probabilities(self, message: Message) -> dict[str, float]:
        """The share of each label among the nearest, the nearer the heavier; labels not among them are left out."""
        cosines = self._directions @ _direction(message)
        count = min(COUNT, len(cosines))
        nearest = np.argpartition(-cosines, count - 1)[:count]
        weights = np.exp((cosines[nearest] - cosines[nearest].max()) / TEMPERATURE)
        shares = np.bincount(self._members[nearest], weights, len(self._labels)) / weights.sum()
        return {self._labels[number]: float(shares[number]) for number in np.flatnonzero(shares)}

    def save(self, path: Path) -> None:
        """Write to ``path`` (.npz), at half precision."""
        np.savez(
            path, labels=np.array(self._labels), directions=self._directions.astype(np.float16), members=self._members
        )

    @classmethod
    def load(cls, path: Path) -> Neighbours:
        """Read what :meth:`save` wrote."""
        with np.load(path) as stored:
            return cls(stored["labels"].tolist(), stored["directions"], stored["members"])


def _direction(message: Message) -> np.ndarray:
    _tokens, dense = message.get_dense_features(attribute=TEXT)
    vector = dense.features.ravel()
    return vector / max(float(np.linalg.norm(vector)), 1e-9)
