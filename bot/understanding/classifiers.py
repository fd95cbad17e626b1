"""Service type, legal topic and danger of a message: opinions formed on different features of it, averaged.

A model that sees only the words, one that sees the words and the sentence vector, and the labels of the nearest
examples err on different messages; together they err less than any of them (docs/decisions/0001).
"""
from __future__ import annotations

from abc import abstractmethod
from typing import Any, Dict, List, Tuple, Type

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.service_types import EMERGENCY
from bot.understanding.attributes import DANGER, NEAREST, TOPIC, TOPIC_RANKING, topic_label
from bot.understanding.linear_model import LinearModel
from bot.understanding.neighbours import Shares

_WORDS, _WORDS_AND_VECTOR = "words", "words_and_vector"


class _Classifier(IntentClassifier, GraphComponent):
    """Learns one label of a message and predicts it; subclasses say which."""

    @classmethod
    def required_components(cls) -> List[Type]:
        """See Rasa's :class:`GraphComponent`. `NearestExamples` belongs before it, but is not there while it trains."""
        return [Featurizer]

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """What each opinion counts: ``words``, ``words_and_vector``, ``neighbours``. They add up to 1; at 0 it is not formed.

        ``C`` is the inverse strength of the linear models' L2 penalty; ``max_iter`` and ``tol`` end their fit.
        """
        return {
            "words": 1 / 3,
            "words_and_vector": 1 / 3,
            "neighbours": 1 / 3,
            "C": 3.0,
            "max_iter": 50,
            "tol": 1e-2,
        }

    def __init__(self, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._linear: Dict[str, LinearModel] = {}

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> _Classifier:
        """See Rasa's :class:`GraphComponent`."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on the examples that carry the label."""
        labelled = [message for message in training_data.intent_examples if self._label(message) and message.get(TEXT)]
        labels = [self._label(message) for message in labelled]
        fit = {"c": self._config["C"], "max_iter": self._config["max_iter"], "tol": self._config["tol"]}
        with self._model_storage.write_to(self._resource) as folder:
            for opinion in self._linear_opinions():
                with_vector = opinion == _WORDS_AND_VECTOR
                self._linear[opinion] = LinearModel.fit(labelled, labels, with_vector, **fit)
                self._linear[opinion].save(folder / f"{opinion}.npz")
        return self._resource

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> _Classifier:
        """See Rasa's :class:`GraphComponent`."""
        component = cls.create(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as folder:
            for opinion in component._linear_opinions():
                component._linear[opinion] = LinearModel.load(folder / f"{opinion}.npz")
        return component

    def process(self, messages: List[Message]) -> List[Message]:
        """Set the label and its ranking on every message that has words."""
        for message in messages:
            if self._linear and message.get(TEXT) and message.features:
                self._set(message, self._ranking(message))
        return messages

    def _linear_opinions(self) -> List[str]:
        return [opinion for opinion in (_WORDS, _WORDS_AND_VECTOR) if self._config[opinion]]

    def _ranking(self, message: Message) -> List[Tuple[str, float]]:
        opinions = {name: dict(model.probabilities(message)) for name, model in self._linear.items()}
        opinions["neighbours"] = self._near(message.get(NEAREST) or {})
        labels = next(iter(opinions.values()))
        ranking = [
            (label, sum(self._config[name] * opinion.get(label, 0.0) for name, opinion in opinions.items()))
            for label in labels
        ]
        return sorted(ranking, key=lambda pair: -pair[1])

    @classmethod
    @abstractmethod
    def _label(cls, message: Message) -> str:
        """The label of a training example, empty when it has none."""

    @classmethod
    @abstractmethod
    def _near(cls, nearest: Dict[str, Shares]) -> Shares:
        """What the nearest training messages say of the label."""

    @staticmethod
    @abstractmethod
    def _set(message: Message, ranking: List[Tuple[str, float]]) -> None:
        """Write a prediction, best first, into the message."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ServiceTypeClassifier(_Classifier):
    """The intent: a service type, or one of the few used in dialogue only."""

    @classmethod
    def _label(cls, message: Message) -> str:
        return message.get(INTENT) or ""

    @classmethod
    def _near(cls, nearest: Dict[str, Shares]) -> Shares:
        return nearest.get(INTENT, {})

    @staticmethod
    def _set(message: Message, ranking: List[Tuple[str, float]]) -> None:
        intents = [{"name": name, "confidence": probability} for name, probability in ranking]
        message.set(INTENT, intents[0], add_to_output=True)
        message.set(INTENT_RANKING_KEY, intents, add_to_output=True)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(_Classifier):
    """The legal topic, learned from examples whose intent block has ``metadata: {topic: …}``."""

    @classmethod
    def _label(cls, message: Message) -> str:
        return topic_label(message)

    @classmethod
    def _near(cls, nearest: Dict[str, Shares]) -> Shares:
        return nearest.get(TOPIC, {})

    @staticmethod
    def _set(message: Message, ranking: List[Tuple[str, float]]) -> None:
        message.set(TOPIC, {"name": ranking[0][0], "confidence": ranking[0][1]}, add_to_output=True)
        message.set(TOPIC_RANKING, ranking, add_to_output=True)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class DangerClassifier(_Classifier):
    """The probability of a cry for help against everything else.

    Two labels of its own: among two dozen intents the few examples of an emergency are outweighed by what they share
    with others (docs/benchmarks.md). Its opinions must not share features: a linear model that sees the vector is as
    blind as the neighbours to a cry for help in the middle of a legal question.
    """

    _ORDINARY = "ordinary"

    @classmethod
    def _label(cls, message: Message) -> str:
        intent = message.get(INTENT)
        return (EMERGENCY if intent == EMERGENCY else cls._ORDINARY) if intent else ""

    @classmethod
    def _near(cls, nearest: Dict[str, Shares]) -> Shares:
        alarmed = nearest.get(INTENT, {}).get(EMERGENCY, 0.0)
        return {EMERGENCY: alarmed, cls._ORDINARY: 1 - alarmed}

    @staticmethod
    def _set(message: Message, ranking: List[Tuple[str, float]]) -> None:
        message.set(DANGER, dict(ranking)[EMERGENCY], add_to_output=True)
