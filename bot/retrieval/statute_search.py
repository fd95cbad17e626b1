"""Search among articles: dense and lexical candidates, fused with the law's prior and the entries that cite them."""
from __future__ import annotations

import numpy as np

from bot.retrieval import fusion
from bot.retrieval.index import Index

# How many candidates each side offers before fusion.
DENSE_CANDIDATES = 300
LEXICAL_CANDIDATES = 60
# An article is likely to bear on a question when its score is this far above that of the tenth, and not below what
# small talk reaches: of 1,000 real questions no entry answered, two in three have one, and more than half of these
# show a deciding article (docs/benchmarks.md).
STANDING_OUT_FROM, LIKELY_LEAD, LIKELY_SCORE = 10, 0.025, 0.65


class StatuteSearch:
    """Ranks the articles of an index in which document ``first`` and all after it are articles."""

    def __init__(self, index: Index, first: int) -> None:
        self._index = index
        self._first = first
        # An article has exactly one vector, so article number first + i has vector number start + i.
        self._vectors = range(int(np.searchsorted(index.owners, first)), len(index.owners))

    def rank(
        self, vector: np.ndarray, lexical: np.ndarray, boost: dict[int, float], k: int
    ) -> list[tuple[int, float]]:
        """The best ``k`` articles as (document number, score). ``lexical`` has a BM25 score for every article.

        ``boost`` gives document numbers what the entries that cite them add.
        """
        if not self._vectors:
            return []
        _cosines, near = self._index.nearest(vector, max(DENSE_CANDIDATES, 2 * k), self._vectors)
        worded = np.argpartition(-lexical, min(LEXICAL_CANDIDATES, len(lexical) - 1))[:LEXICAL_CANDIDATES]
        rows = np.unique(
            np.concatenate(
                [
                    near - self._vectors.start,
                    worded[lexical[worded] > 0],
                    np.array([number - self._first for number in boost], dtype=np.int64),
                ]
            )
        )
        numbers = rows + self._first
        fused = (
            self._index.vectors(rows + self._vectors.start) @ vector
            + fusion.PRIOR_WEIGHT * self._index.facts.prior[numbers]
            + fusion.LEXICAL_WEIGHT * fusion.standardize(lexical)[rows]
            + np.array([boost.get(int(number), 0.0) for number in numbers])
        )
        order = np.argsort(-fused)[:k]
        return [(int(numbers[row]), float(fused[row])) for row in order]
