"""From a citizen's message to the bot's messages: the one path all channels share."""
from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import structlog
from prometheus_client import Counter, Histogram
from rasa.core.agent import Agent

from bot.channels.inbound import Inbound
from bot.dialogue.agent import handle
from bot.retrieval.encoder import Encoder, available_cores
from bot.text.normalize import normalize

log = structlog.get_logger()

MESSAGES = Counter("fawen_messages_total", "Messages answered", ["channel"])
FAILURES = Counter("fawen_failures_total", "Messages that could not be answered", ["channel"])
SECONDS = Histogram(
    "fawen_answer_seconds", "Time to answer", buckets=(0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)
)

APOLOGY = "抱歉，系统出了点问题，这条消息没能处理。请稍后再发一次，或者直接拨打12348。遇到危险请拨打110或120。"


class Responder:
    """Asks the dialogue agent; one message of a conversation at a time."""

    def __init__(self, agent: Agent, encoder: Encoder) -> None:
        self._agent = agent
        self._encoder = encoder
        # Encoding takes a third of an answer's time and needs no Python: beside the event loop, other messages go on.
        self._encoding = ThreadPoolExecutor(max(1, available_cores() - 1), thread_name_prefix="encoding")

    async def answer(self, conversation_id: str, message: Inbound, channel: str) -> list[dict[str, Any]]:
        """The bot's messages. A failure inside becomes an apology, never an exception to the channel."""
        if message.refusal:
            return [{"recipient_id": conversation_id, "text": message.refusal, "buttons": [], "custom": None}]
        started = time.perf_counter()
        try:
            # Understanding and retrieval then find the vector in the encoder's cache.
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self._encoding, self._encoder.query, normalize(message.text))
            said = await handle(self._agent, conversation_id, message.text, channel)
        except asyncio.CancelledError:
            raise
        except Exception:
            FAILURES.labels(channel).inc()
            log.exception("answer failed", conversation=conversation_id)
            said = []
        SECONDS.observe(time.perf_counter() - started)
        MESSAGES.labels(channel).inc()
        return said or [{"recipient_id": conversation_id, "text": APOLOGY, "buttons": [], "custom": None}]
