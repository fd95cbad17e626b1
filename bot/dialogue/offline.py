"""Classify, ask and converse without a server: the same agent and the same path as the channels."""
from __future__ import annotations

import asyncio
import secrets
from typing import Any

from bot.channels.inbound import BadMessage, Inbound, read_message
from bot.channels.responder import Responder
from bot.dialogue.agent import load_agent
from bot.dialogue.understood import understood
from bot.runtime import get_services, use_settings
from bot.service_types import LEGAL_CONSULTATION
from bot.settings import Settings
from bot.store.database import IN_MEMORY, open_database


class Classifier:
    """The understanding pipeline alone."""

    def __init__(self, settings: Settings) -> None:
        self._agent = load_agent(settings, open_database(IN_MEMORY))
        self._loop = asyncio.new_event_loop()

    def classify(self, text: str) -> dict[str, Any]:
        """Service type, topic and urgency of one message."""
        return understood(self._loop.run_until_complete(self._agent.parse_message(text)) if text.strip() else {})


class Conversations:
    """Whole conversations through the channels' code, each new."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        # What a trial run writes stays in memory: its tickets and ratings must not reach the real desk.
        use_settings(settings.copy(update={"database_url": IN_MEMORY}))
        self._agent = load_agent(settings, get_services().engine)
        self._responder = Responder(self._agent, get_services().encoder)
        self._loop = asyncio.new_event_loop()

    def ask(self, question: str) -> dict[str, Any]:
        """What the bot says to ``question`` in a new conversation."""
        turn = self._loop.run_until_complete(self._turn(_new_id(), question))
        custom = turn["custom"]
        return {
            "answer": "\n\n".join(turn["bot"]),
            "confidence": turn["confidence"],
            "handoff": turn["handoff"],
            "service_type": turn["service_type"],
            "topic": turn["topic"],
            "citations": custom.get("citations") or [],
            "entry_id": custom.get("entry_id"),
        }

    def converse(self, turns: list[str]) -> dict[str, Any]:
        """The bot's side of a conversation whose user side is ``turns``."""
        conversation_id = _new_id()
        said = [self._loop.run_until_complete(self._turn(conversation_id, turn)) for turn in turns]
        shown = ("user", "bot", "buttons", "handoff", "ticket", "service_type", "confidence")
        return {"turns": [{name: turn[name] for name in shown} for turn in said]}

    async def _turn(self, conversation_id: str, text: str) -> dict[str, Any]:
        try:
            message = read_message(text, self._settings.max_message_chars)
        except BadMessage as problem:
            message = Inbound(text[:50], refusal=problem.text)
        messages = await self._responder.answer(conversation_id, message, "offline")
        parsed = await self._parsed(conversation_id) if not message.refusal else {}
        customs = [said["custom"] for said in messages if said["custom"]]
        custom = customs[0] if customs else {}
        meant = understood(parsed)
        return {
            "user": text,
            "bot": [said["text"] for said in messages],
            "buttons": [button for said in messages for button in said["buttons"]],
            "handoff": any(c.get("handoff") for c in customs),
            "ticket": next((c["ticket"] for c in customs if c.get("ticket")), None),
            "service_type": meant["service_type"],
            "topic": meant["topic"] if meant["service_type"] == LEGAL_CONSULTATION else "",
            "confidence": custom.get("confidence", meant["service_type_confidence"]),
            "custom": custom,
        }

    async def _parsed(self, conversation_id: str) -> dict[str, Any]:
        tracker = await self._agent.tracker_store.retrieve(conversation_id)
        return (tracker.latest_message.parse_data or {}) if tracker and tracker.latest_message else {}


def _new_id() -> str:
    return f"offline-{secrets.token_hex(8)}"
