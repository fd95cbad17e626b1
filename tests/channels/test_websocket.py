"""The WebSocket channel: order, acknowledgement, resume without loss or duplicates, a server killed in between."""
from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from support import free_port, run_async, run_server


class Client:
    """A widget's side of the line."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def send(self, **frame: Any) -> None:
        await self.socket.send_str(json.dumps(frame))

    async def receive(self) -> dict[str, Any]:
        return json.loads((await self.socket.receive(timeout=30)).data)

    async def until(self, **wanted: Any) -> dict[str, Any]:
        """The next frame with these values."""
        while True:
            frame = await self.receive()
            if all(frame.get(name) == value for name, value in wanted.items()):
                return frame

    async def hello(self, conversation: str | None = None, token: str | None = None, last_seq: int = 0) -> dict:
        await self.send(type="hello", conversation=conversation, token=token, last_seq=last_seq)
        return await self.until(type="welcome")


def run(url: str, work: Any) -> Any:
    """Run ``work(connect)``, where ``connect()`` opens a socket."""

    async def main() -> Any:
        async with aiohttp.ClientSession() as session:

            async def connect() -> Client:
                return Client(await session.ws_connect(f"{url}/ws/chat", max_msg_size=0))

            return await work(connect)

    return run_async(main())


def test_a_question_is_acknowledged_echoed_and_answered(live_server: str) -> None:
    async def work(connect: Any) -> None:
        client = await connect()
        welcome = await client.hello()
        assert welcome["resumed"] is False
        greeting = await client.until(type="message", role="bot")
        await client.send(type="message", id="m1", text="老板拖欠工资怎么办")
        ack = await client.until(type="ack")
        assert ack == {"type": "ack", "id": "m1", "seq": greeting["seq"] + 1}
        assert (await client.until(type="message", role="user"))["text"] == "老板拖欠工资怎么办"
        assert (await client.until(type="typing"))["on"] is True
        answer = await client.until(type="message", role="bot")
        assert answer["custom"]["kind"] == "answer"
        assert answer["seq"] == ack["seq"] + 1

    run(live_server, work)


def test_a_repeated_message_is_answered_once(live_server: str) -> None:
    async def work(connect: Any) -> None:
        client = await connect()
        await client.hello()
        await client.until(type="message", role="bot")
        for name in ("same", "same", "same", "next"):
            await client.send(type="message", id=name, text="怎么申请法律援助" if name == "same" else "谢谢")
        frames: list[dict[str, Any]] = []
        while sum(frame.get("role") == "bot" for frame in frames) < 2:
            frames.append(await client.receive())
        assert len({frame["seq"] for frame in frames if frame["type"] == "ack" and frame["id"] == "same"}) == 1
        answers = [frame for frame in frames if frame.get("role") == "bot"]
        assert [answer["custom"] is None for answer in answers] == [False, True]

    run(live_server, work)


def test_a_cut_line_resumes_where_it_was(live_server: str) -> None:
    async def work(connect: Any) -> None:
        client = await connect()
        welcome = await client.hello()
        greeting = await client.until(type="message", role="bot")
        await client.send(type="message", id="m1", text="离婚孩子归谁")
        await client.until(type="ack")
        await client.socket.close()
        again = await connect()
        resumed = await again.hello(welcome["conversation"], welcome["token"], greeting["seq"])
        assert resumed["resumed"] is True
        seen = [await again.until(type="message") for _ in range(2)]
        assert [frame["role"] for frame in seen] == ["user", "bot"]
        assert [frame["seq"] for frame in seen] == [greeting["seq"] + 1, greeting["seq"] + 2]

    run(live_server, work)


def test_a_wrong_token_opens_nothing(live_server: str) -> None:
    async def work(connect: Any) -> None:
        client = await connect()
        welcome = await client.hello()
        stranger = await connect()
        answer = await stranger.hello(welcome["conversation"], "guess")
        assert answer["resumed"] is False
        assert answer["conversation"] != welcome["conversation"]

    run(live_server, work)


def test_two_tabs_see_the_same(live_server: str) -> None:
    async def work(connect: Any) -> None:
        first, second = await connect(), await connect()
        welcome = await first.hello()
        greeting = await first.until(type="message", role="bot")
        await second.hello(welcome["conversation"], welcome["token"], greeting["seq"])
        await first.send(type="message", id="m1", text="你好")
        for tab in (first, second):
            assert (await tab.until(type="message", role="user"))["id"] == "m1"
            assert (await tab.until(type="message", role="bot"))["text"]

    run(live_server, work)


@pytest.mark.parametrize(
    "raw",
    ["", "nonsense", "[]", "{}", '{"type": "message", "text": "x"}', '{"type": "hello", "last_seq": "x"}', "[" * 50_000, '{"type": 5}'],
)
def test_a_bad_frame_is_explained_and_the_line_stays_open(live_server: str, raw: str) -> None:
    async def work(connect: Any) -> None:
        client = await connect()
        await client.socket.send_str(raw)
        error = await client.until(type="error")
        assert error["text"]
        assert "Traceback" not in error["text"]
        await client.send(type="ping")
        await client.until(type="pong")

    run(live_server, work)


def test_bytes_long_text_and_noise(live_server: str) -> None:
    async def work(connect: Any) -> None:
        client = await connect()
        await client.hello()
        await client.until(type="message", role="bot")
        await client.send(type="message", id="big", text="啊" * 300_000)
        assert (await client.until(type="error"))["code"] == "too_long"
        random.seed(3)
        for _ in range(200):
            await client.socket.send_bytes(random.randbytes(random.randint(0, 80)))
            assert (await client.until(type="error"))["code"] == "bad_request"
        await client.send(type="message", id="emoji", text="😀")
        assert "文字" in (await client.until(type="message", role="bot"))["text"]

    run(live_server, work)


def test_a_killed_server_answers_what_it_had_taken(settings: Any, tmp_path: Path) -> None:
    """A message stored but not answered is answered after the restart, once."""
    from bot.services.conversations import ConversationLog
    from bot.store.database import open_database

    log = ConversationLog(open_database(f"sqlite:///{tmp_path / 'fawen.db'}"))
    conversation, token = log.open("web")
    log.add_bot(conversation, "您好")
    log.add_user(conversation, "m1", "老板拖欠工资怎么办")

    async def work(connect: Any) -> None:
        client = await connect()
        assert (await client.hello(conversation, token, 1))["resumed"] is True
        assert (await client.until(type="message", role="user"))["seq"] == 2
        answer = await client.until(type="message", role="bot")
        assert (answer["seq"], answer["custom"]["kind"]) == (3, "answer")

    with run_server(tmp_path, free_port()) as url:
        run(url, work)
    assert log.unanswered(conversation) == []
