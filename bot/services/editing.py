"""What an editor asks of the knowledge: which entries answer a question, which repeat each other, which are missing."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Iterable, Iterator

import numpy as np

from bot.content.loader import Knowledge
from bot.content.schema import Entry
from bot.retrieval.encoder import Encoder
from bot.retrieval.retriever import Match, Retriever
from bot.text.normalize import normalize
from bot.text.segment import search_words

# Two entries answer the same question, as far as a program can tell, when their questions and phrasings lie this close
# (cosine of the standardised means) and share this much of their words. Chosen by reading the pairs it finds.
ALIKE_MEANING, ALIKE_WORDS = 0.68, 0.2


@dataclass(frozen=True)
class Pair:
    """Two entries that may answer the same question."""

    first: Entry
    second: Entry
    likeness: float

    def __str__(self) -> str:
        return f"{self.likeness:.2f}　{self.first.id}　{self.first.question}\n　　　{self.second.id}　{self.second.question}"


@dataclass(frozen=True)
class Covered:
    """A question of a log and the entry that comes nearest."""

    question: str
    nearest: Match


def near_duplicates(knowledge: Knowledge, encoder: Encoder) -> list[Pair]:
    """Pairs of entries that may answer the same question, the most alike first."""
    entries = knowledge.entries
    texts = [normalize(text) for entry in entries for text in entry.phrasings]
    owners = np.array([number for number, entry in enumerate(entries) for _ in entry.phrasings])
    vectors = encoder.queries(texts)
    # Sentence vectors lie in a narrow cone: only their deviations tell them apart.
    vectors = (vectors - vectors.mean(0)) / np.maximum(vectors.std(0), 1e-6)
    means = np.zeros((len(entries), vectors.shape[1]), dtype=np.float32)
    np.add.at(means, owners, vectors)
    means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
    words = [set(search_words(entry.question)) for entry in entries]
    alike = np.triu(means @ means.T, 1)
    pairs = [
        Pair(entries[first], entries[second], float(alike[first, second]))
        for first, second in np.argwhere(alike >= ALIKE_MEANING)
        if _shared(words[first], words[second]) >= ALIKE_WORDS
    ]
    return sorted(pairs, key=lambda pair: -pair.likeness)


def coverage(questions: Iterable[str], retriever: Retriever) -> Iterator[Covered]:
    """The nearest entry to each question, with the confidence that it answers it."""
    for question in questions:
        yield Covered(question, retriever.match(question, k=1)[0])


def _shared(first: set[str], second: set[str]) -> float:
    both = first | second
    return len(first & second) / len(both) if both else 0.0
