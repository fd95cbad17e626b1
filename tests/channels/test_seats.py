"""Citizens and seats talk through the real server: delivery, idempotence, transfers, bad frames, a killed server."""
from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from support import database_url, fawen, free_port, start_server

from bot.services.conversations import ConversationLog
from channels.seat_lines import PASSWORD, Citizen, Hall, Seat, read

HARMFUL = "<script>alert('x')</script><img src=x onerror=alert(1)> {{7*7}} ' OR 1=1 --"


def test_both_hear_each_other_and_the_bot_is_silent(hall: Hall) -> None:
    async def work() -> None:
        seat = await hall.seat()
        citizen = await hall.session(seat, "老板拖欠工资怎么办")
        await citizen.say("我在杭州")
        await seat.hears(citizen.conversation, "我在杭州")
        await seat.say(citizen.conversation, "请问欠了几个月？")
        await citizen.hears("请问欠了几个月？")
        await citizen.say("离婚后孩子归谁")
        await seat.hears(citizen.conversation, "离婚后孩子归谁")
        await seat.do("end", conversation=citizen.conversation, disposition="resolved", result="已解答")
        assert (await citizen.frame(type="handoff", state="ended"))["state"] == "ended"
        rating = await citizen.find(lambda frame: (frame.get("custom") or {}).get("kind") == "session_rating")
        joined = next(frame for frame in citizen.messages(role="system") if "已接入" in frame["text"])
        between = [frame for frame in citizen.messages() if joined["seq"] < frame["seq"] < rating["seq"]]
        assert [frame["role"] for frame in between] == ["user", "seat", "user"]
        # The seat has the same, from the first word on.
        await seat.frame(type="message", conversation=citizen.conversation, seq=rating["seq"])
        theirs = seat.messages(conversation=citizen.conversation)
        assert [(m["seq"], m["role"], m["text"]) for m in theirs] == [(m["seq"], m["role"], m["text"]) for m in citizen.messages()]
        assert [m["seq"] for m in theirs] == list(range(1, rating["seq"] + 1))
        # Then the bot again, and not the seat.
        await citizen.say("怎么申请法律援助")
        await citizen.find(lambda frame: frame.get("role") == "bot" and frame["seq"] > rating["seq"])
        await seat.alive()
        assert not seat.messages(text="怎么申请法律援助")

    hall.run(work)


def test_markup_arrives_as_the_text_it_is(hall: Hall) -> None:
    async def work() -> None:
        seat = await hall.seat()
        citizen = await hall.session(seat)
        await citizen.say(HARMFUL)
        assert (await seat.hears(citizen.conversation, HARMFUL))["custom"] is None
        await seat.say(citizen.conversation, HARMFUL)
        await citizen.hears(HARMFUL)
        status, answer = await seat.login.get(f"conversations/{citizen.conversation}")
        assert [m["text"] for m in answer["messages"]][-2:] == [HARMFUL, HARMFUL]

    hall.run(work)


def test_typing_goes_both_ways(hall: Hall) -> None:
    async def work() -> None:
        seat = await hall.seat()
        citizen = await hall.session(seat)
        await citizen.send(type="typing", on=True)
        assert (await seat.frame(type="typing", conversation=citizen.conversation))["on"] is True
        await seat.send(type="typing", conversation=citizen.conversation, on=True)
        assert (await citizen.frame(type="typing", who="seat"))["on"] is True

    hall.run(work)


# --- exactly once


def test_the_same_message_sent_again_is_one_message(hall: Hall) -> None:
    async def work() -> None:
        seat = await hall.seat()
        citizen = await hall.session(seat)
        name = citizen.conversation
        for _ in range(3):
            await citizen.send(type="message", id="same", text="市民的话")
            await seat.send(type="message", conversation=name, id="same", text="席位的话")
        # Again after both have connected anew.
        last_seq = citizen.messages()[-1]["seq"]
        again, tab = await hall.line(), await hall.console(seat.login, **{name: last_seq})
        await again.hello(name, citizen.token, last_seq)
        first, second = await again.say("市民的话", id="same"), await tab.say(name, "席位的话", id="same")
        for line, ack in ((citizen, first), (again, first), (seat, second), (tab, second)):
            await line.alive()
            assert {frame["seq"] for frame in line.frames if frame["type"] == "ack" and frame["id"] == "same"} == {ack["seq"]}
            assert [m["seq"] for m in line.messages(text="市民的话")] == [first["seq"]]
            assert [m["seq"] for m in line.messages(text="席位的话")] == [second["seq"]]
            assert [m["id"] for m in line.messages(text="市民的话")] == ["same"]

    hall.run(work)


