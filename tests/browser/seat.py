"""A seat at work, without a browser: its login and its WebSocket, in an event loop beside Playwright's."""
from __future__ import annotations

import asyncio
import itertools
import json
import threading
from types import TracebackType
from typing import Any, Callable, Coroutine, Optional, TypeVar

import aiohttp

# The account of `seat_server`.
USERNAME, PASSWORD = "zhang", "seat-password-1"
PATIENCE = 10.0

Result = TypeVar("Result")
Frame = dict[str, Any]


class Seat:
    """Logged in and connected for as long as the ``with`` lasts; says of itself what it is told to."""

    def __init__(self, url: str, username: str, password: str) -> None:
        self._url = url
        self._login = {"username": username, "password": password}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._frames: list[Frame] = []
        self._news = asyncio.Event()
        self._numbers = itertools.count(1)
        self._http: aiohttp.ClientSession
        self._socket: aiohttp.ClientWebSocketResponse
        self._reader: asyncio.Task[None]

    def __enter__(self) -> Seat:
        self._thread.start()
        self._run(self._connect())
        return self

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self._run(self._disconnect())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def send(self, kind: str, **fields: Any) -> None:
        """Send a command and wait until it is carried out. Fails with the server's words when it is refused."""
        number = f"ref-{next(self._numbers)}"
        self._run(self._socket.send_json({"type": kind, "ref": number, **fields}))
        answer = self.wait_for(lambda frame: frame.get("ref") == number)
        assert answer["type"] == "done", answer

    def status(self, status: str) -> None:
        """在线, 小休 and so on."""
        self.send("status", status=status)

    def accept(self) -> str:
        """Take the citizen who came last; returns the conversation's id."""
        state = self.wait_for(lambda frame: frame["type"] == "state" and frame["queue"])
        waiting = max(state["queue"], key=lambda handoff: handoff["handoff"])
        conversation = str(waiting["conversation"])
        self.send("accept", handoff=waiting["handoff"])
        self.wait_for(
            lambda frame: frame["type"] == "state"
            and conversation in [held["conversation"] for held in frame["conversations"]]
        )
        return conversation

    def say(self, conversation: str, text: str) -> None:
        """Speak to the citizen."""
        self.send("message", conversation=conversation, id=f"m-{next(self._numbers)}", text=text)

    def end(self, conversation: str) -> None:
        """End the session."""
        self.send("end", conversation=conversation, disposition="resolved", result="")

    def finish(self) -> None:
        """Leave nobody waiting or talking."""
        self._frames.clear()
        self._run(self._hello())  # the answer is how things stand now
        state = self.wait_for(lambda frame: frame["type"] == "state")
        for waiting in state["queue"]:
            self.send("accept", handoff=waiting["handoff"])
        for handoff in state["queue"] + state["conversations"]:
            self.end(handoff["conversation"])

    def hears(self, conversation: str, text: str) -> Frame:
        """Wait for the citizen's words."""
        return self.wait_for(
            lambda frame: frame["type"] == "message"
            and frame["conversation"] == conversation
            and frame["role"] == "user"
            and frame["text"] == text
        )

    def wait_for(self, wanted: Callable[[Frame], Any]) -> Frame:
        """The newest frame like this, of those that have come or of those that come within ``PATIENCE`` seconds."""
        return self._run(asyncio.wait_for(self._find(wanted), PATIENCE))

    def heard(self, wanted: Callable[[Frame], Any]) -> list[Frame]:
        """All frames like this so far."""
        return [frame for frame in self._frames if wanted(frame)]

    def _run(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _connect(self) -> None:
        # The server is at a bare IP address, for which aiohttp keeps no cookies unless told to.
        self._http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        async with self._http.post(f"{self._url}/seat/api/login", json=self._login) as answer:
            assert answer.status == 200, await answer.text()
        self._socket = await self._http.ws_connect(f"{self._url}/ws/seat", headers={"Origin": self._url})
        self._reader = asyncio.ensure_future(self._read())
        await self._hello()

    async def _hello(self) -> None:
        await self._socket.send_json({"type": "hello", "last_seq": {}})

    async def _read(self) -> None:
        async for message in self._socket:
            self._frames.append(json.loads(message.data))
            self._news.set()

    async def _find(self, wanted: Callable[[Frame], Any]) -> Frame:
        while True:
            self._news.clear()
            for frame in reversed(self._frames):
                if wanted(frame):
                    return frame
            await self._news.wait()

    async def _disconnect(self) -> None:
        self._reader.cancel()
        await self._socket.close()
        await self._http.close()
