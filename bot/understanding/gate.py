"""A service is believed only when the classifier is sure enough; what it is unsure of is treated as a legal question.

A wrong guide or a misplaced «再见» is worse than a look into the knowledge, whose own calibrated confidence decides
whether it answers. Short fragments («材料», «周末呢») are where the classifier guesses most.
"""
from __future__ import annotations

from typing import Any, Dict, List, Type

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT
from rasa.shared.nlu.training_data.message import Message

from bot.service_types import EMERGENCY, GUIDE_SERVICE_TYPES, LEGAL_CONSULTATION

_ALWAYS_BELIEVED = (LEGAL_CONSULTATION, EMERGENCY)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class IntentGate(IntentClassifier, GraphComponent):
    """Replaces an intent below its threshold by ``legal_consultation``; the ranking stays as it was."""

    @classmethod
    def required_components(cls) -> List[Type]:
        """See Rasa's :class:`GraphComponent`."""
        return [IntentClassifier]

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """``guide``: for services answered by a guide; ``other``: for small talk, tickets, ratings, out of scope."""
        return {"guide": 0.35, "other": 0.45}

    def __init__(self, config: Dict[str, Any]) -> None:
        self._guide: float = config["guide"]
        self._other: float = config["other"]

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> IntentGate:
        """See Rasa's :class:`GraphComponent`."""
        return cls(config)

    def process(self, messages: List[Message]) -> List[Message]:
        """Decide for each message."""
        for message in messages:
            intent = message.get(INTENT) or {}
            name, confidence = intent.get("name"), intent.get("confidence", 0.0)
            needed = self._guide if name in GUIDE_SERVICE_TYPES else self._other
            if name and name not in _ALWAYS_BELIEVED and confidence < needed:
                message.set(INTENT, {"name": LEGAL_CONSULTATION, "confidence": confidence}, add_to_output=True)
        return messages
