"""A pressed button means what it says, whatever its words sound like."""
from __future__ import annotations

from typing import Any, Dict, List, Type

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.text.payload import read_payload
from bot.understanding.attributes import URGENT


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class PayloadReader(IntentClassifier, GraphComponent):
    """Sets the intent of «/intent words»; Rasa itself understands «/intent» alone. Which are let in, channels decide."""

    @classmethod
    def required_components(cls) -> List[Type]:
        """See Rasa's :class:`GraphComponent`."""
        return [IntentClassifier]

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> PayloadReader:
        """See Rasa's :class:`GraphComponent`."""
        return cls()

    def process(self, messages: List[Message]) -> List[Message]:
        """Decide for each message."""
        for message in messages:
            payload = read_payload(message.get(TEXT) or "")
            if payload:
                message.set(INTENT, {"name": payload[0], "confidence": 1.0}, add_to_output=True)
                message.set(URGENT, False, add_to_output=True)
        return messages
