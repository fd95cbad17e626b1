"""Our WebSocket channel: JSON frames, message ids, resume after a reconnect without loss or duplicates.

The protocol is described in ``docs/websocket.md``. Every message is stored before it is acknowledged; a message whose
answer was cut off by a stopped server is answered when the conversation is resumed.
"""
from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections import deque
from typing import Any, Awaitable, Callable, Optional
from urllib.parse import urlsplit

import structlog
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint
from sanic.exceptions import Forbidden, WebsocketClosed
from sanic.request import Request
from sqlalchemy.exc import SQLAlchemyError
from websockets.exceptions import ConnectionClosed

from bot.channels.inbound import BadMessage, Inbound, read_id, read_message
from bot.channels.responder import APOLOGY, Responder
from bot.services.conversations import ConversationLog, StoredMessage
from bot.settings import Settings

log = structlog.get_logger()

PATH = "/ws/chat"
# A citizen's pace: more than this many messages in this many seconds is a machine.
BURST, BURST_SECONDS = 20, 10.0


class Hub:
    """The open sockets of each conversation: several tabs see the same messages."""

    def __init__(self) -> None:
        self._sockets: dict[str, set[Any]] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    def join(self, conversation_id: str, socket: Any) -> None:
        """Add a socket."""
        self._sockets.setdefault(conversation_id, set()).add(socket)
        self._locks.setdefault(conversation_id, asyncio.Lock())

    def leave(self, conversation_id: str, socket: Any) -> None:
        """Remove a socket; the last one takes the conversation's bookkeeping with it."""
        sockets = self._sockets.get(conversation_id, set())
        sockets.discard(socket)
        lock = self._locks.get(conversation_id)
        if not sockets and not (lock and lock.locked()):
            self._sockets.pop(conversation_id, None)
            self._locks.pop(conversation_id, None)

    def lock(self, conversation_id: str) -> asyncio.Lock:
        """Held while one message of the conversation is answered."""
        return self._locks.setdefault(conversation_id, asyncio.Lock())

    async def broadcast(self, conversation_id: str, frame: dict[str, Any]) -> None:
        """Send to all sockets of the conversation; one that is gone will catch up when it resumes."""
        for socket in list(self._sockets.get(conversation_id, ())):
            await send(socket, frame)


async def send(socket: Any, frame: dict[str, Any]) -> None:
    """Send one frame; a closed socket is no error."""
    with contextlib.suppress(ConnectionClosed, WebsocketClosed, ConnectionError):
        await socket.send(json.dumps(frame, ensure_ascii=False))


