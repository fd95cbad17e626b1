"""Citizens and seats behaving as their pages do: ids of their own, an outbox that is resent until acknowledged, pings,
reconnecting with growing pauses, resuming from the last message that came without a gap.
"""
from __future__ import annotations

import asyncio
import contextlib
import json
import random
import secrets
import socket
import time
from typing import Any, Callable, Optional, Protocol

import aiohttp

Frame = dict[str, Any]

# As in bot/web/widget/connection.js and bot/web/seat/connection.js.
FIRST_PAUSE, GROWTH = 1.0, 1.8
ANSWER_WITHIN = 10.0
PONG_WITHIN = 8.0
RETRY_AFTER = 3.0
TRANSIENT_ERRORS = ("rate_limited", "server_error")
CONNECTION_LOST = (aiohttp.ClientError, OSError, asyncio.TimeoutError)
_CLOSING = (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSING, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)


class Journal(Protocol):
    """Is told what a page does and gets."""

    def __call__(self, event: str, page: Page, **values: Any) -> None:
        """``event``: connected, lost, cut, sent, resent, acked, received, refused, state."""


class GaveUp(Exception):
    """What a page waited for did not happen."""


class Page:
    """A page and its one socket."""

    path = ""
    longest_pause = 30.0
    ping_every = 25.0

    def __init__(self, http: aiohttp.ClientSession, url: str, name: str, journal: Journal) -> None:
        self.name = name
        self.connection = 0
        self.ready = False
        self.pong_at = 0.0
        self._http = http
        self._url = url
        self._journal = journal
        self._socket: Optional[aiohttp.ClientWebSocketResponse] = None
        self._outbox: dict[str, Frame] = {}
        self._acked: set[str] = set()
        self._sent_here: set[str] = set()
        # Frames leave in the order in which they were written, those of the outbox first.
        self._line = asyncio.Lock()
        self._waiting: list[tuple[Callable[[], bool], asyncio.Future[None]]] = []
        self._cut = False
        self._task: Optional[asyncio.Task[None]] = None

    def start(self) -> None:
        """Open the page."""
        self._task = asyncio.ensure_future(self._run())

    async def stop(self) -> None:
        """Close the page."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def cut(self) -> bool:
        """Break the line: what is under way is lost. Whether there was one."""
        if self._socket is None or self._cut:
            return False
        self._cut = True
        self._journal("cut", self)
        line = self._socket.get_extra_info("socket")
        if line is not None:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        return True

    @property
    def unsent(self) -> int:
        """How many messages are not acknowledged."""
        return len(self._outbox)

    def has_acked(self, message_id: str) -> bool:
        """Whether the server has stored a message of this page."""
        return message_id in self._acked

    async def until(self, wanted: Callable[[], bool], seconds: float, what: str) -> None:
        """Wait until a frame has made ``wanted`` true. Raises :class:`GaveUp`."""
        if wanted():
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = (wanted, done)
        self._waiting.append(entry)
        try:
            await asyncio.wait_for(done, seconds)
        except asyncio.TimeoutError:
            raise GaveUp(f"{self.name}：{seconds:.0f} 秒内没有等到{what}") from None
        finally:
            self._waiting.remove(entry)

    async def send(self, frame: Frame) -> None:
        """Send what need not arrive."""
        if self.ready and self._socket:
            await self._write(self._socket, frame)

    async def _say(self, frame: Frame) -> str:
        self._outbox[frame["id"]] = frame
        self._journal("sent", self, id=frame["id"], conversation=self._conversation_of(frame), text=frame["text"])
        await self._post(frame["id"])
        return str(frame["id"])

    async def _post(self, message_id: str) -> None:
        async with self._line:
            if self.ready and self._socket and message_id in self._outbox and message_id not in self._sent_here:
                self._sent_here.add(message_id)
                await self._write(self._socket, self._outbox[message_id])

    async def _write(self, line: aiohttp.ClientWebSocketResponse, frame: Frame) -> None:
        if not self._cut:
            with contextlib.suppress(*CONNECTION_LOST):
                await line.send_str(json.dumps(frame, ensure_ascii=False))

    async def _run(self) -> None:
        failures = 0
        while True:
            try:
                line = await self._http.ws_connect(
                    self._url + self.path, headers=self._headers(), max_msg_size=0, timeout=1.0
                )
            except CONNECTION_LOST:
                pass
            else:
                self.connection += 1
                self._socket, self._cut = line, False
                self._sent_here.clear()
                self._journal("connected", self)
                try:
                    await self._talk(line)
                except CONNECTION_LOST:
                    pass
                finally:
                    failures = 0 if self.ready else failures
                    self.ready, self._socket = False, None
                    self._journal("lost", self)
                    await line.close()
            pause = min(self.longest_pause, FIRST_PAUSE * GROWTH**failures)
            failures += 1
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))

    async def _talk(self, line: aiohttp.ClientWebSocketResponse) -> None:
        await self._write(line, self._hello())
        while True:
            message = await self._next(line)
            if self._cut or message.type in _CLOSING:
                return
            frame = json.loads(message.data)
            if not self.ready and self._opens(frame):
                await self._resend(line)
            if frame["type"] == "pong":
                self.pong_at = time.perf_counter()
            elif frame["type"] == "ack":
                self._delivered(frame["id"], frame["seq"])
            elif frame["type"] == "error":
                self._refused(frame)
            await self._take(frame)
            self._wake()

    async def _next(self, line: aiohttp.ClientWebSocketResponse) -> aiohttp.WSMessage:
        """The next frame; a line on which a ping finds no answer is dead."""
        if not self.ready:
            return await line.receive(timeout=ANSWER_WITHIN)
        try:
            return await line.receive(timeout=self.ping_every)
        except asyncio.TimeoutError:
            await self._write(line, {"type": "ping"})
            return await line.receive(timeout=PONG_WITHIN)

    async def _resend(self, line: aiohttp.ClientWebSocketResponse) -> None:
        async with self._line:
            self.ready = True
            for message_id, frame in list(self._outbox.items()):
                self._sent_here.add(message_id)
                self._journal("resent", self, id=message_id, conversation=self._conversation_of(frame))
                await self._write(line, frame)

    def _delivered(self, message_id: str, seq: int) -> None:
        frame = self._outbox.pop(message_id, None)
        if message_id not in self._acked and frame:
            self._acked.add(message_id)
            self._journal("acked", self, id=message_id, seq=seq, conversation=self._conversation_of(frame))

    def _refused(self, frame: Frame) -> None:
        self._journal("refused", self, code=frame["code"], id=frame.get("id"), text=frame.get("text"))
        if frame["code"] in TRANSIENT_ERRORS and frame.get("id") in self._outbox:
            self._sent_here.discard(frame["id"])
            asyncio.get_running_loop().call_later(
                RETRY_AFTER, lambda: asyncio.ensure_future(self._post(frame["id"]))
            )

    def _wake(self) -> None:
        for wanted, done in self._waiting:
            if not done.done() and wanted():
                done.set_result(None)

    # --- what the two pages do differently

    def _headers(self) -> dict[str, str]:
        return {}

    def _hello(self) -> Frame:
        raise NotImplementedError

    def _opens(self, frame: Frame) -> bool:
        raise NotImplementedError

    def _conversation_of(self, frame: Frame) -> Optional[str]:
        raise NotImplementedError

    async def _take(self, frame: Frame) -> None:
        raise NotImplementedError


class Transcript:
    """The messages of one conversation as a page has them."""

    def __init__(self) -> None:
        self.last_seq = 0
        self.messages: list[Frame] = []
        self._ahead: dict[int, Frame] = {}

    def take(self, frame: Frame) -> bool:
        """Take in a message; whether it is new."""
        seq = frame["seq"]
        if seq <= self.last_seq or seq in self._ahead:
            return False
        self._ahead[seq] = frame
        while self.last_seq + 1 in self._ahead:
            self.last_seq += 1
            self.messages.append(self._ahead.pop(self.last_seq))
        return True

    def texts(self, role: str) -> set[str]:
        """What ``role`` said."""
        return {frame["text"] for frame in self.messages if frame["role"] == role}


class Citizen(Page):
    """The chat window."""

    path = "/ws/chat"

    def __init__(self, http: aiohttp.ClientSession, url: str, name: str, journal: Journal) -> None:
        super().__init__(http, url, name, journal)
        self.conversation: Optional[str] = None
        self.token: Optional[str] = None
        self.transcript = Transcript()
        self.handoff: Frame = {"state": "none"}

    async def say(self, text: str, payload: Optional[str] = None) -> str:
        """Say something; returns the message's id."""
        frame = {"type": "message", "id": f"c-{secrets.token_hex(8)}", "text": text}
        return await self._say({**frame, "payload": payload} if payload else frame)

    def _hello(self) -> Frame:
        last_seq = self.transcript.last_seq
        return {"type": "hello", "conversation": self.conversation, "token": self.token, "last_seq": last_seq}

    def _opens(self, frame: Frame) -> bool:
        if frame["type"] != "welcome":
            return False
        if self.conversation and not frame["resumed"]:
            self._journal("refused", self, code="not_resumed", conversation=self.conversation)
            self.transcript = Transcript()
        self.conversation, self.token = frame["conversation"], frame["token"]
        return True

    def _conversation_of(self, frame: Frame) -> Optional[str]:
        return self.conversation

    async def _take(self, frame: Frame) -> None:
        if frame["type"] == "handoff":
            self.handoff = frame
            self._journal("state", self, conversation=self.conversation, state=frame["state"])
        elif frame["type"] == "message":
            new = self.transcript.take(frame)
            self._journal("received", self, new=new, conversation=self.conversation, **_told(frame))
            if frame["role"] == "user":
                self._delivered(frame["id"], frame["seq"])


