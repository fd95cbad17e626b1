"""Fit the confidence on the project's own questions, each asked as if nobody had written it down.

Every phrasing of an entry is asked of a search that does not hold it (five folds): the top entry is right or
wrong. Every fourth is asked again with its whole entry taken out, and so are messages that are out of scope: whatever
comes up then is wrong. So the probability holds for a stream in which about three questions in four have an entry.
The topic probabilities come from a classifier that has not seen the entry either, and the adapter towards the answers
(:mod:`bot.retrieval.adapter`) has not seen the phrasing.
"""
from __future__ import annotations

from pathlib import Path
from typing import Callable, Optional, Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict

from bot.content.loader import Knowledge
from bot.retrieval import adapter
from bot.retrieval.confidence import Calibration, Features, fit
from bot.retrieval.documents import knowledge_documents
from bot.retrieval.encoder import Encoder
from bot.retrieval.knowledge_search import KnowledgeSearch, Scores
from bot.retrieval.lexical import LexicalIndex
from bot.retrieval.vector_cache import encode_cached
from bot.text.normalize import normalize

FOLDS = 5
NO_ENTRY_EVERY = 4
# More questions than this don't change the fit, only its time.
MOST_QUESTIONS = 3000


def calibrate(
    knowledge: Knowledge,
    out_of_scope: Sequence[str],
    encoder: Encoder,
    cache: Path,
    progress: Optional[Callable[[int, int], None]] = None,
) -> tuple[Calibration, list[Features], list[bool]]:
    """Fit and return the calibration, with the rows and labels it was fitted on (for the reliability curve).

    ``cache`` and those beside it (:mod:`bot.retrieval.vector_cache`) are asked for vectors first.
    """
    entries = knowledge.entries
    texts = [normalize(phrasing) for entry in entries for phrasing in entry.phrasings]
    owners = np.array([number for number, entry in enumerate(entries) for _ in entry.phrasings])
    topics = [entry.topic for entry in entries]
    passages = [passage for document in knowledge_documents(knowledge)[: len(entries)] for passage in document.passages]
    strangers = [normalize(text) for text in out_of_scope]
    asked_texts = [*texts, *strangers]
    is_query = np.arange(len(asked_texts) + len(passages)) < len(asked_texts)
    vectors = encode_cached([*asked_texts, *passages], is_query, encoder, cache)
    questions, stranger_vectors, answers = np.split(vectors, [len(texts), len(asked_texts)])
    probabilities, stranger_probabilities = _topic_probabilities(questions, owners, topics, stranger_vectors)

    rows: list[Features] = []
    right: list[bool] = []
    folds = np.arange(len(texts)) % FOLDS
    asked = np.zeros(len(texts), dtype=bool)
    asked[np.random.default_rng(0).permutation(len(texts))[:MOST_QUESTIONS]] = True
    for fold in range(FOLDS):
        kept = folds != fold
        search = _search_without(knowledge, texts, questions, owners, kept, answers)
        for turn, number in enumerate(np.flatnonzero(~kept & asked)):
            scores = search.score(questions[number], texts[number], probabilities[number])
            top, features = _top(search, scores)
            rows.append(features)
            right.append(top == owners[number])
            if turn % NO_ENTRY_EVERY == 0:
                _other, features = _top(search, scores, without=int(owners[number]))
                rows.append(features)
                right.append(False)
        for number in range(fold, len(strangers), FOLDS):
            scores = search.score(stranger_vectors[number], strangers[number], stranger_probabilities[number])
            rows.append(_top(search, scores)[1])
            right.append(False)
        if progress:
            progress(fold + 1, FOLDS)
    return fit(rows, right), rows, right


def _search_without(
    knowledge: Knowledge,
    texts: Sequence[str],
    questions: np.ndarray,
    owners: np.ndarray,
    kept: np.ndarray,
    answers: np.ndarray,
) -> KnowledgeSearch:
    documents: list[list[str]] = [[entry.answer, *entry.keywords] for entry in knowledge.entries]
    for number in np.flatnonzero(kept):
        documents[owners[number]].append(texts[number])
    lexical = LexicalIndex.build([" ".join(parts) for parts in documents])
    return KnowledgeSearch(
        vectors=np.concatenate([questions[kept], answers]),
        owners=np.concatenate([owners[kept], np.arange(len(answers))]),
        asked=np.concatenate([np.ones(int(kept.sum()), dtype=bool), np.zeros(len(answers), dtype=bool)]),
        groups=[entry.topic for entry in knowledge.entries],
        lexical=lexical.scores,
        adapter=adapter.to_answers(questions[kept], owners[kept], answers),
    )


def _top(search: KnowledgeSearch, scores: Scores, without: Optional[int] = None) -> tuple[int, Features]:
    order = [int(number) for number in np.argsort(-scores.total)[:3] if number != without]
    return order[0], search.features(scores, order[0], float(scores.total[order[1]]))


def _topic_probabilities(
    vectors: np.ndarray, owners: np.ndarray, topics: Sequence[str], strangers: np.ndarray
) -> tuple[list[dict[str, float]], list[dict[str, float]]]:
    labels = np.array([topics[owner] for owner in owners])
    mean, spread = vectors.mean(0), np.maximum(vectors.std(0), 1e-6)
    scaled = (vectors - mean) / spread * 0.2
    model = LogisticRegression(max_iter=200, class_weight="balanced")
    names = sorted(set(topics))
    held_out = cross_val_predict(
        model, scaled, labels, groups=owners, cv=GroupKFold(FOLDS), method="predict_proba"
    )
    outside = model.fit(scaled, labels).predict_proba((strangers - mean) / spread * 0.2) if len(strangers) else []
    return [dict(zip(names, row)) for row in held_out], [dict(zip(names, row)) for row in outside]
