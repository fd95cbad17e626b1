"""A linear correction of the question's vector, learned from the project's own questions.

The encoder knows the language but not which article decides which everyday story. Every entry tells it: its phrasings
q and the texts a that answer them (the articles it cites, or its own answer). With all vectors of length 1,

    q' = (1 - blend) q + blend z,   z = (q + qW) / |q + qW|

and W minimises, from W = 0,

    mean over pairs of  -Σ_a t_a log softmax_a(z·a / TEMPERATURE)  +  RIDGE |W|²

where t_a is the share of text a among what answers q, and the softmax runs over all texts that answer any question.
Texts that answer none (most regulations and interpretations) are never negatives, so they are not pushed away; and
among articles half of the old vector keeps what the model knew about matters no entry speaks of.
"""
from __future__ import annotations

from typing import Optional, Sequence

import numpy as np

from bot.retrieval.fusion import unit

# Chosen on entries, on topics and on laws held out of the training, not on the questions it is measured with.
ARTICLE_BLEND, ANSWER_BLEND = 0.65, 1.0
TEMPERATURE = 0.01
RIDGE = 1e-3
EPOCHS, BATCH, RATE = 6, 256, 1e-3

# (position of a text, its share), most deciding first.
Target = tuple[int, float]


class QueryAdapter:
    """Moves question vectors; without a matrix it leaves them where they are."""

    def __init__(self, matrix: Optional[np.ndarray] = None, blend: float = 1.0) -> None:
        self.matrix = matrix
        self._blend = blend

    def __call__(self, vectors: np.ndarray) -> np.ndarray:
        """The moved vectors (one or many rows). They are a little shorter than 1, which changes no order."""
        if self.matrix is None:
            return vectors
        return (1 - self._blend) * vectors + self._blend * unit(vectors + vectors @ self.matrix)


def shares(count: int) -> list[float]:
    """How much each of ``count`` citations decides, in the order written: as 1, 4/5, 4/6, 4/7 …, summing to 1."""
    weights = [4 / (4 + place) for place in range(count)]
    return [weight / sum(weights) for weight in weights]


def to_answers(questions: np.ndarray, owners: np.ndarray, answers: np.ndarray) -> QueryAdapter:
    """The adapter from phrasings to the answers of the entries or guides they belong to (rows ``owners``)."""
    return train(questions, [[(int(owner), 1.0)] for owner in owners], answers, ANSWER_BLEND)


def to_articles(questions: np.ndarray, cited: Sequence[Sequence[int]], articles: np.ndarray) -> QueryAdapter:
    """The adapter from phrasings to the articles their entries rest on, the most deciding first."""
    return train(questions, [list(zip(rows, shares(len(rows)))) for rows in cited], articles, ARTICLE_BLEND)


def train(
    questions: np.ndarray, targets: Sequence[Sequence[Target]], texts: np.ndarray, blend: float, seed: int = 0
) -> QueryAdapter:
    """Fit W by Adam with a falling rate. ``targets`` gives each question rows of ``texts`` with their shares.

    Questions without targets are passed over; without any, nothing is learned.
    """
    asked = [number for number, wanted in enumerate(targets) if wanted]
    used = sorted({row for number in asked for row, _share in targets[number]})
    if len(used) < 2:
        return QueryAdapter()
    place = {row: position for position, row in enumerate(used)}
    vectors = questions[asked].astype(np.float32)
    wanted = [[(place[row], share) for row, share in targets[number]] for number in asked]
    against = texts[used].astype(np.float32)

    random = np.random.default_rng(seed)
    matrix = np.zeros((vectors.shape[1], vectors.shape[1]), dtype=np.float32)
    adam = _Adam(matrix, EPOCHS * -(-len(asked) // BATCH))
    for _epoch in range(EPOCHS):
        order = random.permutation(len(asked))
        for at in range(0, len(asked), BATCH):
            rows = order[at : at + BATCH]
            share = np.zeros((len(rows), len(used)), dtype=np.float32)
            for line, row in enumerate(rows):
                for column, part in wanted[row]:
                    share[line, column] += part
            adam.step(_gradient(vectors[rows], share, against, matrix))
    return QueryAdapter(matrix, blend)


def _gradient(questions: np.ndarray, share: np.ndarray, texts: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    moved = questions + questions @ matrix
    length = np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-12)
    z = moved / length
    logits = z @ texts.T / TEMPERATURE
    soft = np.exp(logits - logits.max(1, keepdims=True))
    soft /= soft.sum(1, keepdims=True)
    by_z = (soft - share) @ texts / (TEMPERATURE * len(questions))
    # Through the normalisation: only what is at right angles to z changes it.
    by_moved = (by_z - z * (by_z * z).sum(1, keepdims=True)) / length
    return questions.T @ by_moved + 2 * RIDGE * matrix


class _Adam:
    """Adam (Kingma & Ba 2015) on one matrix, in place, with a rate falling to zero over ``steps``."""

    def __init__(self, matrix: np.ndarray, steps: int) -> None:
        self._matrix, self._steps, self._step = matrix, steps, 0
        self._mean, self._square = np.zeros_like(matrix), np.zeros_like(matrix)

    def step(self, gradient: np.ndarray) -> None:
        self._step += 1
        self._mean = 0.9 * self._mean + 0.1 * gradient
        self._square = 0.999 * self._square + 0.001 * gradient**2
        mean = self._mean / (1 - 0.9**self._step)
        square = self._square / (1 - 0.999**self._step)
        rate = RATE * (1 - self._step / (self._steps + 1))
        self._matrix -= rate * mean / (np.sqrt(square) + 1e-8)
