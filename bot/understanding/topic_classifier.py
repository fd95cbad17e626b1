"""The legal topic of a message: logistic regression on the features the intent classifier uses."""
from __future__ import annotations

from typing import Any, Dict, List, Type

import joblib
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import METADATA, METADATA_INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix, hstack, vstack
from sklearn.linear_model import LogisticRegression

from bot.understanding.attributes import METADATA_TOPIC, TOPIC, TOPIC_RANKING


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(IntentClassifier, GraphComponent):
    """Learns from examples whose intent block has ``metadata: {topic: …}``; adds ``topic`` and ``topic_ranking``."""

    @classmethod
    def required_components(cls) -> List[Type]:
        """See Rasa's :class:`GraphComponent`."""
        return [Featurizer]

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """``C`` is the inverse strength of the L2 penalty; ``max_iter`` and ``tol`` end the fit."""
        return {"C": 1.0, "max_iter": 50, "tol": 1e-2}

    def __init__(self, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._model_storage = model_storage
        self._resource = resource
        self._model = LogisticRegression(
            C=config["C"],
            max_iter=config["max_iter"],
            tol=config["tol"],
            class_weight="balanced",
            random_state=42,
        )

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TopicClassifier:
        """See Rasa's :class:`GraphComponent`."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on the examples that carry a topic."""
        labelled = [message for message in training_data.intent_examples if _topic(message) and message.get(TEXT)]
        self._model.fit(_features(labelled), [_topic(message) for message in labelled])
        with self._model_storage.write_to(self._resource) as folder:
            joblib.dump(self._model, folder / "topics.joblib")
        return self._resource

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> TopicClassifier:
        """See Rasa's :class:`GraphComponent`."""
        component = cls.create(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as folder:
            component._model = joblib.load(folder / "topics.joblib")
        return component

    def process(self, messages: List[Message]) -> List[Message]:
        """Add the topic, its probability and the ranking, best first."""
        for message in messages:
            if not message.get(TEXT) or not message.features:
                continue
            probabilities = self._model.predict_proba(_features([message]))[0]
            ranking = sorted(zip(self._model.classes_.tolist(), probabilities.tolist()), key=lambda pair: -pair[1])
            message.set(TOPIC, {"name": ranking[0][0], "confidence": ranking[0][1]}, add_to_output=True)
            message.set(TOPIC_RANKING, ranking, add_to_output=True)
        return messages


def _topic(message: Message) -> str:
    metadata = (message.get(METADATA) or {}).get(METADATA_INTENT) or {}
    return metadata.get(METADATA_TOPIC, "") if isinstance(metadata, dict) else ""


def _features(messages: List[Message]) -> csr_matrix:
    rows = []
    for message in messages:
        _tokens, sparse = message.get_sparse_features(attribute=TEXT)
        _tokens, dense = message.get_dense_features(attribute=TEXT)
        parts = [csr_matrix(part.features) for part in (sparse, dense) if part is not None]
        rows.append(hstack(parts))
    return vstack(rows).tocsr()
