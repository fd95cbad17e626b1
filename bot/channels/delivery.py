"""From the store to the sockets: every subscriber gets a conversation's messages in order, each once."""
from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any, Callable, Optional

from sanic.exceptions import ServerError, WebsocketClosed
from websockets.exceptions import ConnectionClosed

from bot.services.conversations import ConversationLog, StoredMessage

# ServerError is what Sanic says of a socket that is about to close.
CLOSED = (ConnectionClosed, WebsocketClosed, ServerError, ConnectionError)
Frame = dict[str, Any]
# A socket that has not taken a frame after this many seconds is dead.
LONGEST_SEND = 10.0


async def send(socket: Any, frame: Frame) -> None:
    """Send one frame; a closed socket is no error, and one that takes nothing is closed: its client will resume."""
    # What a client sent half a character of comes back with a question mark.
    text = json.dumps(frame, ensure_ascii=False).encode(errors="replace").decode()
    # A task of its own: Sanic cancels whoever writes to a line that is closing, be it another citizen's answer.
    sending = asyncio.ensure_future(socket.send(text))
    # Looked at even when the caller is cancelled and no longer does.
    sending.add_done_callback(lambda sent: sent.cancelled() or sent.exception())
    done, _ = await asyncio.wait({sending}, timeout=LONGEST_SEND)
    if not done:
        sending.cancel()
        # Not close(): that would wait for the same full line.
        socket.fail_connection()
    elif not sending.cancelled():
        with contextlib.suppress(*CLOSED):
            sending.result()


def message_frame(stored: StoredMessage) -> Frame:
    """A message as clients get it (docs/websocket.md)."""
    return {
        "type": "message",
        "seq": stored.seq,
        "role": stored.role,
        "id": stored.client_id if stored.role == "user" else None,
        "text": stored.text,
        "buttons": stored.buttons,
        "custom": stored.custom if stored.role != "user" else None,
        "time": stored.created_at.astimezone().isoformat(timespec="seconds"),
    }


class Subscription:
    """One socket's view of one conversation. ``seen`` is the number of the last message it has."""

    def __init__(
        self, socket: Any, conversation_id: str, seen: int, frame: Callable[[StoredMessage], Frame] = message_frame
    ) -> None:
        self.socket = socket
        self.conversation_id = conversation_id
        self.seen = seen
        # Messages after this one are not for this socket.
        self.until: Optional[int] = None
        self._frame = frame
        self._lock = asyncio.Lock()

    async def flush(self, log: ConversationLog) -> None:
        """Send what the socket has not got yet. A socket that closes resumes from what its client has."""
        async with self._lock:
            for stored in log.since(self.conversation_id, self.seen):
                if self.until is not None and stored.seq > self.until:
                    break
                await send(self.socket, self._frame(stored))
                self.seen = stored.seq


class Delivery:
    """The open subscriptions of each conversation."""

    def __init__(self, log: ConversationLog) -> None:
        self._log = log
        self._subscriptions: dict[str, set[Subscription]] = {}
        self._waiting: dict[str, set[asyncio.Event]] = {}

    def join(self, subscription: Subscription) -> None:
        """Begin to deliver; call :meth:`flush` for what is there already."""
        self._subscriptions.setdefault(subscription.conversation_id, set()).add(subscription)

    def leave(self, subscription: Subscription) -> bool:
        """Deliver no more; whether it was the conversation's last subscription."""
        joined = self._subscriptions.get(subscription.conversation_id, set())
        joined.discard(subscription)
        if not joined:
            self._subscriptions.pop(subscription.conversation_id, None)
        return not joined

    async def flush(self, conversation_id: str) -> None:
        """Send everybody what they have not got yet. A slow socket does not hold up the others."""
        joined = list(self._subscriptions.get(conversation_id, ()))
        await asyncio.gather(*(subscription.flush(self._log) for subscription in joined))
        for event in self._waiting.get(conversation_id, ()):
            event.set()

    async def wait(self, conversation_id: str, seconds: float) -> None:
        """Return when something was said in the conversation, or after ``seconds``."""
        event = asyncio.Event()
        waiting = self._waiting.setdefault(conversation_id, set())
        waiting.add(event)
        try:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(event.wait(), seconds)
        finally:
            waiting.discard(event)
            if not waiting:
                self._waiting.pop(conversation_id, None)

    async def broadcast(self, conversation_id: str, frame: Frame) -> None:
        """Send a frame that is not stored (typing, the handoff's state) to everybody who listens."""
        joined = list(self._subscriptions.get(conversation_id, ()))
        await asyncio.gather(*(send(subscription.socket, frame) for subscription in joined))
