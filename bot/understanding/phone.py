"""A message that is little more than a telephone number is the answer to «请留个电话»."""
from __future__ import annotations

from typing import Any, Dict, List, Type

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.services.tickets import phone_in
from bot.text.normalize import normalize
from bot.understanding.attributes import URGENT

PROVIDE_PHONE = "provide_phone"
# «我电话13800138000，姓王，下午打» is still a number left; a story that mentions one is not.
_LONGEST = 40


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class PhoneDetector(IntentClassifier, GraphComponent):
    """Sets the intent ``provide_phone`` for short messages with a telephone number, unless they are urgent."""

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
    ) -> PhoneDetector:
        """See Rasa's :class:`GraphComponent`."""
        return cls()

    def process(self, messages: List[Message]) -> List[Message]:
        """Decide for each message."""
        for message in messages:
            text = normalize(message.get(TEXT) or "")
            if len(text) <= _LONGEST and phone_in(text) and not message.get(URGENT):
                message.set(INTENT, {"name": PROVIDE_PHONE, "confidence": 1.0}, add_to_output=True)
        return messages
