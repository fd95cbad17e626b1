"""When danger is believed: the classifier of danger, the intents beside it, and the patterns."""
from __future__ import annotations

import pytest
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.understanding.attributes import DANGER, URGENT
from bot.understanding.urgency import UrgencyDetector


def judged(text: str, danger: float, intent: str, confidence: float = 0.95) -> Message:
    ranking = [{"name": intent, "confidence": confidence}, {"name": "emergency", "confidence": 1 - confidence}]
    message = Message({TEXT: text, DANGER: danger, INTENT_RANKING_KEY: ranking})
    (processed,) = UrgencyDetector(UrgencyDetector.get_default_config()).process([message])
    return processed


@pytest.mark.parametrize(
    ("text", "danger", "intent", "urgent"),
    [
        ("门外那个人还没走", 0.6, "legal_consultation", True),
        ("门外那个人还没走", 0.2, "legal_consultation", False),
        # Small talk needs more danger than a legal question.
        ("那我先睡了", 0.5, "goodbye", False),
        ("那我先睡了 不会再醒了", 0.9, "goodbye", True),
        # A pattern is enough, unless another says that it is over or asked for its price.
        ("他正在打我妈", 0.15, "legal_consultation", True),
        ("去年他正在打我妈的时候警察来了", 0.15, "legal_consultation", False),
        ("救命 这合同写的什么鬼", 0.02, "legal_consultation", False),
        # What the danger is asked for does not outweigh the classifier.
        ("想问离婚，他拿着刀进来了", 0.8, "legal_consultation", True),
        ("去年他打我，能离婚吗", 0.3, "legal_consultation", False),
    ],
)
def test_when_a_message_is_urgent(text: str, danger: float, intent: str, urgent: bool) -> None:
    message = judged(text, danger, intent)
    assert message.get(URGENT) is urgent
    assert (message.get(INTENT)["name"] == "emergency") is urgent