class WebSocketChannel(InputChannel):
    """The widget's channel."""

    def __init__(self, responder: Responder, conversations: ConversationLog, settings: Settings) -> None:
        self._responder = responder
        self._log = conversations
        self._settings = settings
        self._hub = Hub()
        self._tasks: set[asyncio.Task] = set()

    @classmethod
    def name(cls) -> str:
        """The channel's name in Rasa and the prefix of its conversation ids."""
        return "web"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The route, to be mounted at the root."""
        routes = Blueprint("fawen_websocket")

        @routes.websocket(PATH)
        async def chat(request: Request, socket: Any) -> None:
            if not self._origin_allowed(request):
                raise Forbidden("这个网站没有被允许使用本服务")
            await self._serve(socket)

        return routes

    def _origin_allowed(self, request: Request) -> bool:
        origin = request.headers.get("origin")
        allowed = [entry.strip().rstrip("/") for entry in self._settings.allowed_origins.split(",")]
        if origin is None or "*" in allowed or origin.rstrip("/") in allowed:
            return True
        return urlsplit(origin).netloc == request.host

    async def _serve(self, socket: Any) -> None:
        conversation_id: Optional[str] = None
        recent: deque[float] = deque(maxlen=BURST)
        try:
            while True:
                raw = await socket.recv()
                if raw is None:
                    break
                frame_id = None
                try:
                    frame = _decode(raw)
                    frame_id = frame.get("id") if isinstance(frame.get("id"), str) else None
                    kind = frame.get("type")
                    if kind == "ping":
                        await send(socket, {"type": "pong"})
                    elif kind == "hello":
                        previous, conversation_id = conversation_id, None
                        if previous:
                            self._hub.leave(previous, socket)
                        conversation_id = await self._welcome(socket, frame)
                    elif kind == "message":
                        if conversation_id is None:
                            raise BadMessage("unauthorized", "请先发送 hello。")
                        if len(recent) == BURST and time.monotonic() - recent[0] < BURST_SECONDS:
                            raise BadMessage("rate_limited", "发得太快了，请稍等几秒再发。")
                        recent.append(time.monotonic())
                        await self._receive(socket, conversation_id, frame)
                    else:
                        raise BadMessage("bad_request", "不认识的消息类型，应为 hello、message 或 ping。")
                except BadMessage as problem:
                    await send(
                        socket, {"type": "error", "code": problem.code, "text": problem.text, "id": frame_id}
                    )
                except (ConnectionClosed, WebsocketClosed):
                    raise
                except Exception:
                    log.exception("websocket frame failed", conversation=conversation_id)
                    await send(socket, {"type": "error", "code": "server_error", "text": APOLOGY, "id": frame_id})
        except (ConnectionClosed, WebsocketClosed):
            pass
        finally:
            if conversation_id:
                self._hub.leave(conversation_id, socket)

    async def _welcome(self, socket: Any, frame: dict[str, Any]) -> str:
        wanted, token, last_seq = frame.get("conversation"), frame.get("token"), frame.get("last_seq", 0)
        if not isinstance(last_seq, int) or isinstance(last_seq, bool) or last_seq < 0:
            raise BadMessage("bad_request", "last_seq 应为不小于 0 的整数。")
        resumed = isinstance(wanted, str) and isinstance(token, str) and self._log.may_resume(wanted, token)
        if resumed:
            conversation_id = str(wanted)
        else:
            conversation_id, token = self._log.open(self.name())
            last_seq = 0
        self._hub.join(conversation_id, socket)
        await send(
            socket,
            {
                "type": "welcome",
                "conversation": conversation_id,
                "token": token,
                "resumed": resumed,
                "organization": self._settings.organization,
            },
        )
        if resumed:
            for stored in self._log.since(conversation_id, last_seq):
                await send(socket, _frame(stored))
            self._start(self._answer_all(conversation_id))
        else:
            await self._say(conversation_id, Inbound("/greeting"))
        return conversation_id

    async def _receive(self, socket: Any, conversation_id: str, frame: dict[str, Any]) -> None:
        client_id = read_id(frame.get("id"), "id")
        shown = read_message(frame.get("text"), self._settings.max_message_chars)
        payload = frame.get("payload")
        meant = read_message(payload, self._settings.max_message_chars) if payload else shown
        stored, new = self._log.add_user(conversation_id, client_id, shown.text, {"payload": meant.text} if payload else None)
        await send(socket, {"type": "ack", "id": client_id, "seq": stored.seq})
        if new:
            await self._hub.broadcast(conversation_id, _frame(stored))
            self._start(self._answer_all(conversation_id))

    def _start(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer_all(self, conversation_id: str) -> None:
        """Answer what is stored and unanswered, in order; whoever holds the lock answers for all."""
        async with self._hub.lock(conversation_id):
            for stored in self._log.unanswered(conversation_id):
                await self._hub.broadcast(conversation_id, {"type": "typing", "on": True})
                try:
                    meant = (stored.custom or {}).get("payload") or stored.text
                    await self._say(conversation_id, read_message(meant, self._settings.max_message_chars))
                    self._log.mark_answered(conversation_id, stored.seq)
                except SQLAlchemyError:
                    # The message stays unanswered in the store and is taken up when the conversation resumes.
                    log.exception("answer not stored", conversation=conversation_id)
                    return
                finally:
                    await self._hub.broadcast(conversation_id, {"type": "typing", "on": False})

    async def _say(self, conversation_id: str, message: Inbound) -> None:
        for said in await self._responder.answer(conversation_id, message, self.name()):
            stored = self._log.add_bot(conversation_id, said["text"], said["buttons"], said["custom"])
            await self._hub.broadcast(conversation_id, _frame(stored))


def _decode(raw: Any) -> dict[str, Any]:
    if not isinstance(raw, str):
        raise BadMessage("bad_request", "请发送文本帧（JSON），不要发送二进制数据。")
    try:
        frame = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise BadMessage("bad_request", "消息不是有效的 JSON。") from error
    if not isinstance(frame, dict):
        raise BadMessage("bad_request", "消息应为 JSON 对象。")
    return frame


def _frame(stored: StoredMessage) -> dict[str, Any]:
    return {
        "type": "message",
        "seq": stored.seq,
        "role": stored.role,
        "id": stored.client_id,
        "text": stored.text,
        "buttons": stored.buttons,
        "custom": stored.custom if stored.role != "user" else None,
        "time": stored.created_at.astimezone().isoformat(timespec="seconds"),
    }
