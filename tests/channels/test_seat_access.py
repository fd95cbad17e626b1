"""Who may do what at the seats' interface, tried against the real server."""
from __future__ import annotations

import re
from http.cookies import SimpleCookie
from typing import Any

import aiohttp
import pytest
from support import ROOT

from bot.seats.accounts import TRIES
from bot.seats.model import Role
from channels.seat_lines import PASSWORD, Citizen, Hall, Login, read

ROUTES = [
    ("POST", "logout"),
    ("GET", "me"),
    ("POST", "password"),
    ("GET", "conversations/web-1"),
    ("POST", "assist"),
    ("POST", "search"),
    ("POST", "citations"),
    ("GET", "phrases"),
    ("POST", "calls"),
    ("GET", "ledger"),
    ("POST", "ledger/1"),
    ("GET", "ledger.xlsx"),
    ("GET", "supervision"),
    ("GET", "audit"),
]
CHANGES = [path for method, path in ROUTES if method == "POST"]


def test_every_documented_route_is_tried() -> None:
    documented = re.findall(r"`(GET|POST) /seat/api/([\w./编号]+)", (ROOT / "docs" / "seats.md").read_text(encoding="utf-8"))
    routes = {(method, path.replace("conversations/编号", "conversations/web-1").replace("编号", "1")) for method, path in documented}
    assert routes == {*ROUTES, ("POST", "login")}


# --- without a login


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_no_route_without_a_login_or_with_a_citizens_token(hall: Hall, method: str, path: str) -> None:
    async def work() -> None:
        citizen = await hall.citizen()
        http = (await hall.browser()).http
        for headers in (
            {},
            {"Cookie": "fawen_seat="},
            {"Cookie": f"fawen_seat={citizen.token}"},
            {"Authorization": f"Bearer {citizen.token}", "X-CSRF-Token": citizen.token},
        ):
            status, answer = await read(http.request(method, f"{hall.url}/seat/api/{path}", json={}, headers=headers))
            assert (status, answer["error"]) == (401, "unauthorized")
            assert answer["message"]

    hall.run(work)


@pytest.mark.parametrize("path", CHANGES)
def test_no_change_without_the_csrf_token_or_from_another_site(hall: Hall, path: str) -> None:
    async def work() -> None:
        login, other = await hall.login(), await hall.login()
        for headers in (
            {},
            {"X-CSRF-Token": ""},
            {"X-CSRF-Token": "wrong"},
            {"X-CSRF-Token": other.csrf},
            {"X-CSRF-Token": login.csrf, "Origin": "http://evil.example"},
            {"X-CSRF-Token": login.csrf, "Origin": "null"},
            {"X-CSRF-Token": login.csrf, "Origin": "http://["},
        ):
            status, answer = await read(login.http.post(f"{hall.url}/seat/api/{path}", json={}, headers=headers))
            assert (status, answer["error"]) == (403, "forbidden"), headers
        assert (await login.get("me"))[0] == 200

    hall.run(work)


def test_no_login_from_another_site(hall: Hall) -> None:
    async def work() -> None:
        login = await hall.login()
        body = {"username": login.username, "password": PASSWORD}
        for origin in ("http://evil.example", "null", "http://["):
            status, _ = await read(login.http.post(f"{hall.url}/seat/api/login", json=body, headers={"Origin": origin}))
            assert status == 403
        status, _ = await read(login.http.post(f"{hall.url}/seat/api/login", json=body, headers={"Origin": hall.url}))
        assert status == 200

    hall.run(work)


def test_the_cookie_is_for_this_site_and_out_of_reach_of_scripts(hall: Hall) -> None:
    async def work() -> None:
        browser = await hall.browser()
        body = {"username": hall.account(), "password": PASSWORD}
        for headers, secure in (({}, ""), ({"X-Forwarded-Proto": "https"}, True)):
            async with browser.http.post(f"{hall.url}/seat/api/login", json=body, headers=headers) as answer:
                cookie = SimpleCookie(answer.headers["Set-Cookie"])["fawen_seat"]
                assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/")
                assert cookie["secure"] == secure
                assert answer.headers["Cache-Control"] == "no-store"

    hall.run(work)


