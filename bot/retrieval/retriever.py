"""Question → ranked evidence over one index, and the entry that answers it with a calibrated confidence."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

import numpy as np

from bot.retrieval.citing import Citing, Hints
from bot.retrieval.confidence import Calibration
from bot.retrieval.encoder import Encoder
from bot.retrieval.evidence import KINDS, Evidence, Kind
from bot.retrieval.index import Index
from bot.retrieval.knowledge_search import KnowledgeSearch, Scores, TopicProbabilities
from bot.retrieval.statute_search import LIKELY_LEAD, LIKELY_SCORE, STANDING_OUT_FROM, StatuteSearch
from bot.text.normalize import normalize


@dataclass(frozen=True)
class Match:
    """An entry or guide that may answer the question, with the calibrated probability that it does."""

    evidence: Evidence
    confidence: float


class Retriever:
    """Searches one loaded index, in which entries and guides come first and articles after them.

    Safe to share between threads: it keeps no state between questions.
    """

    def __init__(self, index: Index, encoder: Encoder, calibration: Optional[Calibration] = None) -> None:
        self._index = index
        self._encoder = encoder
        self._calibration = calibration or Calibration()
        kinds = index.facts.kinds
        self._first_article = int((kinds != "statute").sum())
        vectors = int(np.searchsorted(index.owners, self._first_article))
        known, owners, asked = index.vectors(range(vectors)), index.owners[:vectors], index.is_query[:vectors]
        self._knowledge = KnowledgeSearch(
            vectors=known,
            owners=owners,
            asked=asked,
            groups=index.facts.groups[: self._first_article],
            lexical=lambda text: index.lexical.scores(text)[: self._first_article],
            adapter=index.to_answers,
        )
        answers = np.zeros((self._first_article, known.shape[1]), dtype=np.float32)
        answers[owners[~asked]] = known[~asked]
        self._citing = Citing(answers, index.facts.cites)
        self._statutes = StatuteSearch(index, self._first_article)

    def __len__(self) -> int:
        return len(self._index)

    def search(self, question: str, k: int, kind: Optional[Kind] = None) -> list[Evidence]:
        """The best ``k`` documents of one kind, or of all kinds on their common cosine-like scale."""
        if k < 1:
            raise ValueError("k must be at least 1")
        text = normalize(question)
        vector = self._encoder.query(text)
        scores = self._knowledge.score(vector, text)
        hits: list[Evidence] = []
        for wanted in KINDS if kind is None else (kind,):
            ranked = self._articles(vector, text, scores, k) if wanted == "statute" else self._rank(scores, wanted, k)
            hits += [self._evidence(number, score) for number, score in ranked]
        return sorted(hits, key=lambda hit: -hit.score)[:k]

    def likely_articles(self, question: str, most: int) -> list[Evidence]:
        """At most ``most`` articles that stand out as likely to bear on ``question``; often none."""
        hits = self.search(question, STANDING_OUT_FROM, kind="statute")
        if not hits:
            return []
        return [hit for hit in hits[:most] if hit.score >= max(LIKELY_SCORE, hits[-1].score + LIKELY_LEAD)]

    def match(
        self, question: str, kind: Kind = "entry", topics: Optional[TopicProbabilities] = None, k: int = 3
    ) -> list[Match]:
        """The entries (or guides) most likely to answer ``question``, with calibrated confidence, best first.

        ``topics`` are the classifier's probabilities by topic; they tell entries of different topics apart.
        """
        text = normalize(question)
        scores = self._knowledge.score(self._encoder.query(text), text, topics)
        ranked = self._rank(scores, kind, max(k, 2))
        matches = []
        for number, score in ranked[:k]:
            rival = max((other for at, other in ranked if at != number), default=score)
            features = self._knowledge.features(scores, number, rival)
            matches.append(Match(self._evidence(number, score), self._calibration.probability(features)))
        return matches

    def hints(self, question: str) -> Hints:
        """What the entries and guides nearest to ``question`` say about the law."""
        text = normalize(question)
        vector = self._encoder.query(text)
        return self._citing.hints(self._index.to_articles(vector), self._knowledge.score(vector, text).best)

    def _rank(self, scores: Scores, kind: Kind, k: int) -> list[tuple[int, float]]:
        numbers = np.flatnonzero(self._index.facts.kinds[: self._first_article] == kind)
        order = numbers[np.argsort(-scores.total[numbers])][:k]
        return [(int(number), float(scores.total[number])) for number in order]

    def _articles(self, vector: np.ndarray, text: str, scores: Scores, k: int) -> list[tuple[int, float]]:
        hints = self._citing.hints(self._index.to_articles(vector), scores.best)
        lexical = self._index.lexical.scores(text)[self._first_article :]
        return self._statutes.rank(hints.vector, lexical, hints.articles, k)

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
