"""A human, a call-back, an appointment, the progress of a ticket."""
from __future__ import annotations

from typing import Any, Dict, List

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import about, recall, remember, said, send
from bot.runtime import get_services
from bot.services.tickets import APPOINTMENT, CALL_BACK


class ActionOfferHuman(Action):
    """Brings the citizen to a seat; where there is none, offers the hotline and a call-back."""

    def name(self) -> str:
        return "action_offer_human"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict) -> List[Dict[str, Any]]:
        memory = recall(tracker)
        reason = "sensitive" if memory.sensitive else "low_confidence" if memory.unsure else "asked"
        send(dispatcher, tracker, get_services().reception.request(tracker.sender_id, reason, **about(memory)))
        return remember(memory, awaiting_phone=CALL_BACK)


class ActionRequestCallback(Action):
    """Asks for the number to call back."""

    def name(self) -> str:
        return "action_request_callback"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict) -> List[Dict[str, Any]]:
        send(dispatcher, tracker, get_services().human_help.ask_phone())
        return remember(recall(tracker), awaiting_phone=CALL_BACK)


class ActionAppointment(Action):
    """Asks for the number to confirm an appointment."""

    def name(self) -> str:
        return "action_appointment"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict) -> List[Dict[str, Any]]:
        send(dispatcher, tracker, get_services().human_help.ask_phone_for_appointment())
        return remember(
            recall(tracker), awaiting_phone=APPOINTMENT, question=said(tracker), service_type=APPOINTMENT
        )


class ActionFileTicket(Action):
    """Files the ticket for the number just left."""

    def name(self) -> str:
        return "action_file_ticket"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict) -> List[Dict[str, Any]]:
        memory = recall(tracker)
        reply = get_services().human_help.file(
            conversation_id=tracker.sender_id,
            text=said(tracker),
            purpose=memory.awaiting_phone or CALL_BACK,
            question=memory.question,
            service_type=memory.service_type,
            topic=memory.topic,
        )
        send(dispatcher, tracker, reply)
        if reply.ticket:
            # One who will be called back need not wait.
            get_services().desk.leave_queue(tracker.sender_id)
        return remember(memory, awaiting_phone="") if reply.ticket else []


class ActionTicketStatus(Action):
    """Tells how far a ticket is."""

    def name(self) -> str:
        return "action_ticket_status"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict) -> List[Dict[str, Any]]:
        send(dispatcher, tracker, get_services().human_help.progress(tracker.sender_id, said(tracker)))
        return []
