"""Features of a whole message: standardised sentence embedding (dense), TF-IDF of words and characters (sparse)."""
from __future__ import annotations

from typing import Any, Dict, List, Type

import joblib
import numpy as np
import scipy.sparse
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.retrieval.encoder import Encoder, load_encoder
from bot.retrieval.vector_cache import cache_file, encode_cached
from bot.settings import load_settings
from bot.text.normalize import normalize


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class EmbeddingFeaturizer(DenseFeaturizer, GraphComponent):
    """The retrieval encoder's vector of the message, standardised over the training data.

    Sentence vectors of one model lie in a narrow cone; centred and scaled, their differences are what a linear
    classifier sees. ``scale`` is the length of a typical vector.
    """

    @classmethod
    def required_components(cls) -> List[Type]:
        """See Rasa's :class:`GraphComponent`."""
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """See Rasa's :class:`GraphComponent`."""
        return {**DenseFeaturizer.get_default_config(), "scale": 2.0}

    @classmethod
    def validate_config(cls, config: Dict[str, Any]) -> None:
        """Nothing to check beyond the types."""

    def __init__(
        self, config: Dict[str, Any], name: str, model_storage: ModelStorage, resource: Resource, encoder: Encoder
    ) -> None:
        super().__init__(name, config)
        self._scale: float = config["scale"]
        self._model_storage = model_storage
        self._resource = resource
        self._encoder = encoder
        self._mean = np.zeros(encoder.dimension, dtype=np.float32)
        self._spread = np.ones(encoder.dimension, dtype=np.float32)

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> EmbeddingFeaturizer:
        """See Rasa's :class:`GraphComponent`."""
        encoder = load_encoder(load_settings())
        return cls(config, execution_context.node_name, model_storage, resource, encoder)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn mean and spread of the training vectors."""
        texts = [message.get(TEXT) for message in training_data.training_examples if message.get(TEXT)]
        vectors = self._vectors(texts)
        if len(vectors):
            self._mean, self._spread = vectors.mean(0), np.maximum(vectors.std(0), 1e-6)
        with self._model_storage.write_to(self._resource) as folder:
            np.savez(folder / "standardization.npz", mean=self._mean, spread=self._spread)
        return self._resource

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> EmbeddingFeaturizer:
        """See Rasa's :class:`GraphComponent`."""
        component = cls.create(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as folder, np.load(folder / "standardization.npz") as stored:
            component._mean, component._spread = stored["mean"], stored["spread"]
        return component

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add the features to all examples; they are encoded together, which is several times faster."""
        messages = [message for message in training_data.training_examples if message.get(TEXT)]
        vectors = self._vectors([message.get(TEXT) for message in messages])
        for message, vector in zip(messages, vectors):
            self._set(message, vector)
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Add the features to messages of a conversation."""
        for message in messages:
            if message.get(TEXT):
                self._set(message, self._encoder.query(normalize(message.get(TEXT))))
        return messages

    def _vectors(self, texts: List[str]) -> np.ndarray:
        plain = [normalize(text) for text in texts]
        cache = cache_file(load_settings().var_dir, "understanding", self._encoder)
        return encode_cached(plain, np.ones(len(plain), dtype=bool), self._encoder, cache)

    def _set(self, message: Message, vector: np.ndarray) -> None:
        standard = (vector - self._mean) / self._spread * (self._scale / np.sqrt(self._encoder.dimension))
        row = standard[None, :].astype(np.float32)
        message.add_features(Features(row, FEATURE_TYPE_SENTENCE, TEXT, self._identifier))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class TfidfFeaturizer(SparseFeaturizer, GraphComponent):
    """TF-IDF of jieba words (one and two) and of characters (one and two), each block scaled by ``weight``."""

    @classmethod
    def required_components(cls) -> List[Type]:
        """See Rasa's :class:`GraphComponent`."""
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """See Rasa's :class:`GraphComponent`."""
        return {**SparseFeaturizer.get_default_config(), "weight": 0.5}

    @classmethod
    def validate_config(cls, config: Dict[str, Any]) -> None:
        """Nothing to check beyond the types."""

    def __init__(self, config: Dict[str, Any], name: str, model_storage: ModelStorage, resource: Resource) -> None:
        super().__init__(name, config)
        self._weight: float = config["weight"]
        self._model_storage = model_storage
        self._resource = resource
        options = {"min_df": 3, "sublinear_tf": True, "dtype": np.float32}
        self._words = TfidfVectorizer(analyzer=_word_grams, **options)
        self._characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 2), **options)

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TfidfFeaturizer:
        """See Rasa's :class:`GraphComponent`."""
        return cls(config, execution_context.node_name, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the vocabulary and its document frequencies."""
        messages = [message for message in training_data.training_examples if message.get(TEXT)]
        self._words.fit([_words(message) for message in messages])
        self._characters.fit([normalize(message.get(TEXT)) for message in messages])
        with self._model_storage.write_to(self._resource) as folder:
            joblib.dump((self._words, self._characters), folder / "tfidf.joblib")
        return self._resource

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> TfidfFeaturizer:
        """See Rasa's :class:`GraphComponent`."""
        component = cls.create(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as folder:
            component._words, component._characters = joblib.load(folder / "tfidf.joblib")
        return component

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add the features to all examples."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Add the features to messages; many are transformed together."""
        written = [message for message in messages if message.get(TEXT)]
        if not written:
            return messages
        matrix = scipy.sparse.hstack(
            [
                self._words.transform([_words(message) for message in written]),
                self._characters.transform([normalize(message.get(TEXT)) for message in written]),
            ]
        ).tocsr()
        for row, message in enumerate(written):
            weighted = (matrix[row] * self._weight).tocoo()
            message.add_features(Features(weighted, FEATURE_TYPE_SENTENCE, TEXT, self._identifier))
        return messages


def _words(message: Message) -> List[str]:
    return [token.text for token in message.get(TOKENS_NAMES[TEXT], [])]


def _word_grams(words: List[str]) -> List[str]:
    return words + [f"{first} {second}" for first, second in zip(words, words[1:])]
