"""Legal questions, service guides, emergencies."""
from __future__ import annotations

from typing import Any, Dict, List

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import (
    AWAITING_PHONE,
    LAST_ENTRY,
    LAST_QUESTION,
    LAST_SERVICE,
    LAST_TOPIC,
    intent_name,
    said,
    send,
    slots,
    topic_probabilities,
)
from bot.runtime import get_services
from bot.services.consultation import Context


class ActionAnswerQuestion(Action):
    """Answers a legal question; also the fallback when nothing else fits."""

    def name(self) -> str:
        return "action_answer_question"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict) -> List[Dict[str, Any]]:
        services = get_services()
        question = said(tracker)
        topics = topic_probabilities(tracker)
        context = Context(tracker.get_slot(LAST_ENTRY), tracker.get_slot(LAST_QUESTION) or "")
        reply = services.statute_answers.reply(question) or services.consultation.answer(question, topics, context)
        send(dispatcher, tracker, reply)
        return slots(
            **{
                LAST_ENTRY: reply.entry_id or context.entry_id,
                LAST_QUESTION: question,
                LAST_SERVICE: intent_name(tracker),
                LAST_TOPIC: max(topics, key=topics.__getitem__) if topics else "",
            }
        )


class ActionServiceGuide(Action):
    """Answers a service question with its guide."""

    def name(self) -> str:
        return "action_service_guide"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict) -> List[Dict[str, Any]]:
        question = said(tracker)
        context = Context(tracker.get_slot(LAST_ENTRY), tracker.get_slot(LAST_QUESTION) or "")
        reply = get_services().consultation.guide(intent_name(tracker), question, context)
        send(dispatcher, tracker, reply)
        return slots(
            **{
                LAST_ENTRY: reply.entry_id,
                LAST_QUESTION: question or reply.shown["title"],
                LAST_SERVICE: intent_name(tracker),
            }
        )


class ActionEmergency(Action):
    """The right numbers, at once."""

    def name(self) -> str:
        return "action_emergency"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict) -> List[Dict[str, Any]]:
        send(dispatcher, tracker, get_services().emergencies.reply(said(tracker)))
        return slots(**{LAST_QUESTION: said(tracker), LAST_SERVICE: intent_name(tracker), AWAITING_PHONE: "callback"})