@pytest.mark.parametrize("origin", [None, "", "null", "http://evil.example", "https://127.0.0.1", "http://[", "http://127.0.0.1.evil.example"])
def test_no_socket_for_another_sites_page(hall: Hall, origin: str | None) -> None:
    async def work() -> None:
        login = await hall.login()
        assert await handshake(login, {} if origin is None else {"Origin": origin}) == 403
        assert await handshake(login, {"Origin": hall.url}) == 101

    hall.run(work)


def test_no_socket_without_a_login_or_with_a_citizens_token(hall: Hall) -> None:
    async def work() -> None:
        citizen = await hall.citizen()
        browser = await hall.browser()
        for cookie in ("", "x", citizen.token):
            headers = {"Origin": hall.url, "Cookie": f"fawen_seat={cookie}"}
            assert await handshake(browser, headers) == 403
        assert await handshake(browser, {"Origin": hall.url}) == 403

    hall.run(work)


async def handshake(login: Login, headers: dict[str, str]) -> int:
    """The status with which the seats' socket opens, or not."""
    try:
        socket = await login.http.ws_connect(f"{login.url}/ws/seat", headers=headers)
    except aiohttp.WSServerHandshakeError as error:
        return error.status
    await socket.close()
    return 101


# --- with a login


def test_lockout_after_failed_logins_until_the_password_is_reset(hall: Hall) -> None:
    async def work() -> None:
        login = await hall.login()
        browser = await hall.browser(login.username)
        nobody = await hall.browser("nobody")
        assert await nobody.log_in("wrong-password") == 401
        for _ in range(TRIES):
            assert await browser.log_in("wrong-password") == 401
        assert await browser.log_in() == 423
        # One who is at work is not thrown out by somebody else's guessing.
        assert (await login.get("me"))[0] == 200
        hall.accounts.set_password(login.username, "another-horse-2")
        assert await browser.log_in() == 401
        assert await browser.log_in("another-horse-2") == 200

    hall.run(work)


@pytest.mark.parametrize("body", [{}, {"username": 5, "password": PASSWORD}, {"username": "x" * 41, "password": PASSWORD}, {"username": "x", "password": "x" * 201}, [], "text"])
def test_a_malformed_login_is_explained(hall: Hall, body: Any) -> None:
    async def work() -> None:
        status, answer = await read((await hall.browser()).http.post(f"{hall.url}/seat/api/login", json=body))
        assert (status, answer["error"]) == (400, "bad_request")

    hall.run(work)


def test_logout_ends_the_login_and_its_sockets(hall: Hall) -> None:
    async def work() -> None:
        login = await hall.login()
        seat, silent, other = await hall.console(login), await hall.console(login), await hall.seat()
        cookie = login.cookie()
        assert (await login.post("logout"))[0] == 200
        stolen = {"Cookie": f"fawen_seat={cookie}", "Origin": hall.url}
        browser = await hall.browser()
        assert await handshake(browser, stolen) == 403
        assert (await read(browser.http.get(f"{hall.url}/seat/api/me", headers=stolen)))[0] == 401
        # Neither tab says a word: the server looks by itself.
        for line in (seat, silent):
            assert (await line.frame(type="error"))["code"] == "unauthorized"
            await line.ends()
        await other.alive()

    hall.run(work)


@pytest.mark.parametrize("how", ["disabled", "password reset"])
def test_a_shut_account_is_out(hall: Hall, how: str) -> None:
    async def work() -> None:
        login = await hall.login()
        seat = await hall.console(login)
        if how == "disabled":
            hall.accounts.set_active(login.username, False)
        else:
            hall.accounts.set_password(login.username, "another-horse-2")
        assert (await login.get("me"))[0] == 401
        assert (await seat.frame(type="error"))["code"] == "unauthorized"
        await seat.ends()

    hall.run(work)


def test_changing_the_password_ends_the_other_logins(hall: Hall) -> None:
    async def work() -> None:
        login = await hall.login()
        other = await hall.browser(login.username)
        assert await other.log_in() == 200
        assert (await login.post("password", {"old": "wrong-password", "new": "another-horse-2"}))[0] == 400
        assert (await login.post("password", {"old": PASSWORD, "new": "short"}))[0] == 400
        assert (await other.get("me"))[0] == 200
        assert (await login.post("password", {"old": PASSWORD, "new": "another-horse-2"}))[0] == 200
        assert (await other.get("me"))[0] == 401
        assert await other.log_in("another-horse-2") == 200

    hall.run(work)


# --- whose conversation


