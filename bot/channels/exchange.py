"""The one way of a citizen's message, whatever the channel: stored, then to the seat that holds the conversation or to
the bot, and the answers to all who listen.
"""
from __future__ import annotations

import asyncio
import contextlib
from typing import Any, AsyncIterator, Coroutine, Optional

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.delivery import Delivery, Subscription
from bot.channels.inbound import BadMessage, Inbound, read_command, read_message
from bot.channels.responder import Responder
from bot.channels.soon import Soon
from bot.seats.desk import SEAT_MARK, HandoffDesk
from bot.seats.reception import Reception
from bot.services.conversations import ConversationLog, StoredMessage
from bot.settings import Settings

log = structlog.get_logger()


class Exchange:
    """Takes in what citizens say. It is also told by the desk what happens there, and passes it on to them."""

    def __init__(
        self,
        responder: Responder,
        conversations: ConversationLog,
        desk: HandoffDesk,
        reception: Reception,
        settings: Settings,
    ) -> None:
        self.log = conversations
        self.citizens = Delivery(conversations)
        self.seats = Delivery(conversations)
        self._responder = responder
        self._desk = desk
        self._reception = reception
        self._settings = settings
        self._locks: dict[str, tuple[asyncio.Lock, int]] = {}
        self._tasks: set[asyncio.Task] = set()
        # What each waiting citizen was last told of their place, so that they hear of changes only.
        self._told: dict[str, dict[str, Any]] = {}
        # Several changes at once are one piece of news.
        self._queue_news = Soon(self._tell_places, seconds=0.05)
        desk.subscribe(self)

    def join(self, subscription: Subscription) -> None:
        """A citizen's page has opened a conversation."""
        self.citizens.join(subscription)
        self._desk.citizen_came(subscription.conversation_id)

    def leave(self, subscription: Subscription) -> None:
        """A citizen's page is gone."""
        if self.citizens.leave(subscription):
            self._desk.citizen_left(subscription.conversation_id)

    async def greet(self, conversation_id: str, channel: str) -> None:
        """Say the first words of a new conversation."""
        await self._bot_says(conversation_id, Inbound("/greeting"), channel)

    def receive(
        self, conversation_id: str, client_id: str, shown: Inbound, payload: Optional[Inbound] = None
    ) -> tuple[StoredMessage, bool]:
        """Store what a citizen says; answer it with :meth:`answer`. Returns the message and whether it is new.

        Raises :class:`BadMessage` for an id that could stand for a seat's message.
        """
        if client_id.startswith(SEAT_MARK):
            raise BadMessage("bad_request", f"id 不能以 {SEAT_MARK} 开头。")
        custom = {"payload": payload.text} if payload else None
        return self.log.add_user(conversation_id, client_id, shown.text, custom)

    async def answer(self, conversation_id: str, channel: str) -> None:
        """Deal with all that is stored and not dealt with, in order; whoever holds the lock does it for all."""
        async with self._lock(conversation_id):
            # Looked up each time: with the end of a session, what was said to the seat is dealt with.
            while stored := next(iter(self.log.unanswered(conversation_id)), None):
                try:
                    await self._deal_with(conversation_id, stored, channel)
                except SQLAlchemyError:
                    # The message stays unanswered in the store and is taken up when the conversation resumes.
                    log.exception("answer not stored", conversation=conversation_id)
                    return

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do something beside the caller, to its end."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def typing(self, conversation_id: str, on: bool) -> None:
        """The citizen is typing: the seat may know."""
        await self.seats.broadcast(conversation_id, {"type": "typing", "conversation": conversation_id, "on": on})

    def handoff_frame(self, conversation_id: str) -> dict[str, Any]:
        """The handoff's state as a frame for the citizen."""
        return {"type": "handoff", **self._reception.status(conversation_id)}

    # --- told by the desk

    def conversation_changed(self, conversation_id: str) -> None:
        """See :class:`bot.seats.desk.Listener`."""
        self.start(self._pass_on(conversation_id))

    def desk_changed(self) -> None:
        """See :class:`bot.seats.desk.Listener`."""
        self._queue_news.ask()

    async def _pass_on(self, conversation_id: str) -> None:
        await self.citizens.flush(conversation_id)
        await self.seats.flush(conversation_id)
        await self._tell_place(conversation_id)

    async def _tell_places(self) -> None:
        waiting, _talking = self._desk.overview()
        for handoff in waiting:
            await self._tell_place(handoff.conversation_id)

    async def _tell_place(self, conversation_id: str) -> None:
        frame = self.handoff_frame(conversation_id)
        if frame["state"] == "none" or self._told.get(conversation_id) == frame:
            return
        if frame["state"] in ("ended", "left"):
            self._told.pop(conversation_id, None)
        else:
            self._told[conversation_id] = frame
        await self.citizens.broadcast(conversation_id, frame)

    # --- one message

    async def _deal_with(self, conversation_id: str, stored: StoredMessage, channel: str) -> None:
        meant = (stored.custom or {}).get("payload") or stored.text
        command = read_command(meant)
        if command:
            reply = self._reception.command(conversation_id, *command)
            if reply.text:
                self.log.add_bot(conversation_id, reply.text, reply.buttons, reply.custom)
        elif not self._desk.holds(conversation_id):
            await self._flush(conversation_id)
            await self.citizens.broadcast(conversation_id, {"type": "typing", "on": True, "who": "bot"})
            try:
                message = read_message(meant, self._settings.max_message_chars)
                await self._bot_says(conversation_id, message, channel, stored.seq)
            finally:
                await self.citizens.broadcast(conversation_id, {"type": "typing", "on": False, "who": "bot"})
            return
        # Before the sockets have their turn: a server killed there must not deal with the message once more.
        self.log.mark_answered(conversation_id, stored.seq)
        await self._flush(conversation_id)

    async def _bot_says(
        self, conversation_id: str, message: Inbound, channel: str, answered: Optional[int] = None
    ) -> None:
        said = await self._responder.answer(conversation_id, message, channel)
        # A seat that has come meanwhile has read the question; from then on the bot is silent.
        for words in [] if self._desk.holds(conversation_id) else said:
            self.log.add_bot(conversation_id, words["text"], words["buttons"], words["custom"])
        if answered is not None:
            self.log.mark_answered(conversation_id, answered)
        await self._flush(conversation_id)

    async def _flush(self, conversation_id: str) -> None:
        await self.citizens.flush(conversation_id)
        await self.seats.flush(conversation_id)

    @contextlib.asynccontextmanager
    async def _lock(self, conversation_id: str) -> AsyncIterator[None]:
        """Held while one message of a conversation is dealt with; forgotten when nobody wants it."""
        lock, users = self._locks.get(conversation_id, (asyncio.Lock(), 0))
        self._locks[conversation_id] = (lock, users + 1)
        try:
            async with lock:
                yield
        finally:
            lock, users = self._locks[conversation_id]
            if users == 1:
                del self._locks[conversation_id]
            else:
                self._locks[conversation_id] = (lock, users - 1)
