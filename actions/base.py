"""What all actions share: reading the tracker, sending a reply."""
from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Dict, List

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.runtime import get_services
from bot.services.replies import Reply

# One slot for all that is remembered: Rasa checks every slot event of every answer against a schema, slowly.
MEMORY = "memory"


@dataclass(frozen=True)
class Memory:
    """What was being talked about: the last entry or guide, question, service type, topic; what a number is for."""

    entry_id: str = ""
    question: str = ""
    service_type: str = ""
    topic: str = ""
    awaiting_phone: str = ""
    # Answers in a row that were no more than «I'm not sure», and the sensitive matter that came up, if one did.
    unsure: int = 0
    sensitive: str = ""


def recall(tracker: Tracker) -> Memory:
    """The conversation's memory."""
    return Memory(**(tracker.get_slot(MEMORY) or {}))


def remember(memory: Memory, **changes: Any) -> List[Dict[str, Any]]:
    """The event that stores ``memory`` with ``changes``."""
    return [SlotSet(MEMORY, asdict(replace(memory, **changes)))]


def said(tracker: Tracker) -> str:
    """The citizen's last message. A pressed button «/intent words» counts as its words."""
    text = tracker.latest_message.get("text") or ""
    return text.partition(" ")[2] if text.startswith("/") else text


def topic_probabilities(tracker: Tracker) -> Dict[str, float]:
    """The topic classifier's probabilities for the last message; empty for a pressed button."""
    return dict(tracker.latest_message.get("topic_ranking") or [])


def intent_name(tracker: Tracker) -> str:
    """The intent of the last message."""
    return (tracker.latest_message.get("intent") or {}).get("name") or ""


def about(memory: Memory) -> Dict[str, Any]:
    """What a seat is told of a conversation that comes to it."""
    slots = {"最近看过": get_services().consultation.title_of(memory.entry_id), "敏感事项": memory.sensitive}
    return {
        "gist": memory.question,
        "service_type": memory.service_type,
        "topic": memory.topic,
        "slots": {name: value for name, value in slots.items() if value},
    }


def send(dispatcher: CollectingDispatcher, tracker: Tracker, reply: Reply) -> None:
    """Hand ``reply`` to the channel: text, quick replies and the structured form together."""
    custom = reply.custom
    if custom["confidence"] is None:
        custom["confidence"] = round((tracker.latest_message.get("intent") or {}).get("confidence") or 0.0, 4)
    dispatcher.utter_message(text=reply.text, buttons=list(reply.buttons), json_message=custom)
