"""What the nearest training messages were labelled: catches what a linear model smooths away.

Alone it is a little worse than the linear model, together they are better than either (docs/benchmarks.md).
"""
from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Sequence, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.understanding.attributes import NEAREST, TOPIC, topic_label

COUNT = 10
# Difference in cosine that counts by a factor e.
TEMPERATURE = 0.1
_FILE = "neighbours.npz"

# Label → share among the nearest messages, the nearer the heavier; labels not among them are left out.
Shares = Dict[str, float]


class Neighbours:
    """Labelled messages by the direction of their sentence vectors.

    ``directions`` has shape (messages, dimension); ``labels`` has, for each kind of label, one per message, empty where
    a message has none.
    """

    def __init__(self, directions: np.ndarray, labels: Mapping[str, Sequence[str]]) -> None:
        self._directions = directions.astype(np.float32)
        self._labels = {kind: np.array(values, dtype=str) for kind, values in labels.items()}
        self._labelled = {kind: np.flatnonzero(values != "") for kind, values in self._labels.items()}

    @classmethod
    def fit(cls, messages: Sequence[Message], labels: Mapping[str, Sequence[str]]) -> Neighbours:
        """Remember ``messages`` and their ``labels``."""
        return cls(np.stack([_direction(message) for message in messages]), labels)

    def shares(self, message: Message) -> Dict[str, Shares]:
        """For each kind of label, what the ``COUNT`` nearest messages that have one say."""
        cosines = self._directions @ _direction(message)
        return {kind: self._shares(kind, cosines[rows]) for kind, rows in self._labelled.items()}

    def _shares(self, kind: str, cosines: np.ndarray) -> Shares:
        if not len(cosines):
            return {}
        count = min(COUNT, len(cosines))
        nearest = np.argpartition(-cosines, count - 1)[:count]
        weights = np.exp((cosines[nearest] - cosines[nearest].max()) / TEMPERATURE)
        shares: Shares = {}
        for label, weight in zip(self._labels[kind][self._labelled[kind][nearest]].tolist(), weights / weights.sum()):
            shares[label] = shares.get(label, 0.0) + float(weight)
        return shares

    def save(self, path: Path) -> None:
        """Write to ``path`` (.npz), at half precision."""
        np.savez(path, directions=self._directions.astype(np.float16), **self._labels)

    @classmethod
    def load(cls, path: Path) -> Neighbours:
        """Read what :meth:`save` wrote."""
        with np.load(path) as stored:
            return cls(stored["directions"], {kind: stored[kind] for kind in stored.files if kind != "directions"})


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class NearestExamples(IntentClassifier, GraphComponent):
    """Notes for the classifiers after it which intents and topics the nearest training messages have.

    One comparison serves them all: with tens of thousands of examples it costs milliseconds.
    """

    @classmethod
    def required_components(cls) -> List[Type]:
        """See Rasa's :class:`GraphComponent`."""
        return [Featurizer]

    def __init__(self, model_storage: ModelStorage, resource: Resource) -> None:
        self._model_storage = model_storage
        self._resource = resource
        self._neighbours: Optional[Neighbours] = None

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> NearestExamples:
        """See Rasa's :class:`GraphComponent`."""
        return cls(model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Remember all examples that have an intent."""
        examples = [message for message in training_data.intent_examples if message.get(TEXT)]
        labels = {
            INTENT: [message.get(INTENT) or "" for message in examples],
            TOPIC: [topic_label(message) for message in examples],
        }
        self._neighbours = Neighbours.fit(examples, labels)
        with self._model_storage.write_to(self._resource) as folder:
            self._neighbours.save(folder / _FILE)
        return self._resource

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> NearestExamples:
        """See Rasa's :class:`GraphComponent`."""
        component = cls.create(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as folder:
            component._neighbours = Neighbours.load(folder / _FILE)
        return component

    def process(self, messages: List[Message]) -> List[Message]:
        """Note it on every message that has words."""
        for message in messages:
            if self._neighbours and message.get(TEXT) and message.features:
                message.set(NEAREST, self._neighbours.shares(message))
        return messages


def _direction(message: Message) -> np.ndarray:
    _tokens, dense = message.get_dense_features(attribute=TEXT)
    vector = dense.features.ravel()
    return vector / max(float(np.linalg.norm(vector)), 1e-9)
