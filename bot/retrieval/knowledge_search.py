"""Search among entries and guides: the nearest phrasing, the answer's text and the words, with the topic's help."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Optional, Sequence

import numpy as np

from bot.retrieval import fusion
from bot.retrieval.adapter import QueryAdapter
from bot.retrieval.confidence import Features

TopicProbabilities = dict[str, float]


@dataclass(frozen=True)
class Scores:
    """Of one question against every entry and guide, by position; ``best`` is the cosine to the nearest phrasing."""

    best: np.ndarray
    total: np.ndarray


class KnowledgeSearch:
    """Scores all entries and guides: there are a few thousand vectors, so all are compared.

    ``vectors`` has one row per phrasing and answer, ``owners`` the position of the document it belongs to and
    ``asked`` whether it is a phrasing. ``groups`` holds each document's topic or service type. ``lexical`` gives the
    BM25 scores of all documents for a question. ``adapter`` moves a question towards the answers.
    """

    def __init__(
        self,
        vectors: np.ndarray,
        owners: np.ndarray,
        asked: np.ndarray,
        groups: Sequence[str],
        lexical: Callable[[str], np.ndarray],
        adapter: Optional[QueryAdapter] = None,
    ) -> None:
        self._adapter = adapter or QueryAdapter()
        self._vectors = vectors[asked]
        self._answers = vectors[~asked]
        self._owners = owners[asked]
        self._asked = _Rows(self._owners)
        self._answered = _Rows(owners[~asked])
        self._groups = list(groups)
        self._lexical = lexical

    def score(self, vector: np.ndarray, text: str, topics: Optional[TopicProbabilities] = None) -> Scores:
        """Compare one question with everything."""
        cosines = self._vectors @ vector
        best = self._highest(cosines, self._asked)
        second = self._highest(np.where(cosines < best[self._owners], cosines, -1.0), self._asked)
        passage = self._highest(self._to_answers(vector), self._answered)
        lexical = fusion.standardize(self._lexical(text))
        known = topics or {}
        topic = np.array([known.get(group, 0.0) for group in self._groups], dtype=np.float32)
        total = fusion.knowledge_score(best, second, passage, lexical, topic)
        return Scores(best, total)

    def features(self, scores: Scores, position: int, rival: float) -> Features:
        """What the confidence in the document at ``position`` is read from; ``rival`` is the best other score."""
        return Features(score=float(scores.total[position]), margin=float(scores.total[position] - rival))

    def _to_answers(self, vector: np.ndarray) -> np.ndarray:
        """Cosines to the answers of the question moved towards them, with the mean they had before.

        What the adapter adds to all answers alike is an accident of its training (its softmax doesn't see it), and
        would make the confidence depend on it.
        """
        moved = self._answers @ self._adapter(vector)
        return moved - moved.mean() + (self._answers @ vector).mean() if len(moved) else moved

    def _highest(self, cosines: np.ndarray, rows: _Rows) -> np.ndarray:
        highest = np.full(len(self._groups), -1.0, dtype=np.float32)
        if len(rows.numbers):
            highest[rows.owners] = np.maximum.reduceat(cosines[rows.numbers], rows.starts)
        return highest


class _Rows:
    """Vectors put together by the document that owns them, so that one pass finds each one's highest.

    ``starts`` says where the rows of each of ``owners`` begin in ``numbers``.
    """

    def __init__(self, owners: np.ndarray) -> None:
        self.numbers = np.argsort(owners, kind="stable")
        self.owners, self.starts = np.unique(owners[self.numbers], return_index=True)