def test_a_citizens_id_never_stands_for_a_seats_message(hall: Hall) -> None:
    async def work() -> None:
        seat = await hall.seat()
        citizen = await hall.session(seat)
        await citizen.send(type="message", id="seat:s1", text="冒充")
        await citizen.alive()
        ack = await seat.say(citizen.conversation, "席位的话", id="s1")
        assert (await citizen.hears("席位的话"))["seq"] == ack["seq"]

    hall.run(work)


def test_a_seat_that_was_away_gets_what_was_said(hall: Hall) -> None:
    async def work() -> None:
        seat = await hall.seat()
        citizen = await hall.session(seat)
        name = citizen.conversation
        await citizen.say("断线以前")
        last = await seat.hears(name, "断线以前")
        await seat.close()
        for number in range(5):
            await citizen.say(f"断线之后 {number}")
        tab = await hall.console(seat.login, **{name: last["seq"]})
        await tab.hears(name, "断线之后 4")
        assert [m["text"] for m in tab.messages(conversation=name)] == [f"断线之后 {number}" for number in range(5)]

    hall.run(work)


def test_what_a_citizen_says_last_reaches_the_seat(hall: Hall) -> None:
    """Said, and the page closed at once: what the server has stored, the seat hears, though nobody takes the ack."""
    log = ConversationLog(hall.engine)

    async def work() -> None:
        seat = await hall.seat()
        citizens = [await hall.session(seat) for _ in range(10)]
        for number, citizen in enumerate(citizens):
            for at in range(5):
                await citizen.send(type="message", id=f"last{at}", text=f"最后一句 {at}")
            if number % 2:
                citizen.break_off()
            else:
                await citizen.close()
        # One more citizen, served to the end: the server is through with all of that.
        other = await hall.session(seat)
        await other.say("还在吗")
        await seat.hears(other.conversation, "还在吗")
        stored = {citizen.conversation: log.since(citizen.conversation, 0)[-1].text for citizen in citizens}
        assert any(text.startswith("最后一句") for text in stored.values())
        for conversation, text in stored.items():
            await seat.frame(type="message", conversation=conversation, text=text)

    hall.run(work)


def test_two_tabs_of_a_seat_show_the_same(hall: Hall) -> None:
    async def work() -> None:
        seat = await hall.seat()
        tab = await hall.console(seat.login)
        citizens = [await hall.session(seat) for _ in range(3)]
        for citizen in citizens:
            await citizen.say(f"我是 {citizen.conversation}")
            for line in (seat, tab):
                await line.hears(citizen.conversation, f"我是 {citizen.conversation}")
        for line in (seat, tab):
            await line.alive()
            for citizen in citizens:
                mine = [f["seq"] for f in line.frames if f["type"] == "message" and f["conversation"] == citizen.conversation]
                assert mine == list(range(1, len(mine) + 1))

    hall.run(work)


# --- REST


class Poller:
    """A citizen who comes over REST."""

    def __init__(self, hall: Hall, http: Any, sender: str) -> None:
        self._url = f"{hall.url}/webhooks/rest"
        self._http = http
        self.sender = sender
        self.conversation = sender
        self.token = ""

    async def post(self, text: str, message_id: str | None = None) -> list[dict[str, Any]]:
        body = {"sender": self.sender, "message": text, "id": message_id}
        async with self._http.post(f"{self._url}/webhook", json=body) as answer:
            assert answer.status == 200
            self.token = answer.headers.get("X-Fawen-Token", self.token)
            return await answer.json()

    async def poll(self, after: int, wait: float = 0) -> dict[str, Any]:
        params = {"sender": self.sender, "after": after, "wait": wait}
        headers = {"Authorization": f"Bearer {self.token}"}
        status, values = await read(self._http.get(f"{self._url}/messages", params=params, headers=headers))
        assert status == 200, values
        return values


async def rest_session(hall: Hall, seat: Seat, sender: str) -> Poller:
    """A citizen over REST who talks to the seat."""
    poller = Poller(hall, (await hall.browser()).http, sender)
    assert await poller.post("/human_handoff")
    entry = await seat.sees_waiting(sender)
    await seat.do("accept", handoff=entry["handoff"])
    await seat.state(lambda state: any(h["conversation"] == sender for h in state["conversations"]))
    return poller


