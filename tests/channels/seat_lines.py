"""Citizens and seats on their lines to a real server: each keeps all frames it got and waits for those it wants."""
from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Coroutine, Optional, TypeVar

import aiohttp
from support import database_url, run_async

from bot.seats.accounts import SeatAccounts
from bot.seats.model import Role
from bot.store.database import open_database

PASSWORD = "correct-horse-1"
PATIENCE = 20.0

Frame = dict[str, Any]
Result = TypeVar("Result")
_numbers = itertools.count(1)


class Line:
    """One socket. Every frame is kept, so that no test depends on which of two came first."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.frames: list[Frame] = []
        self.closed = False
        self._news = asyncio.Event()
        self._reader = asyncio.ensure_future(self._read())

    async def _read(self) -> None:
        async for message in self.socket:
            self.frames.append(json.loads(message.data))
            self._news.set()
        self.closed = True
        self._news.set()

    async def send(self, **frame: Any) -> None:
        await self.socket.send_str(json.dumps(frame))

    async def find(self, wanted: Callable[[Frame], Any], since: int = 0) -> Frame:
        """The first frame like this, of those that have come (but the first ``since``) or are to come."""

        async def look() -> Frame:
            while True:
                self._news.clear()
                for frame in self.frames[since:]:
                    if wanted(frame):
                        return frame
                assert not self.closed, f"the line is closed; got {self.frames[-5:]}"
                await self._news.wait()

        return await asyncio.wait_for(look(), PATIENCE)

    async def frame(self, **wanted: Any) -> Frame:
        """The first frame with these values."""
        return await self.find(lambda frame: all(frame.get(name) == value for name, value in wanted.items()))

    async def ends(self) -> None:
        """Wait until the server has closed the line."""
        await asyncio.wait_for(self._reader, PATIENCE)

    async def alive(self) -> None:
        """The server still answers on this line, and has dealt with everything sent before."""
        since = len(self.frames)
        await self.send(type="ping")
        await self.find(lambda frame: frame["type"] == "pong", since)

    async def refused(self, **frame: Any) -> Frame:
        """Send a frame that must be refused; returns the error. The line lives on."""
        since = len(self.frames)
        await self.send(**frame)
        error = await self.find(lambda got: got["type"] == "error", since)
        assert error["text"]
        assert "Traceback" not in error["text"]
        await self.alive()
        return error

    def messages(self, **wanted: Any) -> list[Frame]:
        """The messages so far with these values, one of each number, by number."""
        found = {
            frame["seq"]: frame
            for frame in self.frames
            if frame["type"] == "message" and all(frame.get(name) == value for name, value in wanted.items())
        }
        return [found[seq] for seq in sorted(found)]

    def break_off(self) -> None:
        """The network is gone, without a word."""
        # A copy of the descriptor: uvloop, the event loop once a test has imported Sanic, hands out no socket to shut down.
        with socket.socket(fileno=os.dup(self.socket.get_extra_info("socket").fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)

    async def close(self) -> None:
        self._reader.cancel()
        await self.socket.close()


class Citizen(Line):
    """The chat window's side."""

    conversation: str
    token: str

    async def hello(self, conversation: Optional[str] = None, token: Optional[str] = None, last_seq: int = 0) -> Frame:
        await self.send(type="hello", conversation=conversation, token=token, last_seq=last_seq)
        welcome = await self.frame(type="welcome")
        self.conversation, self.token = welcome["conversation"], welcome["token"]
        if not welcome["resumed"]:
            await self.frame(type="message", role="bot")
        return welcome

    async def say(self, text: str, **fields: Any) -> Frame:
        """Say something; returns the acknowledgement."""
        message_id = fields.pop("id", f"c{next(_numbers)}")
        await self.send(type="message", id=message_id, text=text, **fields)
        return await self.frame(type="ack", id=message_id)

    async def ask_for_a_person(self) -> None:
        await self.say("转人工", payload="/human_handoff")
        await self.frame(type="handoff", state="waiting")

    async def hears(self, text: str) -> Frame:
        return await self.frame(type="message", role="seat", text=text)


