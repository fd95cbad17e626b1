"""The seat's WebSocket: the state of the desk, the messages of the conversations it holds, and its commands.

The protocol is in ``docs/seats.md``. Several tabs of one seat get the same state; what a tab shows is what the server
last told it.
"""
from __future__ import annotations

import asyncio
import datetime as dt
import time
from typing import Any, Callable

import structlog
from sanic import Blueprint
from sanic.exceptions import Forbidden
from sanic.request import Request

from bot.channels.delivery import CLOSED, Subscription, message_frame, send
from bot.channels.exchange import Exchange
from bot.channels.inbound import BadMessage, read_id, read_message
from bot.channels.seat_frames import handoff_values, seat_values, whisper_values
from bot.channels.seat_login import login_of, same_origin
from bot.channels.soon import Soon
from bot.channels.websocket import LARGEST_NUMBER, decode
from bot.seats.accounts import SeatAccounts
from bot.seats.desk import SEAT_MARK, HandoffDesk
from bot.seats.model import Seat, SeatError, State, Status
from bot.services.conversations import StoredMessage
from bot.settings import Settings

log = structlog.get_logger()

PATH = "/ws/seat"
# A seat's own ids are shorter than a citizen's, so that they fit the store with their mark.
LONGEST_SEAT_ID = 48
LONGEST_NOTE = 1000
# Changes within this time are told as one.
TOGETHER_SECONDS = 0.05
TICK_SECONDS = 1.0
# How often a socket's login is looked at again.
RECHECK_SECONDS = 5.0
EXPIRED = {"type": "error", "code": "unauthorized", "text": "登录已过期，请重新登录。"}


class Console:
    """One tab of a seat."""

    def __init__(self, socket: Any, token: str, seat: Seat) -> None:
        self.socket = socket
        self.token = token
        self.seat = seat
        self.checked = time.monotonic()
        self.watched: set[str] = set()
        self.subscriptions: dict[str, Subscription] = {}
        # Where each conversation is taken up, as the page said in its hello.
        self.last_seq: dict[str, int] = {}
        # The state is told by one task at a time, and never an older one after a newer.
        self.lock = asyncio.Lock()
        self.told = 0
        self.closed = False


