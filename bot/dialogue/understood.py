"""What the pipeline understood of a message, in the words of our contract."""
from __future__ import annotations

from typing import Any

from rasa.core.agent import Agent

from bot.service_types import EMERGENCY, OUT_OF_SCOPE, SERVICE_TYPES


def understood(parsed: dict[str, Any]) -> dict[str, Any]:
    """The classification of a parsed message, over the service types alone (dialogue-only intents left out)."""
    ranking = [
        (item["name"], float(item["confidence"]))
        for item in parsed.get("intent_ranking", [])
        if item["name"] in SERVICE_TYPES
    ]
    urgent = bool(parsed.get("urgent"))
    topic = parsed.get("topic") or {"name": "", "confidence": 0.0}
    service_type, confidence = ranking[0] if ranking else (OUT_OF_SCOPE, 0.0)
    return {
        "service_type": EMERGENCY if urgent else service_type,
        "service_type_confidence": round(confidence, 4),
        "service_type_ranking": [[name, round(p, 4)] for name, p in ranking],
        "topic": topic["name"],
        "topic_confidence": round(topic["confidence"], 4),
        "urgent": urgent,
    }


async def understand(agent: Agent, text: str) -> dict[str, Any]:
    """For the answer assistant: service type, topic, urgency, and the probabilities of all ``topics``."""
    parsed = await agent.parse_message(text)
    meant = understood(parsed)
    return {
        "service_type": meant["service_type"],
        "service_name": SERVICE_TYPES[meant["service_type"]],
        "topic": meant["topic"],
        "urgent": meant["urgent"],
        "topics": dict(parsed.get("topic_ranking") or []),
    }