def test_rest_polling_brings_the_seats_words_in_order_and_once(hall: Hall) -> None:
    async def work() -> None:
        seat = await hall.seat()
        citizen = await rest_session(hall, seat, "rest-poll")
        assert await citizen.post("我在杭州") == []
        texts = [f"第 {number} 句" for number in range(20)]

        async def speak() -> None:
            for text in texts:
                await seat.say(citizen.sender, text)

        speaking = asyncio.ensure_future(speak())
        got: list[dict[str, Any]] = []
        while not got or got[-1]["text"] != texts[-1]:
            answer = await citizen.poll(got[-1]["seq"] if got else 0, wait=20)
            assert answer["handoff"]["state"] == "active"
            got += answer["messages"]
        await speaking
        assert [m["seq"] for m in got] == list(range(1, len(got) + 1))
        assert [m["text"] for m in got if m["role"] == "seat"] == texts
        assert (await citizen.poll(got[-1]["seq"]))["messages"] == []
        await seat.do("end", conversation=citizen.sender, disposition="resolved", result="")
        assert (await citizen.poll(got[-1]["seq"], wait=20))["handoff"]["state"] == "ended"

    hall.run(work)


def test_all_who_poll_hear_of_it(hall: Hall) -> None:
    """One who gives up early does not take the news from the other."""

    async def work() -> None:
        seat = await hall.seat()
        citizen = await rest_session(hall, seat, "rest-two")
        last = (await citizen.poll(0))["messages"][-1]["seq"]
        patient = asyncio.ensure_future(citizen.poll(last, wait=25))
        assert (await citizen.poll(last, wait=0.2))["messages"] == []
        await seat.say(citizen.sender, "您好")
        assert [m["text"] for m in (await asyncio.wait_for(patient, 15))["messages"]] == ["您好"]

    hall.run(work)


def test_a_rest_message_sent_again_is_one_message(hall: Hall) -> None:
    async def work() -> None:
        seat = await hall.seat()
        citizen = await rest_session(hall, seat, "rest-again")
        for _ in range(3):
            assert await citizen.post("我在杭州", "m1") == []
        await seat.hears(citizen.sender, "我在杭州")
        await seat.alive()
        assert len(seat.messages(text="我在杭州")) == 1

    hall.run(work)


def test_a_rest_message_that_was_stored_but_not_answered_is_answered_when_sent_again(hall: Hall) -> None:
    log = ConversationLog(hall.engine)
    log.ensure("rest-cut-off", "rest")
    log.add_user("rest-cut-off", "m1", "怎么申请法律援助")

    async def work() -> None:
        citizen = Poller(hall, (await hall.browser()).http, "rest-cut-off")
        first = await citizen.post("怎么申请法律援助", "m1")
        assert first
        assert await citizen.post("怎么申请法律援助", "m1") == first

    hall.run(work)


@pytest.mark.parametrize("query", ["after=x", "after=-1", "after=99999999999999999999", "wait=-1", "wait=26", "wait=nan", "wait=x"])
def test_a_bad_poll_is_explained(hall: Hall, query: str) -> None:
    async def work() -> None:
        citizen = await hall.citizen()
        http = (await hall.browser()).http
        url = f"{hall.url}/webhooks/rest/messages?sender={citizen.conversation}&{query}"
        status, answer = await read(http.get(url, headers={"Authorization": f"Bearer {citizen.token}"}))
        assert (status, answer["error"]) == (400, "bad_request")

    hall.run(work)


# --- transfers


def test_a_transfer_to_a_colleague_brings_everything_that_was_said(hall: Hall) -> None:
    async def work() -> None:
        first, second = await hall.seat(), await hall.seat(status="busy")
        citizen = await hall.session(first, "我叫王小明")
        await first.say(citizen.conversation, "请稍等")
        await first.do("transfer", conversation=citizen.conversation, seat=second.id, note="请接着问金额")
        told = await citizen.find(lambda f: f.get("role") == "system" and second.login.seat["name"] in f["text"])
        await second.frame(type="message", conversation=citizen.conversation, seq=told["seq"])
        assert [m["seq"] for m in second.messages(conversation=citizen.conversation)] == list(range(1, told["seq"] + 1))
        status, answer = await second.login.get(f"conversations/{citizen.conversation}")
        assert [whisper["text"] for whisper in answer["whispers"]] == ["转接说明：请接着问金额"]
        await second.say(citizen.conversation, "我接着谈")
        await citizen.hears("我接着谈")
        assert (await first.refused(type="message", conversation=citizen.conversation, id="m", text="x"))["code"] == "not_yours"

    hall.run(work)