class SeatConsoles:
    """All open consoles."""

    def __init__(
        self, exchange: Exchange, desk: HandoffDesk, accounts: SeatAccounts, settings: Settings
    ) -> None:
        self._exchange = exchange
        self._desk = desk
        self._accounts = accounts
        self._settings = settings
        self._consoles: set[Console] = set()
        self._states = 0
        self._news = Soon(self._tell_all, TOGETHER_SECONDS)
        self._commands: dict[str, Callable[[Console, dict[str, Any]], Any]] = {
            "status": self._status,
            "accept": self._accept,
            "decline": self._decline,
            "message": self._message,
            "typing": self._typing,
            "end": self._end,
            "transfer": self._transfer,
            "assign": self._assign,
            "take_over": self._take_over,
            "watch": self._watch,
            "whisper": self._whisper,
        }
        desk.subscribe(self)

    def blueprint(self) -> Blueprint:
        """The route, to be mounted at the root."""
        routes = Blueprint("fawen_seat_console")

        # Before the handshake: once it is made, a refusal has no status any more.
        @routes.middleware("request")
        async def check(request: Request) -> None:
            request.ctx.login = login_of(request, self._accounts)
            if request.ctx.login is None or not same_origin(request):
                raise Forbidden("请先在本站登录")

        @routes.websocket(PATH)
        async def console(request: Request, socket: Any) -> None:
            await self._serve(Console(socket, request.ctx.login.token, request.ctx.login.seat))

        return routes

    async def run_desk(self) -> None:
        """Let the desk do what it does by itself, for as long as the server runs."""
        while True:
            try:
                self._desk.tick()
                for console in list(self._consoles):
                    if not self._still_logged_in(console):
                        self._exchange.start(self._dismiss(console))
            except Exception:
                log.exception("the desk stumbled")
            await asyncio.sleep(TICK_SECONDS)

    # --- told by the desk

    def conversation_changed(self, conversation_id: str) -> None:
        """See :class:`bot.seats.desk.Listener`; messages are delivered by the exchange.

        To one who no longer holds the conversation, at once no more: what the citizen says next is for others.
        """
        for console in self._consoles:
            subscription = console.subscriptions.get(conversation_id)
            if subscription is None or subscription.until is not None or conversation_id in console.watched:
                continue
            handoff = self._desk.handoff_of(conversation_id)
            if handoff is None or handoff.state is not State.ACTIVE or handoff.seat_id != console.seat.id:
                subscription.until = self._exchange.log.last_seq(conversation_id)

    def desk_changed(self) -> None:
        """See :class:`bot.seats.desk.Listener`."""
        self._news.ask()

    async def _tell_all(self) -> None:
        self._desk.offer_all()
        await self._tell(list(self._consoles))

    async def _tell(self, consoles: list[Console]) -> None:
        """Send the state of the desk, and begin and end the delivery of conversations accordingly."""
        if not consoles:
            return
        self._states += 1
        number = self._states
        waiting, talking = self._desk.overview()
        seats = {seat.id: seat for seat in self._accounts.all()}
        names = {seat.id: seat.name for seat in seats.values()}
        present = {seat.id for seat in self._desk.present()}
        load = {seat_id: sum(handoff.seat_id == seat_id for handoff in talking) for seat_id in seats}
        texts = self._desk.last_texts([handoff.conversation_id for handoff in talking])
        patience = self._desk.patience

        async def tell(console: Console) -> None:
            async with console.lock:
                if console.told < number:
                    console.told = number
                    await tell_locked(console)

        async def tell_locked(console: Console) -> None:
            me = console.seat = seats.get(console.seat.id, console.seat)
            held = [h for h in talking if h.seat_id == me.id or h.conversation_id in console.watched]
            await self._deliver_only(console, {handoff.conversation_id for handoff in held})
            await send(
                console.socket,
                {
                    "type": "state",
                    "now": dt.datetime.now().astimezone().isoformat(timespec="milliseconds"),
                    "seat": seat_values(me, load.get(me.id, 0)),
                    "queue": [handoff_values(h, me, names, patience) for h in waiting],
                    "conversations": [
                        handoff_values(h, me, names, patience, texts.get(h.conversation_id, "")) for h in held
                    ],
                    "colleagues": [
                        seat_values(seat, load.get(seat.id, 0))
                        for seat in seats.values()
                        if seat.id in present and seat.id != me.id
                    ],
                },
            )

        # Side by side: a console on a bad line must not hold up the others.
        await asyncio.gather(*(tell(console) for console in consoles))

    async def _deliver_only(self, console: Console, conversations: set[str]) -> None:
        over = {name for name, subscription in console.subscriptions.items() if subscription.until is not None}
        for conversation_id in (set(console.subscriptions) - conversations) | over:
            subscription = console.subscriptions.pop(conversation_id)
            # The last words («已结束») still belong to the seat.
            await subscription.flush(self._exchange.log)
            self._exchange.seats.leave(subscription)
            console.last_seq[conversation_id] = subscription.seen
        for conversation_id in conversations - set(console.subscriptions):
            if console.closed:
                return
            subscription = Subscription(
                console.socket, conversation_id, console.last_seq.get(conversation_id, 0), _framer(conversation_id)
            )
            console.subscriptions[conversation_id] = subscription
            self._exchange.seats.join(subscription)
            await subscription.flush(self._exchange.log)

    # --- one socket

    async def _serve(self, console: Console) -> None:
        greeted = False
        try:
            while True:
                raw = await console.socket.recv()
                if raw is None:
                    break
                if not self._still_logged_in(console):
                    await self._dismiss(console)
                    break
                frame: dict[str, Any] = {}
                try:
                    frame = decode(raw)
                    kind = frame.get("type")
                    if kind == "ping":
                        await send(console.socket, {"type": "pong"})
                    elif kind == "hello":
                        console.last_seq = _last_seqs(frame)
                        if not greeted:
                            greeted = True
                            self._consoles.add(console)
                            self._desk.console_opened(console.seat.id)
                        await self._tell([console])
                    elif not greeted:
                        raise BadMessage("bad_request", "请先发送 hello。")
                    else:
                        await self._command(console, str(kind), frame)
                except (BadMessage, SeatError) as problem:
                    await send(
                        console.socket,
                        {
                            "type": "error",
                            "code": problem.code,
                            "text": problem.text,
                            "ref": frame.get("ref"),
                            "id": frame.get("id"),
                        },
                    )
                except CLOSED:
                    raise
                except Exception:
                    log.exception("seat frame failed", seat=console.seat.id)
                    text = "系统出了点问题，刚才的操作没有成功，请再试一次。"
                    await send(
                        console.socket,
                        {"type": "error", "code": "server_error", "text": text, "ref": frame.get("ref"), "id": frame.get("id")},
                    )
        except CLOSED:
            pass
        finally:
            console.closed = True
            self._consoles.discard(console)
            for subscription in console.subscriptions.values():
                self._exchange.seats.leave(subscription)
            if greeted:
                self._desk.console_closed(console.seat.id)

    async def _dismiss(self, console: Console) -> None:
        await send(console.socket, EXPIRED)
        # Not close(): that would wait for the client to agree.
        console.socket.end_connection(1008)

    def _still_logged_in(self, console: Console) -> bool:
        if time.monotonic() - console.checked < RECHECK_SECONDS:
            return True
        console.checked = time.monotonic()
        return self._accounts.recognise(console.token) is not None

    async def _command(self, console: Console, kind: str, frame: dict[str, Any]) -> None:
        command = self._commands.get(kind)
        if command is None:
            raise BadMessage("bad_request", "不认识的消息类型。")
        done = command(console, frame)
        if asyncio.iscoroutine(done):
            await done
        if frame.get("ref") is not None:
            await send(console.socket, {"type": "done", "ref": frame["ref"]})

    # --- commands

    def _status(self, console: Console, frame: dict[str, Any]) -> None:
        try:
            status = Status(frame.get("status"))
        except ValueError as error:
            raise BadMessage("bad_request", "状态应为 online、busy、break 或 offline。") from error
        self._desk.set_status(console.seat, status)

    def _accept(self, console: Console, frame: dict[str, Any]) -> None:
        self._desk.accept(console.seat, _number(frame, "handoff"))

    def _decline(self, console: Console, frame: dict[str, Any]) -> None:
        self._desk.decline(console.seat, _number(frame, "handoff"))

    async def _message(self, console: Console, frame: dict[str, Any]) -> None:
        client_id = read_id(frame.get("id"), "id")
        if len(client_id) > LONGEST_SEAT_ID:
            raise BadMessage("bad_request", f"id 最多 {LONGEST_SEAT_ID} 个字符。")
        inbound = read_message(frame.get("text"), self._settings.max_message_chars)
        if not inbound.text:
            raise BadMessage("bad_request", "不能发送空白消息。")
        conversation_id = read_id(frame.get("conversation"), "conversation")
        stored = self._desk.say(console.seat, conversation_id, client_id, inbound.text)
        await send(
            console.socket, {"type": "ack", "conversation": conversation_id, "id": client_id, "seq": stored.seq}
        )

    async def _typing(self, console: Console, frame: dict[str, Any]) -> None:
        conversation_id = read_id(frame.get("conversation"), "conversation")
        handoff = self._desk.handoff_of(conversation_id) if conversation_id in console.subscriptions else None
        if handoff and handoff.state is State.ACTIVE and handoff.seat_id == console.seat.id:
            frame_out = {"type": "typing", "on": frame.get("on") is True, "who": "seat"}
            await self._exchange.citizens.broadcast(conversation_id, frame_out)

    def _end(self, console: Console, frame: dict[str, Any]) -> None:
        conversation_id = read_id(frame.get("conversation"), "conversation")
        self._desk.end(console.seat, conversation_id, str(frame.get("disposition")), _words(frame, "result"))

    def _transfer(self, console: Console, frame: dict[str, Any]) -> None:
        conversation_id = read_id(frame.get("conversation"), "conversation")
        to_seat = _number(frame, "seat") if frame.get("seat") is not None else None
        self._desk.transfer(console.seat, conversation_id, to_seat, _words(frame, "skill"), _words(frame, "note"))

    def _assign(self, console: Console, frame: dict[str, Any]) -> None:
        self._desk.assign(console.seat, _number(frame, "handoff"), _number(frame, "seat"))

    def _take_over(self, console: Console, frame: dict[str, Any]) -> None:
        self._desk.take_over(console.seat, read_id(frame.get("conversation"), "conversation"))

    async def _watch(self, console: Console, frame: dict[str, Any]) -> None:
        conversation_id = read_id(frame.get("conversation"), "conversation")
        if frame.get("on") is True:
            self._desk.watch(console.seat, conversation_id)
            console.watched.add(conversation_id)
        else:
            console.watched.discard(conversation_id)
        await self._tell([console])

    async def _whisper(self, console: Console, frame: dict[str, Any]) -> None:
        conversation_id = read_id(frame.get("conversation"), "conversation")
        text = _words(frame, "text")
        if not text:
            raise BadMessage("bad_request", "不能发送空白消息。")
        whisper = self._desk.whisper(console.seat, conversation_id, text)
        await self._exchange.seats.broadcast(conversation_id, whisper_values(whisper))


def _framer(conversation_id: str) -> Callable[[StoredMessage], dict[str, Any]]:
    def frame(stored: StoredMessage) -> dict[str, Any]:
        values = message_frame(stored)
        client_id = stored.client_id or ""
        values["id"] = client_id[len(SEAT_MARK) :] if stored.role == "seat" else stored.client_id
        return {**values, "conversation": conversation_id}

    return frame


def _last_seqs(frame: dict[str, Any]) -> dict[str, int]:
    given = frame.get("last_seq")
    pairs = given.items() if isinstance(given, dict) else ()
    return {
        name: seq
        for name, seq in pairs
        if isinstance(seq, int) and not isinstance(seq, bool) and 0 <= seq < LARGEST_NUMBER
    }


def _number(frame: dict[str, Any], name: str) -> int:
    value = frame.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < LARGEST_NUMBER:
        raise BadMessage("bad_request", f"{name} 应为不小于 0 的整数。")
    return value


def _words(frame: dict[str, Any], name: str) -> str:
    value = frame.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > LONGEST_NOTE:
        raise BadMessage("bad_request", f"{name} 应为不超过 {LONGEST_NOTE} 个字的文字。")
    return value.strip()