def test_a_seat_can_not_reach_anothers_conversation(hall: Hall) -> None:
    async def work() -> None:
        mine, other = await hall.seat(), await hall.seat(status="busy")
        citizen = await hall.session(mine, "我叫王小明")
        name = citizen.conversation
        status, answer = await other.login.get(f"conversations/{name}")
        assert (status, answer["error"]) == (403, "forbidden")
        # What does not exist is refused alike.
        assert await other.login.get("conversations/web-nothing") == (status, answer)
        assert (await other.login.post("assist", {"text": "工资", "conversation": name}))[0] == 403
        for code, frame in (
            ("forbidden", {"type": "watch", "on": True}),
            ("forbidden", {"type": "whisper", "text": "悄悄"}),
            ("forbidden", {"type": "take_over"}),
            ("not_yours", {"type": "message", "id": "m1", "text": "您好"}),
            ("not_yours", {"type": "end", "disposition": "resolved"}),
            ("not_yours", {"type": "transfer", "seat": other.id}),
        ):
            assert (await other.refused(**frame, conversation=name))["code"] == code, frame
        await other.send(type="typing", conversation=name, on=True)
        await other.alive()
        await citizen.say("只给接谈的人听")
        await mine.hears(name, "只给接谈的人听")
        await other.alive()
        assert not [frame for frame in other.frames if frame["type"] == "message"]
        assert not any(frame.get("conversations") for frame in other.frames)
        await citizen.alive()
        assert not [frame for frame in citizen.frames if frame.get("who") == "seat"]
        assert not citizen.messages(role="seat")

    hall.run(work)


def test_a_supervisor_can_and_it_is_in_the_audit_log(hall: Hall) -> None:
    async def work() -> None:
        seat, supervisor = await hall.seat(), await hall.seat(Role.SUPERVISOR, status="busy")
        citizen = await hall.session(seat, "我叫王小明")
        name = citizen.conversation
        status, answer = await supervisor.login.get(f"conversations/{name}")
        assert status == 200
        assert "我叫王小明" in [message["text"] for message in answer["messages"]]
        await supervisor.do("watch", conversation=name, on=True)
        await supervisor.hears(name, "我叫王小明")
        await citizen.say("还有一件事")
        await supervisor.hears(name, "还有一件事")
        await supervisor.do("whisper", conversation=name, text="请先问清金额")
        whisper = await seat.frame(type="whisper", conversation=name)
        assert (whisper["from"], whisper["text"]) == (supervisor.login.seat["name"], "请先问清金额")
        # Who only watches does not speak.
        said = await supervisor.refused(type="message", conversation=name, id="m1", text="您好")
        assert said["code"] == "not_yours"
        await supervisor.do("take_over", conversation=name)
        await supervisor.say(name, "我来接着谈")
        await citizen.hears("我来接着谈")
        assert (await seat.refused(type="message", conversation=name, id="m2", text="您好"))["code"] == "not_yours"
        administrator = await hall.login(Role.ADMINISTRATOR)
        status, log = await administrator.get("audit")
        assert status == 200
        mine = {line["action"] for line in log["lines"] if line["username"] == supervisor.login.username and line["conversation"] == name}
        assert mine == {"read", "watch", "take_over"}
        await citizen.alive()
        assert "请先问清金额" not in str(citizen.frames)

    hall.run(work)


def test_who_stops_watching_hears_no_more(hall: Hall) -> None:
    async def work() -> None:
        seat, supervisor = await hall.seat(), await hall.seat(Role.SUPERVISOR, status="busy")
        citizen = await hall.session(seat)
        await supervisor.do("watch", conversation=citizen.conversation, on=True)
        await citizen.say("第一句")
        await supervisor.hears(citizen.conversation, "第一句")
        await supervisor.do("watch", conversation=citizen.conversation, on=False)
        await citizen.say("第二句")
        await seat.hears(citizen.conversation, "第二句")
        await supervisor.alive()
        assert not supervisor.messages(text="第二句")

    hall.run(work)


def test_one_who_handed_on_a_conversation_no_longer_reads_it(hall: Hall) -> None:
    async def work() -> None:
        first, second = await hall.seat(), await hall.seat(status="busy")
        citizen = await hall.session(first)
        assert (await first.login.get(f"conversations/{citizen.conversation}"))[0] == 200
        await first.do("transfer", conversation=citizen.conversation, seat=second.id)
        await second.state(lambda state: state["conversations"])
        await citizen.say("只给第二位听")
        await second.hears(citizen.conversation, "只给第二位听")
        assert (await first.login.get(f"conversations/{citizen.conversation}"))[0] == 403
        await first.alive()
        assert not first.messages(text="只给第二位听")

    hall.run(work)


