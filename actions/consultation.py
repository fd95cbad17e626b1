"""Legal questions, service guides, emergencies."""
from __future__ import annotations

from typing import Any, Dict, List

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import intent_name, recall, remember, said, send, topic_probabilities
from bot.runtime import get_services
from bot.services.consultation import Context
from bot.services.tickets import CALL_BACK


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
        return remember(
            memory,
            entry_id=reply.entry_id or memory.entry_id,
            question=question,
            service_type=intent_name(tracker),
            topic=max(topics, key=topics.__getitem__) if topics else "",
        )


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
        send(dispatcher, tracker, get_services().emergencies.reply(said(tracker)))
        return remember(
            recall(tracker),
            question=said(tracker),
            service_type=intent_name(tracker),
            awaiting_phone=CALL_BACK,
        )