class Seat(Page):
    """The console. Takes whoever is offered."""

    path = "/ws/seat"
    longest_pause = 15.0
    ping_every = 20.0
    # A person picks up one who waits in the queue without being offered to anybody.
    picks_up_after = 5

    def __init__(self, http: aiohttp.ClientSession, url: str, name: str, journal: Journal) -> None:
        super().__init__(http, url, name, journal)
        self.transcripts: dict[str, Transcript] = {}
        self.mine: set[str] = set()
        self.online = False
        self._asked: set[str] = set()

    async def log_in(self, password: str) -> None:
        """Get the cookie."""
        body = {"username": self.name, "password": password}
        async with self._http.post(f"{self._url}/seat/api/login", json=body) as answer:
            answer.raise_for_status()

    async def say(self, conversation: str, text: str) -> str:
        """Say something to a citizen; returns the message's id."""
        message_id = f"s-{secrets.token_hex(8)}"
        return await self._say({"type": "message", "conversation": conversation, "id": message_id, "text": text})

    async def end(self, conversation: str, seconds: float) -> None:
        """End a conversation, asking again after each cut. Raises :class:`GaveUp`."""
        deadline = time.monotonic() + seconds
        while conversation in self.mine:
            if time.monotonic() > deadline:
                raise GaveUp(f"{self.name}：{conversation} 结束不了")
            frame = {"type": "end", "conversation": conversation, "disposition": "resolved", "result": "已解答"}
            await self.send(frame)
            try:
                await self.until(lambda: conversation not in self.mine, 2.0, "结束")
            except GaveUp:
                continue

    def _headers(self) -> dict[str, str]:
        return {"Origin": self._url}

    def _hello(self) -> Frame:
        self._asked.clear()
        return {"type": "hello", "last_seq": {name: known.last_seq for name, known in self.transcripts.items()}}

    def _opens(self, frame: Frame) -> bool:
        return frame["type"] != "error"

    def _conversation_of(self, frame: Frame) -> Optional[str]:
        return frame.get("conversation")

    async def _take(self, frame: Frame) -> None:
        if frame["type"] == "state":
            await self._look_around(frame)
        elif frame["type"] == "message":
            new = self.transcripts.setdefault(frame["conversation"], Transcript()).take(frame)
            self._journal("received", self, new=new, conversation=frame["conversation"], **_told(frame))
            if frame["role"] == "seat" and frame["id"]:
                self._delivered(frame["id"], frame["seq"])
        elif frame["type"] in ("done", "error"):
            self._asked.discard(str(frame.get("ref")))

    async def _look_around(self, state: Frame) -> None:
        me = state["seat"]
        self.mine = {entry["conversation"] for entry in state["conversations"] if entry["seat"] == me["id"]}
        self.online = me["status"] == "online"
        if not self.online:
            await self._ask("status", type="status", status="online")
        room = me["capacity"] - len(self.mine)
        for entry in state["queue"]:
            forgotten = entry["state"] == "waiting" and entry["waited_seconds"] >= self.picks_up_after
            if room > 0 and (entry["mine"] or forgotten):
                room -= 1
                await self._ask(f"accept-{entry['handoff']}", type="accept", handoff=entry["handoff"])

    async def _ask(self, ref: str, **frame: Any) -> None:
        if ref not in self._asked:
            self._asked.add(ref)
            await self.send({**frame, "ref": ref})


def _told(frame: Frame) -> dict[str, Any]:
    kind = (frame.get("custom") or {}).get("kind")
    return {"seq": frame["seq"], "role": frame["role"], "id": frame["id"], "text": frame["text"], "kind": kind}