def test_one_conversations_token_opens_no_other(hall: Hall) -> None:
    async def work() -> None:
        seat = await hall.seat()
        victim, thief = await hall.session(seat), await hall.citizen()
        await seat.say(victim.conversation, "保密的话")
        await victim.hears("保密的话")
        for token in (thief.token, "", seat.login.cookie(), None):
            line = await hall.line()
            welcome = await line.hello(victim.conversation, token)
            assert welcome["resumed"] is False
            assert welcome["conversation"] != victim.conversation
            assert not line.messages(text="保密的话")
        for token in (thief.token, "", seat.login.cookie()):
            status, answer = await poll(thief, victim.conversation, token)
            assert (status, answer["error"]) == (401, "unauthorized")
        assert (await poll(thief, thief.conversation, thief.token))[0] == 200
        # A conversation of the chat window can't be spoken into over REST.
        body = {"sender": victim.conversation, "message": "我是别人"}
        http = (await hall.browser()).http
        assert (await read(http.post(f"{hall.url}/webhooks/rest/webhook", json=body)))[0] == 403

    async def poll(thief: Citizen, sender: str, token: str) -> tuple[int, Any]:
        http = (await hall.browser()).http
        headers = {"Authorization": f"Bearer {token}"}
        return await read(http.get(f"{hall.url}/webhooks/rest/messages", params={"sender": sender}, headers=headers))

    hall.run(work)


# --- roles


def test_a_seat_does_not_direct_others(hall: Hall) -> None:
    async def work() -> None:
        seat, colleague = await hall.seat(), await hall.seat(status="busy")
        citizen = await hall.citizen()
        await citizen.ask_for_a_person()
        entry = await seat.sees_waiting(citizen.conversation)
        for frame in (
            {"type": "assign", "handoff": entry["handoff"], "seat": colleague.id},
            {"type": "assign", "handoff": entry["handoff"], "seat": seat.id},
            {"type": "take_over", "conversation": citizen.conversation},
            {"type": "watch", "conversation": citizen.conversation, "on": True},
        ):
            assert (await seat.refused(**frame))["code"] == "forbidden"
        assert citizen.frames[-1].get("state") != "active"
        for path in ("supervision", "audit"):
            assert (await seat.login.get(path))[0] == 403

    hall.run(work)


def test_a_supervisor_directs_but_does_not_audit(hall: Hall) -> None:
    async def work() -> None:
        supervisor, seat = await hall.seat(Role.SUPERVISOR), await hall.seat(status="busy")
        citizen = await hall.citizen()
        await citizen.ask_for_a_person()
        entry = await supervisor.sees_waiting(citizen.conversation)
        await supervisor.do("assign", handoff=entry["handoff"], seat=seat.id)
        assert (await citizen.frame(type="handoff", state="active"))["seat"] == seat.login.seat["name"]
        status, shown = await supervisor.login.get("supervision")
        assert status == 200
        assert citizen.conversation in [entry["conversation"] for entry in shown["active"]]
        assert (await supervisor.login.get("audit"))[0] == 403

    hall.run(work)


def test_a_seat_sees_and_changes_its_own_ledger_only(hall: Hall) -> None:
    async def work() -> None:
        login, other, supervisor = await hall.login(), await hall.login(), await hall.login(Role.SUPERVISOR)
        status, record = await login.post("calls", {"gist": "问拖欠工资", "person": "王某"})
        assert status == 200
        assert [found["id"] for found in (await login.get("ledger"))[1]["records"]] == [record["id"]]
        assert (await other.get("ledger"))[1]["records"] == []
        assert (await other.post(f"ledger/{record['id']}", {"result": "改"}))[0] == 403
        for missing in (99_999_999, 10**30):
            assert (await other.post(f"ledger/{missing}", {"result": "改"}))[0] == 404
        assert (await supervisor.post(f"ledger/{record['id']}", {"result": "已答复"}))[1]["result"] == "已答复"
        assert record["id"] in [found["id"] for found in (await supervisor.get("ledger"))[1]["records"]]
        assert (await supervisor.get("ledger?mine=1"))[1]["records"] == []

    hall.run(work)