def test_a_transfer_by_skill_goes_back_to_the_queue(hall: Hall) -> None:
    async def work() -> None:
        first = await hall.seat()
        citizen = await hall.session(first)
        since = len(citizen.frames)
        assert (await first.refused(type="transfer", conversation=citizen.conversation, skill="跳舞"))["code"] == "bad_request"
        assert (await first.refused(type="transfer", conversation=citizen.conversation, seat=999_999))["code"] == "bad_request"
        await first.do("transfer", conversation=citizen.conversation, skill="notarization", note="要做公证")
        await citizen.find(lambda frame: frame.get("type") == "handoff" and frame["state"] == "waiting", since)
        second = await hall.seat(skills=["notarization"])
        entry = await second.sees_waiting(citizen.conversation)
        assert (entry["reason"], entry["note"]) == ("transferred", "要做公证")
        await second.do("accept", handoff=entry["handoff"])
        await second.say(citizen.conversation, "公证处为您服务")
        await citizen.hears("公证处为您服务")

    hall.run(work)


# --- bad frames

MALFORMED = [
    "",
    "nonsense",
    "[]",
    "5",
    "{}",
    "[" * 50_000,
    '{"type": 5}',
    '{"type": "nothing"}',
    '{"type": "\\ud800", "id": "\\ud800", "ref": "\\udfff"}',
    '{"type": "accept"}',
    '{"type": "accept", "handoff": "1"}',
    '{"type": "accept", "handoff": true}',
    '{"type": "accept", "handoff": 1e400}',
    '{"type": "accept", "handoff": 99999999999999999999999}',
    '{"type": "accept", "handoff": -1}',
    '{"type": "assign", "handoff": 99999999999999999999999, "seat": 1}',
    '{"type": "status", "status": "asleep"}',
    '{"type": "status", "status": ["online"]}',
    '{"type": "status", "status": {}}',
    '{"type": "message"}',
    '{"type": "message", "conversation": 5, "id": "a", "text": "x"}',
    '{"type": "message", "conversation": "web-1", "id": "", "text": "x"}',
    '{"type": "message", "conversation": "web-1", "id": "a", "text": null}',
    '{"type": "message", "conversation": "web-1", "id": "a", "text": " "}',
    json.dumps({"type": "message", "conversation": "web-1", "id": "a" * 49, "text": "x"}),
    '{"type": "end", "conversation": "web-1", "disposition": "dance"}',
    '{"type": "end", "conversation": "../../x"}',
    json.dumps({"type": "end", "conversation": "web-1", "disposition": "resolved", "result": "长" * 1001}),
    '{"type": "transfer", "conversation": "web-1", "seat": "x"}',
    '{"type": "transfer", "conversation": "web-1", "skill": 5}',
    '{"type": "whisper", "conversation": "web-1", "text": ""}',
    '{"type": "watch", "conversation": null, "on": true}',
    '{"type": "take_over", "conversation": {}}',
    '{"type": "typing"}',
]


def test_a_bad_frame_of_a_seat_is_explained_and_the_line_lives(hall: Hall) -> None:
    async def work() -> None:
        seat = await hall.seat()
        codes = {"bad_request", "forbidden", "gone", "not_yours"}
        for raw in MALFORMED:
            since = len(seat.frames)
            await seat.socket.send_str(raw)
            error = await seat.find(lambda frame: frame["type"] == "error", since)
            assert error["code"] in codes, (raw[:80], error)
            assert error["text"]
            await seat.alive()
        since = len(seat.frames)
        await seat.socket.send_bytes(b"\x00\xff")
        assert (await seat.find(lambda frame: frame["type"] == "error", since))["code"] == "bad_request"
        await seat.alive()

    hall.run(work)


def test_a_long_frame_is_refused_on_both_sides(hall: Hall) -> None:
    async def work() -> None:
        seat = await hall.seat()
        citizen = await hall.session(seat)
        for text in ("啊" * 2001, "啊" * 300_000):
            error = await seat.refused(type="message", conversation=citizen.conversation, id="big", text=text)
            assert (error["code"], error["id"]) == ("too_long", "big")
            error = await citizen.refused(type="message", id="big", text=text)
            assert (error["code"], error["id"]) == ("too_long", "big")
        assert not citizen.messages(role="seat")
        await seat.say(citizen.conversation, "啊" * 2000)
        await citizen.hears("啊" * 2000)

    hall.run(work)


