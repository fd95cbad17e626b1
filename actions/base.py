"""What all actions share: reading the tracker, sending a reply."""
from __future__ import annotations

from typing import Any, Dict, List

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.services.replies import Reply

LAST_ENTRY, LAST_QUESTION = "last_entry_id", "last_question"
LAST_SERVICE, LAST_TOPIC = "last_service_type", "last_topic"
AWAITING_PHONE = "awaiting_phone"


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


def send(dispatcher: CollectingDispatcher, tracker: Tracker, reply: Reply) -> None:
    """Hand ``reply`` to the channel: text, quick replies and the structured form together."""
    custom = reply.custom
    if custom["confidence"] is None:
        custom["confidence"] = round((tracker.latest_message.get("intent") or {}).get("confidence") or 0.0, 4)
    dispatcher.utter_message(text=reply.text, buttons=list(reply.buttons), json_message=custom)


def slots(**values: Any) -> List[Dict[str, Any]]:
    """Slot events."""
    return [SlotSet(name, value) for name, value in values.items()]
