"""What the entries nearest to a question say about the law: the articles they cite, and their answers' wording."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Mapping, Sequence

import numpy as np

from bot.retrieval import fusion

# Entries and guides that have a vote, and the difference in agreement that divides a vote by e.
VOTERS, VOTE_FALL = 20, 0.01


@dataclass(frozen=True)
class Hints:
    """``articles`` gives document numbers what their citations add; ``vector`` is the question, reworded."""

    articles: dict[int, float]
    vector: np.ndarray


class Citing:
    """The citations of the entries and guides of an index, ``answers`` being the vectors of their answers."""

    def __init__(self, answers: np.ndarray, cites: Mapping[int, Sequence[int]]) -> None:
        self._answers = answers
        self._cites = cites

    def hints(self, vector: np.ndarray, best: np.ndarray) -> Hints:
        """``vector`` is the question moved towards the articles, ``best`` its cosine to each one's nearest phrasing.

        Agreement s of an entry: the mean of ``best`` and of the cosine of ``vector`` to its answer. The ``VOTERS`` in
        best agreement have the votes v = softmax(s / VOTE_FALL). An article gains

            max over entries citing it of cited_boost(best) + VOTE_WEIGHT Σ v 4 / (4 + place of the citation)

        so that one entry that says the same counts, and so do several that are merely about the same. The vector
        becomes (1 - WORDING_WEIGHT) vector + WORDING_WEIGHT unit(Σ v answer): it finds articles that say what the
        answers say, whether an entry cites them or not.
        """
        if not len(self._answers):
            return Hints({}, vector)
        agreement = (best + self._answers @ fusion.unit(vector)) / 2
        voters = np.argsort(-agreement, kind="stable")[:VOTERS]
        votes = np.exp((agreement[voters] - agreement[voters[0]]) / VOTE_FALL)
        votes /= votes.sum()
        articles: dict[int, float] = {}
        for number in np.flatnonzero(best > fusion.CITED_COSINE - 4 * fusion.CITED_FALL):
            gain = float(fusion.cited_boost(best[number]))
            for cited in self._cites.get(int(number), ()):
                articles[cited] = max(articles.get(cited, 0.0), gain)
        for number, vote in zip(voters.tolist(), votes.tolist()):
            for place, cited in enumerate(self._cites.get(number, ())):
                articles[cited] = articles.get(cited, 0.0) + fusion.VOTE_WEIGHT * vote * 4 / (4 + place)
        wording = fusion.unit(votes @ self._answers[voters])
        return Hints(articles, (1 - fusion.WORDING_WEIGHT) * vector + fusion.WORDING_WEIGHT * wording)
