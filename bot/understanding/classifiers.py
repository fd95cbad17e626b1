"""Service type and legal topic of a message, from the same features."""
from __future__ import annotations

from abc import abstractmethod
from typing import Any, Dict, List, Optional, Tuple, Type

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, METADATA, METADATA_INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.understanding.attributes import METADATA_TOPIC, TOPIC, TOPIC_RANKING
from bot.understanding.linear_model import LinearModel

_FILE = "model.npz"


class _LinearClassifier(IntentClassifier, GraphComponent):
    """Learns one label of a message and predicts it; subclasses say which."""

    @classmethod
    def required_components(cls) -> List[Type]:
        """See Rasa's :class:`GraphComponent`."""
        return [Featurizer]

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """``C`` is the inverse strength of the L2 penalty; ``max_iter`` and ``tol`` end the fit."""
        return {"C": 1.0, "max_iter": 50, "tol": 1e-2}

    def __init__(self, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._model: Optional[LinearModel] = None

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> _LinearClassifier:
        """See Rasa's :class:`GraphComponent`."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on the examples that carry the label."""
        labelled = [message for message in training_data.intent_examples if self._label(message) and message.get(TEXT)]
        self._model = LinearModel.fit(
            labelled,
            [self._label(message) for message in labelled],
            self._config["C"],
            self._config["max_iter"],
            self._config["tol"],
        )
        with self._model_storage.write_to(self._resource) as folder:
            self._model.save(folder / _FILE)
        return self._resource

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> _LinearClassifier:
        """See Rasa's :class:`GraphComponent`."""
        component = cls.create(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as folder:
            component._model = LinearModel.load(folder / _FILE)
        return component

    def process(self, messages: List[Message]) -> List[Message]:
        """Set the label and its ranking on every message that has words."""
        for message in messages:
            if self._model and message.get(TEXT) and message.features:
                self._set(message, self._model.ranking(message))
        return messages

    @staticmethod
    @abstractmethod
    def _label(message: Message) -> str:
        """The label of a training example, empty when it has none."""

    @staticmethod
    @abstractmethod
    def _set(message: Message, ranking: List[Tuple[str, float]]) -> None:
        """Write a prediction, best first, into the message."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ServiceTypeClassifier(_LinearClassifier):
    """The intent: a service type, or one of the few used in dialogue only."""

    @staticmethod
    def _label(message: Message) -> str:
        return message.get(INTENT) or ""

    @staticmethod
    def _set(message: Message, ranking: List[Tuple[str, float]]) -> None:
        intents = [{"name": name, "confidence": probability} for name, probability in ranking]
        message.set(INTENT, intents[0], add_to_output=True)
        message.set(INTENT_RANKING_KEY, intents, add_to_output=True)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(_LinearClassifier):
    """The legal topic, learned from examples whose intent block has ``metadata: {topic: …}``."""

    @staticmethod
    def _label(message: Message) -> str:
        metadata = (message.get(METADATA) or {}).get(METADATA_INTENT) or {}
        return metadata.get(METADATA_TOPIC, "") if isinstance(metadata, dict) else ""

    @staticmethod
    def _set(message: Message, ranking: List[Tuple[str, float]]) -> None:
        message.set(TOPIC, {"name": ranking[0][0], "confidence": ranking[0][1]}, add_to_output=True)
        message.set(TOPIC_RANKING, ranking, add_to_output=True)
