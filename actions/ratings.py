"""«有帮助», «没帮助», and a bare yes or no."""
from __future__ import annotations

from typing import Any, Dict, List

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import recall, remember, said, send
from bot.runtime import get_services
from bot.services.human_help import after_rating, after_reason
from bot.services.replies import HUMAN, Reply
from bot.services.tickets import CALL_BACK


def _rate(dispatcher: CollectingDispatcher, tracker: Tracker, helpful: bool) -> None:
    memory = recall(tracker)
    get_services().ratings.add(tracker.sender_id, memory.entry_id, memory.question, helpful)
    send(dispatcher, tracker, after_rating(helpful, memory.entry_id))


class ActionRateHelpful(Action):
    """Stores a good rating."""

    def name(self) -> str:
        return "action_rate_helpful"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict) -> List[Dict[str, Any]]:
        _rate(dispatcher, tracker, helpful=True)
        return []


class ActionRateUnhelpful(Action):
    """Stores a bad rating, or the reason for it, and offers a person."""

    def name(self) -> str:
        return "action_rate_unhelpful"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict) -> List[Dict[str, Any]]:
        reason = said(tracker) if (tracker.latest_message.get("text") or "").startswith("/rate_unhelpful ") else ""
        if reason:
            get_services().ratings.add_reason(tracker.sender_id, reason)
            send(dispatcher, tracker, after_reason())
        else:
            _rate(dispatcher, tracker, helpful=False)
        return remember(recall(tracker), awaiting_phone=CALL_BACK)


class ActionAffirm(Action):
    """A bare yes: it means the call-back when one was offered."""

    def name(self) -> str:
        return "action_affirm"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict) -> List[Dict[str, Any]]:
        awaiting = recall(tracker).awaiting_phone
        send(dispatcher, tracker, get_services().human_help.ask_phone() if awaiting else Reply("好的。您还想了解什么？直接说就行。"))
        return []


class ActionDeny(Action):
    """A bare no: nothing is expected any more."""

    def name(self) -> str:
        return "action_deny"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict) -> List[Dict[str, Any]]:
        send(dispatcher, tracker, Reply("好的，那就先这样。有别的问题随时问我，也可以拨打12348。", buttons=[HUMAN]))
        return remember(recall(tracker), awaiting_phone="")
