"""Rasa's jieba tokenizer, with the legal lexicon and on normalised text."""
from __future__ import annotations

from typing import Any, Dict, List

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

from bot.text.normalize import normalize
from bot.text.segment import segmenter


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class LegalJiebaTokenizer(Tokenizer):
    """Cuts the normalised text; offsets refer to that text."""

    @staticmethod
    def supported_languages() -> List[str]:
        """Only Chinese."""
        return ["zh"]

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """No intent splitting: our intents are service types."""
        return {"intent_tokenization_flag": False, "intent_split_symbol": "_", "token_pattern": None}

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LegalJiebaTokenizer:
        """See Rasa's :class:`GraphComponent`."""
        return cls(config)

    @staticmethod
    def required_packages() -> List[str]:
        """See Rasa's :class:`GraphComponent`."""
        return ["jieba"]

    def tokenize(self, message: Message, attribute: str) -> List[Token]:
        """Tokens of the normalised text."""
        text = normalize(message.get(attribute))
        return [Token(word, start) for word, start, _end in segmenter().tokenize(text) if word.strip()]
