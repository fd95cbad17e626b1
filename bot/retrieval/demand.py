"""Which laws citizens' questions come near, for laws that no entry cites."""
from __future__ import annotations

import numpy as np

# Articles looked at for each question, and the questions compared at once (their cosines take 120 MB).
NEAREST = 20
_CHUNK = 512


def demand(questions: np.ndarray, articles: np.ndarray, laws: np.ndarray) -> np.ndarray:
    """Per law, the sum over ``questions`` of the law's share of the ``NEAREST`` articles.

    Each question hands out one pseudo-citation in all. So an interpretation on private lending is known to be asked
    about before any entry cites it, while a regulation on customs warehouses stays as unlikely as it is.
    ``laws`` numbers the law of each row of ``articles``.
    """
    counts = np.zeros(int(laws.max(initial=-1)) + 1)
    nearest = min(NEAREST, len(articles))
    if not nearest:
        return counts
    for at in range(0, len(questions), _CHUNK):
        cosines = questions[at : at + _CHUNK] @ articles.T
        rows = np.argpartition(-cosines, nearest - 1, axis=1)[:, :nearest]
        counts += np.bincount(laws[rows.ravel()], minlength=len(counts)) / nearest
    return counts
