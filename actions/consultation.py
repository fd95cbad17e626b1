"""Legal questions, service guides, emergencies."""
from __future__ import annotations

from dataclasses import replace
from typing import Any, Dict, List

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Memory, about, intent_name, recall, remember, said, send, topic_probabilities
from bot.runtime import get_services
from bot.services.consultation import Context
from bot.services.tickets import CALL_BACK

# Unsure answers in a row after which a person is called.
MISUNDERSTOOD = 2
EMERGENCY = "emergency"


class ActionAnswerQuestion(Action):
    """Answers a legal question; also the fallback when nothing else fits."""

    def name(self) -> str:
        return "action_answer_question"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict) -> List[Dict[str, Any]]:
        services = get_services()
        question = said(tracker)
        topics = topic_probabilities(tracker)
        memory = recall(tracker)
        context = Context(memory.entry_id, memory.question)
        reply = services.statute_answers.reply(question) or services.consultation.answer(question, topics, context)
        send(dispatcher, tracker, reply)
        memory = replace(
            memory,
            entry_id=reply.entry_id or memory.entry_id,
            question=question,
            service_type=intent_name(tracker),
            topic=max(topics, key=topics.__getitem__) if topics else "",
            unsure=memory.unsure + 1 if reply.kind == "unsure" else 0,
            sensitive=services.sensitive.find(question) or memory.sensitive,
        )
        bring_to_person(dispatcher, tracker, memory, question)
        return remember(memory)


def bring_to_person(dispatcher: CollectingDispatcher, tracker: Tracker, memory: Memory, question: str) -> None:
    """Bring a sensitive matter, or one that was not understood twice, to a person, if one is there."""
    services = get_services()
    reason = ""
    if services.sensitive.find(question):
        reason = "sensitive"
    elif memory.unsure >= MISUNDERSTOOD:
        reason = "misunderstood"
    reply = services.reception.bring(tracker.sender_id, reason, **about(memory)) if reason else None
    if reply:
        send(dispatcher, tracker, reply)


class ActionServiceGuide(Action):
    """Answers a service question with its guide."""

    def name(self) -> str:
        return "action_service_guide"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict) -> List[Dict[str, Any]]:
        question = said(tracker)
        memory = recall(tracker)
        context = Context(memory.entry_id, memory.question)
        reply = get_services().consultation.guide(intent_name(tracker), question, context)
        send(dispatcher, tracker, reply)
        return remember(
            memory,
            entry_id=reply.entry_id or "",
            question=question or reply.shown["title"],
            service_type=intent_name(tracker),
        )


class ActionEmergency(Action):
    """The right numbers, at once."""

    def name(self) -> str:
        return "action_emergency"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict) -> List[Dict[str, Any]]:
        services = get_services()
        send(dispatcher, tracker, services.emergencies.reply(said(tracker)))
        memory = replace(
            recall(tracker),
            question=said(tracker),
            service_type=intent_name(tracker),
            awaiting_phone=CALL_BACK,
        )
        reply = services.reception.bring(tracker.sender_id, EMERGENCY, **about(memory))
        if reply:
            send(dispatcher, tracker, reply)
        return remember(memory)
