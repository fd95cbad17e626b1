"""Cries for help: patterns of ``nlu_data/urgency.yml`` and the classifier of danger together.

A missed cry for help is the worst that can happen, so an urgent message becomes the intent ``emergency`` whatever
else the classifier thought. Alarm words alone are not enough: most messages that hold them are ordinary questions.
"""
from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, List, Optional, Type

import yaml
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.service_types import EMERGENCY, LEGAL_CONSULTATION
from bot.text.normalize import normalize
from bot.understanding.attributes import DANGER, URGENT

PATTERNS = Path(__file__).resolve().parents[2] / "nlu_data" / "urgency.yml"


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    content = yaml.safe_load(PATTERNS.read_text(encoding="utf-8"))
    now, not_now = (re.compile("|".join(f"(?:{p})" for p in content[key])) for key in ("now", "not_now"))
    return now, not_now


def is_urgent(text: str, probability: float, threshold: float, least: float) -> bool:
    """Whether someone is in danger now.

    ``probability`` is the classifier's. Below ``threshold`` a pattern of present danger decides, unless the text shows
    that it is past, supposed or about compensation, or the classifier is below ``least``.
    """
    if probability >= threshold:
        return True
    now, not_now = _patterns()
    plain = normalize(text)
    return probability >= least and bool(now.search(plain)) and not not_now.search(plain)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class UrgencyDetector(IntentClassifier, GraphComponent):
    """Sets ``urgent`` and, where it is true and nowhere else, the intent ``emergency``."""

    @classmethod
    def required_components(cls) -> List[Type]:
        """See Rasa's :class:`GraphComponent`."""
        return [IntentClassifier]

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """The probability from which danger is believed: ``threshold``, or ``least`` with a pattern for it.

        ``other`` times the intent classifier's probability that it is neither an emergency nor a legal question is
        taken off it: to a classifier that knows danger and nothing else, small talk («我先下了») can look like a
        farewell. A legal question takes nothing off, for many a cry for help comes with one.
        """
        return {"threshold": 0.38, "least": 0.1, "other": 0.2}

    def __init__(self, config: Dict[str, Any]) -> None:
        self._threshold: float = config["threshold"]
        self._least: float = config["least"]
        self._other: float = config["other"]

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> UrgencyDetector:
        """See Rasa's :class:`GraphComponent`."""
        return cls(config)

    def process(self, messages: List[Message]) -> List[Message]:
        """Decide for each message."""
        for message in messages:
            intents = message.get(INTENT_RANKING_KEY) or []
            other = sum(i["confidence"] for i in intents if i["name"] not in (EMERGENCY, LEGAL_CONSULTATION))
            probability = max(0.0, float(message.get(DANGER) or 0.0) - self._other * other)
            text = message.get(TEXT) or ""
            urgent = is_urgent(text, probability, self._threshold, self._least)
            message.set(URGENT, urgent, add_to_output=True)
            ranking = _reranked(intents, probability if urgent else None, self._threshold)
            if ranking:
                message.set(INTENT, ranking[0], add_to_output=True)
                message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages


def _reranked(ranking: List[Dict[str, Any]], danger: Optional[float], least: float) -> List[Dict[str, Any]]:
    """The ranking with ``emergency`` first when there is ``danger``, and otherwise never first."""
    others = [item for item in ranking if item["name"] != EMERGENCY]
    if danger is not None:
        return [{"name": EMERGENCY, "confidence": max(danger, least)}, *others]
    if not others:
        return ranking
    known = [
        {"name": EMERGENCY, "confidence": min(item["confidence"], others[0]["confidence"])}
        for item in ranking
        if item["name"] == EMERGENCY
    ]
    return sorted([*others, *known], key=lambda item: -item["confidence"])
