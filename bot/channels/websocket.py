"""Our WebSocket channel: JSON frames, message ids, resume after a reconnect without loss or duplicates.

The protocol is described in ``docs/websocket.md``. Every message is stored before it is acknowledged; a message whose
answer was cut off by a stopped server is answered when the conversation is resumed.
"""
from __future__ import annotations

import json
import time
from collections import deque
from typing import Any, Awaitable, Callable, Optional

import structlog
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint
from sanic.exceptions import Forbidden
from sanic.request import Request

from bot.channels.delivery import CLOSED, Subscription, send
from bot.channels.exchange import Exchange
from bot.channels.inbound import BadMessage, read_id, read_message
from bot.channels.responder import APOLOGY
from bot.channels.seat_login import same_origin
from bot.settings import Settings

log = structlog.get_logger()

PATH = "/ws/chat"
# A citizen's pace: more than this many messages in this many seconds is a machine.
BURST, BURST_SECONDS = 20, 10.0
# Larger numbers fit no database.
LARGEST_NUMBER = 2**31
# «Is typing» more often than this is not passed on.
TYPING_SECONDS = 0.5


class WebSocketChannel(InputChannel):
    """The widget's channel."""

    def __init__(self, exchange: Exchange, settings: Settings) -> None:
        self._exchange = exchange
        self._log = exchange.log
        self._settings = settings

    @classmethod
    def name(cls) -> str:
        """The channel's name in Rasa and the prefix of its conversation ids."""
        return "web"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The route, to be mounted at the root."""
        routes = Blueprint("fawen_websocket")

        # Before the handshake: once it is made, a refusal has no status any more.
        @routes.middleware("request")
        async def check(request: Request) -> None:
            if not self._origin_allowed(request):
                raise Forbidden("这个网站没有被允许使用本服务")

        @routes.websocket(PATH)
        async def chat(_request: Request, socket: Any) -> None:
            await self._serve(socket)

        return routes

    def _origin_allowed(self, request: Request) -> bool:
        origin = request.headers.get("origin")
        allowed = [entry.strip().rstrip("/") for entry in self._settings.allowed_origins.split(",")]
        if origin is None or "*" in allowed or origin.rstrip("/") in allowed:
            return True
        return same_origin(request)

    async def _serve(self, socket: Any) -> None:
        joined: Optional[Subscription] = None
        recent: deque[float] = deque(maxlen=BURST)
        typed = 0.0
        try:
            while True:
                raw = await socket.recv()
                if raw is None:
                    break
                frame_id = None
                try:
                    frame = decode(raw)
                    frame_id = frame.get("id") if isinstance(frame.get("id"), str) else None
                    kind = frame.get("type")
                    if kind == "ping":
                        await send(socket, {"type": "pong"})
                    elif kind == "hello":
                        previous, joined = joined, None
                        if previous:
                            self._exchange.leave(previous)
                        joined, resumed = await self._welcome(socket, frame)
                        await self._catch_up(joined, resumed)
                    elif kind in ("message", "typing"):
                        if joined is None:
                            raise BadMessage("unauthorized", "请先发送 hello。")
                        if kind == "typing":
                            if time.monotonic() - typed >= TYPING_SECONDS or frame.get("on") is not True:
                                typed = time.monotonic()
                                await self._exchange.typing(joined.conversation_id, frame.get("on") is True)
                            continue
                        if len(recent) == BURST and time.monotonic() - recent[0] < BURST_SECONDS:
                            raise BadMessage("rate_limited", "发得太快了，请稍等几秒再发。")
                        recent.append(time.monotonic())
                        await self._receive(socket, joined.conversation_id, frame)
                    else:
                        raise BadMessage("bad_request", "不认识的消息类型，应为 hello、message、typing 或 ping。")
                except BadMessage as problem:
                    await send(
                        socket, {"type": "error", "code": problem.code, "text": problem.text, "id": frame_id}
                    )
                except CLOSED:
                    raise
                except Exception:
                    log.exception("websocket frame failed", conversation=joined and joined.conversation_id)
                    await send(socket, {"type": "error", "code": "server_error", "text": APOLOGY, "id": frame_id})
        except CLOSED:
            pass
        finally:
            if joined:
                self._exchange.leave(joined)

    async def _welcome(self, socket: Any, frame: dict[str, Any]) -> tuple[Subscription, bool]:
        wanted, token, last_seq = frame.get("conversation"), frame.get("token"), frame.get("last_seq", 0)
        if not isinstance(last_seq, int) or isinstance(last_seq, bool) or not 0 <= last_seq < LARGEST_NUMBER:
            raise BadMessage("bad_request", "last_seq 应为不小于 0 的整数。")
        resumed = isinstance(wanted, str) and isinstance(token, str) and self._log.may_resume(wanted, token)
        if resumed:
            conversation_id = str(wanted)
        else:
            conversation_id, token = self._log.open(self.name())
            last_seq = 0
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
        joined = Subscription(socket, conversation_id, last_seq)
        self._exchange.join(joined)
        return joined, resumed

    async def _catch_up(self, joined: Subscription, resumed: bool) -> None:
        conversation_id = joined.conversation_id
        if resumed:
            await joined.flush(self._log)
            handoff = self._exchange.handoff_frame(conversation_id)
            if handoff["state"] != "none":
                await send(joined.socket, handoff)
            self._exchange.start(self._exchange.answer(conversation_id, self.name()))
        else:
            await self._exchange.greet(conversation_id, self.name())

    async def _receive(self, socket: Any, conversation_id: str, frame: dict[str, Any]) -> None:
        client_id = read_id(frame.get("id"), "id")
        longest = self._settings.max_message_chars
        shown = read_message(frame.get("text"), longest)
        payload = read_message(frame["payload"], longest) if frame.get("payload") else None
        stored, new = self._exchange.receive(conversation_id, client_id, shown, payload)
        try:
            await send(socket, {"type": "ack", "id": client_id, "seq": stored.seq})
        finally:
            # Also when the page was closed at once, which cancels this task: a seat is to read the last words, too.
            if new:
                self._exchange.start(self._exchange.answer(conversation_id, self.name()))


def decode(raw: Any) -> dict[str, Any]:
    """The JSON object of a frame. Raises :class:`BadMessage` for anything else."""
    if not isinstance(raw, str):
        raise BadMessage("bad_request", "请发送文本帧（JSON），不要发送二进制数据。")
    try:
        frame = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise BadMessage("bad_request", "消息不是有效的 JSON。") from error
    if not isinstance(frame, dict):
        raise BadMessage("bad_request", "消息应为 JSON 对象。")
    return frame