@pytest.mark.parametrize("last_seq", [-1, "x", 1.5, True, 10**30, None, [], {}])
def test_a_bad_last_seq_harms_nobody(hall: Hall, last_seq: Any) -> None:
    async def work() -> None:
        seat = await hall.seat()
        citizen = await hall.session(seat)
        name = citizen.conversation
        line = await hall.line()
        await line.refused(type="hello", conversation=name, token=citizen.token, last_seq=last_seq)
        tab = await hall.console(seat.login, **{name: last_seq})
        await citizen.say("还听得见吗")
        for console in (seat, tab):
            await console.hears(name, "还听得见吗")
        await seat.say(name, "听得见")
        await citizen.hears("听得见")

    hall.run(work)


def test_a_citizens_broken_id_is_explained_and_the_line_lives(hall: Hall) -> None:
    async def work() -> None:
        citizen = await hall.citizen()
        for raw in ('{"type": "message", "id": "\\ud800", "text": "x"}', '{"type": "\\ud800"}'):
            since = len(citizen.frames)
            await citizen.socket.send_str(raw)
            assert (await citizen.find(lambda frame: frame["type"] == "error", since))["code"] == "bad_request"
            await citizen.alive()

    hall.run(work)


def test_nothing_before_hello(hall: Hall) -> None:
    async def work() -> None:
        login = await hall.login()
        socket = await login.http.ws_connect(f"{hall.url}/ws/seat", headers={"Origin": hall.url})
        seat = Seat(socket, login)
        assert (await seat.refused(type="status", status="online"))["code"] == "bad_request"
        await seat.close()

    hall.run(work)


# --- a killed server


def test_a_killed_server_starts_again_into_the_same_queue_and_sessions(settings: Any, tmp_path: Path) -> None:
    port = free_port()
    environment = {"FAWEN_SEAT_GRACE_SECONDS": "600", "FAWEN_OFFER_SECONDS": "600"}
    for username, capacity in (("zhang", "1"), ("li", "1")):
        done = fawen(
            "seats", "add", username, "--name", f"{username}工", "--capacity", capacity, "--password-stdin",
            stdin=PASSWORD, FAWEN_DATABASE_URL=database_url(tmp_path),
        )
        assert done.returncode == 0, done.stderr
    server = start_server(tmp_path, port, **environment)
    hall = Hall(f"http://127.0.0.1:{port}", tmp_path)

    async def work() -> None:
        nonlocal server
        login = await hall.browser("zhang")
        assert await login.log_in() == 200
        seat = await hall.console(login)
        await seat.do("status", status="online")
        talking = await hall.session(seat, "我叫王小明")
        waiting = [await hall.citizen() for _ in range(3)]
        for citizen in waiting:
            await citizen.ask_for_a_person()
        queue = await seat.state(lambda state: len(state["queue"]) == 3)
        name = talking.conversation
        await seat.say(name, "强杀以前")
        heard = await talking.hears("强杀以前")
        await talking.send(type="message", id="in-flight", text="强杀之中")
        server.kill()
        server.wait()
        for line in (seat, talking, *waiting):
            await line.ends()
        server = await asyncio.to_thread(start_server, tmp_path, port, **environment)

        # The login holds, the session is the seat's, and the queue stands in the same order.
        tab = await hall.console(login, **{name: heard["seq"]})
        state = await tab.state(lambda state: len(state["queue"]) == 3)
        assert state["seat"]["status"] == "online"
        assert [h["conversation"] for h in state["conversations"]] == [name]
        assert [h["handoff"] for h in state["queue"]] == [h["handoff"] for h in queue["queue"]]
        again = await hall.line()
        assert (await again.hello(name, talking.token, heard["seq"]))["resumed"] is True
        assert (await again.frame(type="handoff"))["state"] == "active"
        await again.say("强杀之中", id="in-flight")
        await tab.hears(name, "强杀之中")
        await tab.say(name, "强杀以后")
        await again.hears("强杀以后")
        for line in (again, tab):
            seqs = [m["seq"] for m in line.messages() if line is again or m["conversation"] == name]
            assert seqs == list(range(heard["seq"] + 1, seqs[-1] + 1))
            assert len(line.messages(text="强杀之中")) == 1
        # Those who wait come back to their places.
        for ahead, citizen in enumerate(waiting):
            back = await hall.line()
            assert (await back.hello(citizen.conversation, citizen.token, last(citizen)))["resumed"] is True
            place = await back.frame(type="handoff")
            assert (place["state"], place["ahead"]) == ("waiting", ahead)

    def last(citizen: Citizen) -> int:
        return citizen.messages()[-1]["seq"]

    try:
        hall.run(work)
    finally:
        server.kill()
        server.wait()
        hall.engine.dispose()
