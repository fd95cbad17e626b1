"""Combine the dense score, the lexical score and what is known beforehand.

All is put on the scale of the cosine, because its differences mean the same for every question, while BM25 scores
do not: those are standardised per question first. The weights were chosen on the project's own questions, held out by
entry, by topic and by law (for what no entry speaks of); ``benchmarks/retrieval.py`` measures each part.
"""
from __future__ import annotations

import numpy as np

from bot.statutes.model import Level

# A standard deviation of BM25 counts as much as this much cosine.
LEXICAL_WEIGHT = 0.0015
# One rare word may not outweigh the meaning: deviations beyond this count no more.
LEXICAL_LIMIT = 10.0
# A factor e in how often the knowledge cites a law, relative to the law's length.
PRIOR_WEIGHT = 0.00325
# Added to that logarithm: regulations and rules govern trades and offices more than citizens' disputes; what a region
# has settled for itself goes before the general rule.
LEVEL_PRIOR = {Level.REGULATION: -1.7, Level.RULE: -1.7, Level.LOCAL: 3.0}
# Full agreement of an entry that cites the article.
CITED_WEIGHT = 0.011
# An entry counts fully from this cosine on, and falls off by e per CITED_FALL below it.
CITED_COSINE, CITED_FALL = 0.93, 0.02
# All votes of the nearest entries together, and the share of their answers in the question's vector (citing.py).
VOTE_WEIGHT, WORDING_WEIGHT = 0.08, 1 / 12
# Weight of the neighbouring articles and of the mean of the law in an article's vector.
NEIGHBOUR_WEIGHT, NEIGHBOUR_SPAN, LAW_WEIGHT = 0.2, 2, 0.1

# Entries and guides: the answer's text, the nearest and the second-nearest phrasing.
BEST_WEIGHT, SECOND_WEIGHT, PASSAGE_WEIGHT = 0.2, 0.2, 0.6
KNOWLEDGE_LEXICAL_WEIGHT = 0.003
TOPIC_WEIGHT = 0.02


def unit(vectors: np.ndarray) -> np.ndarray:
    """Rows scaled to length 1."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)


def standardize(scores: np.ndarray) -> np.ndarray:
    """Zero mean, unit deviation, capped at ``LEXICAL_LIMIT``; all zero when there is no spread."""
    spread = scores.std()
    standard = (scores - scores.mean()) / spread if spread > 0 else np.zeros_like(scores)
    return np.minimum(standard, LEXICAL_LIMIT)


def with_context(vectors: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Article vectors with a share of their neighbours' and of their law's mean.

    An article says «前款规定的…»; what it is about often stands next to it. ``groups`` numbers the law of each row,
    rows of one law being adjacent and in order.
    """
    around = np.zeros_like(vectors)
    count = np.zeros(len(vectors), dtype=np.float32)
    rows = np.arange(len(vectors))
    for step in [*range(-NEIGHBOUR_SPAN, 0), *range(1, NEIGHBOUR_SPAN + 1)]:
        other = np.clip(rows + step, 0, len(vectors) - 1)
        same = (groups[other] == groups) & (other != rows)
        around[same] += vectors[other[same]]
        count[same] += 1
    near = unit(vectors + NEIGHBOUR_WEIGHT * around / np.maximum(count, 1)[:, None])
    sums = np.zeros((int(groups.max(initial=0)) + 1, vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, groups, vectors)
    means = sums / np.maximum(np.bincount(groups, minlength=len(sums)), 1)[:, None]
    return unit(near + LAW_WEIGHT * means[groups])


def law_prior(cited: np.ndarray, articles: np.ndarray) -> np.ndarray:
    """Log of how much more often each law is cited than its share of the articles would have it.

    ``cited`` (citations and :func:`bot.retrieval.demand.demand`) and ``articles`` are counts per law; two
    pseudo-citations each keep unseen laws in play.
    """
    smoothed = (cited + 2) / (cited.sum() + 2 * len(cited))
    return np.log(smoothed / (articles / articles.sum()))


def cited_boost(entry_cosines: np.ndarray) -> np.ndarray:
    """What an entry of this cosine to the question adds to the articles it cites."""
    return CITED_WEIGHT * np.minimum(1.0, np.exp((entry_cosines - CITED_COSINE) / CITED_FALL))


def knowledge_score(
    best: np.ndarray, second: np.ndarray, passage: np.ndarray, lexical: np.ndarray, topic: np.ndarray
) -> np.ndarray:
    """Score of entries and guides.

    ``best`` and ``second`` are cosines of the question to their nearest phrasings, ``passage`` that of the adapted
    question to their answer.
    """
    return (
        BEST_WEIGHT * best
        + SECOND_WEIGHT * second
        + PASSAGE_WEIGHT * passage
        + KNOWLEDGE_LEXICAL_WEIGHT * lexical
        + TOPIC_WEIGHT * topic
    )