class Seat(Line):
    """The console's side."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, login: Login) -> None:
        super().__init__(socket)
        self.login = login
        self.id: int = login.seat["id"]

    async def hello(self, **last_seq: int) -> Frame:
        await self.send(type="hello", last_seq=last_seq)
        return await self.frame(type="state")

    async def do(self, kind: str, **fields: Any) -> None:
        """Send a command and wait until it is carried out."""
        ref = f"ref{next(_numbers)}"
        await self.send(type=kind, ref=ref, **fields)
        answer = await self.find(lambda frame: frame.get("ref") == ref)
        assert answer["type"] == "done", answer

    async def state(self, wanted: Callable[[Frame], Any], since: int = 0) -> Frame:
        """The first state like this."""
        return await self.find(lambda frame: frame["type"] == "state" and wanted(frame), since)

    async def sees_waiting(self, conversation: str) -> Frame:
        """The entry of the queue."""
        state = await self.state(lambda state: _entry(state["queue"], conversation))
        return _entry(state["queue"], conversation)

    async def accept(self, citizen: Citizen) -> None:
        """Take a citizen who waits; both have heard of it afterwards."""
        entry = await self.sees_waiting(citizen.conversation)
        await self.do("accept", handoff=entry["handoff"])
        await self.state(lambda state: _entry(state["conversations"], citizen.conversation))
        await citizen.frame(type="handoff", state="active")

    async def say(self, conversation: str, text: str, **fields: Any) -> Frame:
        """Say something; returns the acknowledgement."""
        message_id = fields.pop("id", f"s{next(_numbers)}")
        await self.send(type="message", conversation=conversation, id=message_id, text=text)
        return await self.frame(type="ack", id=message_id)

    async def hears(self, conversation: str, text: str) -> Frame:
        return await self.frame(type="message", role="user", conversation=conversation, text=text)


def _entry(entries: list[Frame], conversation: str) -> Frame:
    return next((entry for entry in entries if entry["conversation"] == conversation), {})


class Login:
    """A browser in which a seat is logged in."""

    def __init__(self, url: str, username: str) -> None:
        self.url = url
        self.username = username
        # The server is at a bare IP address, for which aiohttp keeps no cookies unless told to.
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self.seat: Frame = {}
        self.csrf = ""

    async def log_in(self, password: str = PASSWORD) -> int:
        """The status of the answer."""
        body = {"username": self.username, "password": password}
        async with self.http.post(f"{self.url}/seat/api/login", json=body) as answer:
            values = await answer.json()
            if answer.status == 200:
                self.seat, self.csrf = values["seat"], values["csrf"]
            return answer.status

    async def get(self, path: str) -> tuple[int, Any]:
        """Status and JSON (or bytes)."""
        return await read(self.http.get(f"{self.url}/seat/api/{path}"))

    async def post(self, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Status and JSON, with the CSRF header."""
        headers = {"X-CSRF-Token": self.csrf, **headers}
        return await read(self.http.post(f"{self.url}/seat/api/{path}", json=body or {}, headers=headers))

    def cookie(self) -> str:
        return next(cookie.value for cookie in self.http.cookie_jar if cookie.key == "fawen_seat")


async def read(request: Any) -> tuple[int, Any]:
    """Send a request; status and JSON (or bytes)."""
    async with request as answer:
        json_like = answer.content_type == "application/json"
        return answer.status, await answer.json() if json_like else await answer.read()


@dataclass
class Hall:
    """A running server, and people who come to it; all leave at the end of a test."""

    url: str
    folder: Path

    def __post_init__(self) -> None:
        self.engine = open_database(database_url(self.folder))
        self.accounts = SeatAccounts(self.engine)
        self._stack = contextlib.AsyncExitStack()

    def run(self, work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
        """Run a test's coroutine, and send everybody home after it."""

        async def all_of_it() -> Result:
            async with self._stack:
                return await work()

        return run_async(all_of_it())

    def account(self, role: Role = Role.SEAT, **values: Any) -> str:
        """A new account; returns its username."""
        username = f"{role.value}{next(_numbers)}"
        self.accounts.add(username, values.pop("name", f"{username[-4:]}工"), PASSWORD, role, capacity=20, **values)
        return username

    async def browser(self, username: str = "") -> Login:
        """Somebody's browser, not logged in."""
        login = Login(self.url, username)
        self._stack.push_async_callback(login.http.close)
        return login

    async def login(self, role: Role = Role.SEAT, **values: Any) -> Login:
        """A new account, logged in."""
        login = await self.browser(self.account(role, **values))
        assert await login.log_in() == 200
        return login

    async def console(self, login: Login, **last_seq: int) -> Seat:
        """Another tab of one who is logged in."""
        socket = await login.http.ws_connect(f"{self.url}/ws/seat", headers={"Origin": self.url}, max_msg_size=0)
        seat = Seat(socket, login)
        self._stack.push_async_callback(seat.close)
        await seat.hello(**last_seq)
        return seat

    async def seat(self, role: Role = Role.SEAT, status: str = "online", **values: Any) -> Seat:
        """A new account, logged in, connected and online."""
        seat = await self.console(await self.login(role, **values))
        await seat.do("status", status=status)
        return seat

    async def line(self) -> Citizen:
        """A chat window before its first word."""
        http = (await self.browser()).http
        citizen = Citizen(await http.ws_connect(f"{self.url}/ws/chat", max_msg_size=0))
        self._stack.push_async_callback(citizen.close)
        return citizen

    async def citizen(self) -> Citizen:
        """A chat window, greeted."""
        citizen = await self.line()
        await citizen.hello()
        return citizen

    async def session(self, seat: Seat, *said: str) -> Citizen:
        """A citizen who has said something and now talks to the seat."""
        citizen = await self.citizen()
        for text in said:
            await citizen.say(text)
        await citizen.ask_for_a_person()
        await seat.accept(citizen)
        return citizen
