"""The lexical side: BM25 over jieba words (bm25s)."""
from __future__ import annotations

import logging
from functools import lru_cache
from pathlib import Path
from typing import Sequence

import bm25s
import numpy as np

from bot.text.segment import query_words, search_words

# The library turns its own debug log on as it is imported.
logging.getLogger("bm25s").setLevel(logging.WARNING)

# Robertson/Sparck Jones defaults; articles are short, so k1 is a little lower than the usual 1.5.
K1, B = 1.2, 0.75


class LexicalIndex:
    """BM25 scores of every document for a question."""

    def __init__(self, index: bm25s.BM25) -> None:
        self._index = index
        # One message is scored for entries and again for articles.
        self.scores = lru_cache(maxsize=16)(self._scores)  # type: ignore[method-assign]

    @classmethod
    def build(cls, texts: Sequence[str]) -> LexicalIndex:
        """Index ``texts``; document numbers are their positions."""
        index = bm25s.BM25(k1=K1, b=B)
        index.index([search_words(text) or ["∅"] for text in texts], show_progress=False)
        return cls(index)

    @classmethod
    def load(cls, folder: Path) -> LexicalIndex:
        """Read an index that :meth:`save` wrote."""
        return cls(bm25s.BM25.load(str(folder), show_progress=False))

    def save(self, folder: Path) -> None:
        """Write the index into ``folder``."""
        self._index.save(str(folder), show_progress=False)

    def scores(self, question: str) -> np.ndarray:  # pragma: no cover - replaced by the cached form above
        """BM25 scores, shape (documents,), read-only; zeros when the question has no known word."""
        return self._scores(question)

    def _scores(self, question: str) -> np.ndarray:
        scores = self._index.get_scores(query_words(question) or ["∅"])
        scores.flags.writeable = False
        return scores
