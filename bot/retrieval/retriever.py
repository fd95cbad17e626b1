"""Question → ranked evidence: dense and lexical candidates, fused per kind of document."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Optional, Sequence

import numpy as np

from bot.retrieval import fusion
from bot.retrieval.confidence import Calibration, Features
from bot.retrieval.encoder import Encoder
from bot.retrieval.evidence import KINDS, Evidence, Kind
from bot.retrieval.index import Index
from bot.text.normalize import normalize

# How many candidates each side offers before fusion.
DENSE_CANDIDATES = 300
LEXICAL_CANDIDATES = 60


@dataclass(frozen=True)
class Match:
    """An entry or guide that may answer the question, with the calibrated probability that it does."""

    evidence: Evidence
    confidence: float
    cosine: float


@dataclass(frozen=True)
class _Knowledge:
    """Scores of all entries and guides for one question, by position among them."""

    numbers: np.ndarray
    best: np.ndarray
    second: np.ndarray
    passage: np.ndarray
    lexical: np.ndarray
    score: np.ndarray


class Retriever:
    """Searches one loaded index. Safe to share between threads: it keeps no state between questions."""

    def __init__(self, index: Index, encoder: Encoder, calibration: Optional[Calibration] = None) -> None:
        self._index = index
        self._encoder = encoder
        self._calibration = calibration or Calibration()
        kinds = index.facts.kinds
        self._is_statute = kinds == "statute"
        self._knowledge = np.flatnonzero(~self._is_statute)
        vector_is_statute = self._is_statute[index.owners]
        # Knowledge comes first in an index, statutes after it, so that each is one range of vectors.
        self._statute_vectors = range(int((~vector_is_statute).sum()), len(vector_is_statute))
        self._knowledge_vectors = range(self._statute_vectors.start)
        self._knowledge_matrix = index.vectors(self._knowledge_vectors)
        self._knowledge_owners = index.owners[: self._statute_vectors.start]
        self._knowledge_asked = index.is_query[: self._statute_vectors.start]
        self._statute_vector_of = np.full(len(kinds), -1, dtype=np.int64)
        self._statute_vector_of[index.owners[self._statute_vectors.start :]] = self._statute_vectors

    def search(self, question: str, k: int, kind: Optional[Kind] = None) -> list[Evidence]:
        """The best ``k`` documents, of one kind or of all; of all, each kind's list is merged by cosine scale."""
        if k < 1:
            raise ValueError("k must be at least 1")
        text = normalize(question)
        vector = self._encoder.query(text)
        lexical = self._index.lexical.scores(text)
        knowledge = self._score_knowledge(vector, lexical)
        hits: list[Evidence] = []
        for wanted in KINDS if kind is None else (kind,):
            if wanted == "statute":
                hits += self._statutes(vector, lexical, knowledge, k)
            else:
                hits += self._knowledge_hits(knowledge, wanted, k)
        return sorted(hits, key=lambda hit: -hit.score)[:k]

    def match(self, question: str, kind: Kind = "entry", topics: Optional[dict[str, float]] = None, k: int = 3) -> list[Match]:
        """The entries (or guides) most likely to answer ``question``, with calibrated confidence, best first.

        ``topics`` are the classifier's probabilities by topic; they help to tell entries of different topics apart.
        """
        text = normalize(question)
        vector = self._encoder.query(text)
        knowledge = self._score_knowledge(vector, self._index.lexical.scores(text), topics)
        hits = self._knowledge_hits(knowledge, kind, max(k, 2))
        matches = []
        for position, hit in enumerate(hits[:k]):
            features = self._features(knowledge, hits, position, topics)
            matches.append(Match(hit, self._calibration.probability(features), features.cosine))
        return matches

    def features(
        self, vector: np.ndarray, text: str, topics: Optional[dict[str, float]] = None, without: Sequence[int] = ()
    ) -> tuple[Optional[Evidence], Optional[Features]]:
        """The top entry and its features, with some of its vectors left out: for fitting the calibration."""
        knowledge = self._score_knowledge(vector, self._index.lexical.scores(text), topics, without)
        hits = self._knowledge_hits(knowledge, "entry", 2)
        return (hits[0], self._features(knowledge, hits, 0, topics)) if hits else (None, None)

    def vector_numbers(self, document_id: str) -> tuple[np.ndarray, np.ndarray]:
        """Numbers (among the knowledge's vectors) and vectors of the phrasings of one entry or guide."""
        number = self._index.facts.ids.index(document_id)
        rows = np.flatnonzero((self._knowledge_owners == number) & self._knowledge_asked)
        return rows, self._knowledge_matrix[rows]

    def _score_knowledge(
        self,
        vector: np.ndarray,
        lexical: np.ndarray,
        topics: Optional[dict[str, float]] = None,
        without: Sequence[int] = (),
    ) -> _Knowledge:
        cosines = self._knowledge_matrix @ vector
        if len(without):
            cosines = cosines.copy()
            cosines[list(without)] = -1.0
        owners = self._knowledge_owners
        size = len(self._index)
        best = np.full(size, -1.0, dtype=np.float32)
        np.maximum.at(best, owners[self._knowledge_asked], cosines[self._knowledge_asked])
        below = np.where(cosines < best[owners], cosines, -1.0)
        second = np.full(size, -1.0, dtype=np.float32)
        np.maximum.at(second, owners[self._knowledge_asked], below[self._knowledge_asked])
        passage = np.full(size, -1.0, dtype=np.float32)
        passage[owners[~self._knowledge_asked]] = cosines[~self._knowledge_asked]
        rows = self._knowledge
        words = fusion.standardize(lexical[rows])
        topic = np.array([(topics or {}).get(self._index.facts.groups[row], 0.0) for row in rows], dtype=np.float32)
        score = fusion.knowledge_score(best[rows], second[rows], passage[rows], words, topic)
        return _Knowledge(rows, best[rows], second[rows], passage[rows], words, score)

    def _knowledge_hits(self, knowledge: _Knowledge, kind: Kind, k: int) -> list[Evidence]:
        rows = np.flatnonzero(self._index.facts.kinds[knowledge.numbers] == kind)
        order = rows[np.argsort(-knowledge.score[rows])][:k]
        return [self._evidence(int(knowledge.numbers[row]), float(knowledge.score[row])) for row in order]

    def _features(
        self, knowledge: _Knowledge, hits: list[Evidence], position: int, topics: Optional[dict[str, float]]
    ) -> Features:
        hit = hits[position]
        number = self._index.facts.ids.index(hit.id)
        row = int(np.flatnonzero(knowledge.numbers == number)[0])
        rival = next((other.score for at, other in enumerate(hits) if at != position), hit.score)
        group = self._index.facts.groups[number]
        return Features(
            cosine=float(knowledge.best[row]),
            second=float(knowledge.second[row]),
            passage=float(knowledge.passage[row]),
            lexical=float(knowledge.lexical[row]),
            margin=float(hit.score - rival),
            topic=float((topics or {}).get(group, 0.0)),
        )

    def _statutes(self, vector: np.ndarray, lexical: np.ndarray, knowledge: _Knowledge, k: int) -> list[Evidence]:
        index = self._index
        if not len(self._statute_vectors):
            return []
        _scores, near = index.nearest(vector, max(DENSE_CANDIDATES, 2 * k), self._statute_vectors)
        boost: dict[int, float] = {}
        for row in np.flatnonzero(knowledge.best > fusion.CITED_COSINE - 4 * fusion.CITED_FALL):
            gain = float(fusion.cited_boost(knowledge.best[row]))
            for number in index.facts.cites.get(int(knowledge.numbers[row]), ()):
                boost[number] = max(boost.get(number, 0.0), gain)
        words = np.where(self._is_statute, lexical, 0.0)
        by_words = np.argsort(-words)[:LEXICAL_CANDIDATES]
        numbers = np.array(
            sorted({*index.owners[near].tolist(), *by_words[words[by_words] > 0].tolist(), *boost}), dtype=np.int64
        )
        cosines = index.vectors(self._statute_vector_of[numbers]) @ vector
        spread = lexical[self._is_statute]
        deviation = float(spread.std()) or 1.0
        standardized = (lexical[numbers] - float(spread.mean())) / deviation
        fused = (
            cosines
            + fusion.PRIOR_WEIGHT * index.facts.prior[numbers]
            + fusion.LEXICAL_WEIGHT * standardized
            + np.array([boost.get(int(number), 0.0) for number in numbers])
        )
        order = np.argsort(-fused)[:k]
        return [self._evidence(int(numbers[row]), float(fused[row])) for row in order]

    def _evidence(self, number: int, score: float) -> Evidence:
        facts = self._index.facts
        return Evidence(
            kind=facts.kinds[number].item(),
            id=facts.ids[number],
            title=facts.titles[number],
            score=round(score, 5),
            law=facts.laws[number],
            article=facts.articles[number],
        )
