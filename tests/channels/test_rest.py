"""The REST webhook: bad input gets a 4xx or a polite reply, never a traceback, and the server lives on."""
from __future__ import annotations

import json
import random

import pytest
from support import post, say

BAD_BODIES = [
    b"",
    b"not json",
    b"[1, 2]",
    b"null",
    b'"text"',
    b"{}",
    b'{"sender": 5, "message": "x"}',
    b'{"sender": "../../etc", "message": "x"}',
    b'{"sender": "a", "message": 5}',
    b'{"sender": "a", "message": null}',
    b'{"sender": "a", "message": ["x"]}',
    b'{"sender": "a"}',
    b"\xff\xfe\x00",
    b"[" * 100_000,
]


@pytest.mark.parametrize("body", BAD_BODIES, ids=range(len(BAD_BODIES)))
def test_a_bad_request_is_explained(live_server: str, body: bytes) -> None:
    status, answer = post(live_server, body)
    assert 400 <= status < 500
    assert "Traceback" not in json.dumps(answer)
    assert isinstance(answer, dict)
    assert answer["message"]


def test_a_megabyte_of_text_is_refused(live_server: str) -> None:
    status, answer = post(live_server, json.dumps({"sender": "big", "message": "啊" * 350_000}).encode())
    assert status == 413
    assert answer["message"]


@pytest.mark.parametrize("text", ["", "   ", "😀😀", "。。。", "\u0000\u0007", "\u202e"])
def test_nothing_to_read_gets_a_polite_reply(live_server: str, text: str) -> None:
    (message,) = say(live_server, "empty", text)
    assert "看得懂文字" in message["text"]


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "<b>老板</b>欠薪", "{{7*7}}", "'; DROP TABLE tickets;--", "/restart", "/session_start", '/inform{"a":1}'])
def test_markup_and_commands_are_plain_text(live_server: str, text: str) -> None:
    messages = say(live_server, "markup", text)
    assert messages
    assert "<script>" not in json.dumps(messages)


def test_a_new_sender_is_made_when_none_is_given(live_server: str) -> None:
    status, answer = post(live_server, json.dumps({"message": "你好"}).encode())
    assert status == 200
    assert answer[0]["recipient_id"].startswith("rest-")


def test_ten_thousand_random_byte_strings(live_server: str) -> None:
    """Over one connection, because it is the parsing that is tried, not the opening of sockets."""
    import http.client

    random.seed(7)
    host = live_server.split("//")[1]
    connection = http.client.HTTPConnection(host, timeout=30)
    for _ in range(10_000):
        body = random.randbytes(random.randint(0, 60))
        connection.request("POST", "/webhooks/rest/webhook", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        content = answer.read()
        assert 400 <= answer.status < 500, content
        assert b"Traceback" not in content
    connection.close()
    assert say(live_server, "after", "你好")


@pytest.mark.parametrize("path", ["/nothing", "/web/../settings.py", "/web/%2e%2e/settings.py"])
def test_unknown_paths_are_not_found(live_server: str, path: str) -> None:
    import urllib.error
    import urllib.request

    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(live_server + path, timeout=10)
    assert error.value.code in (400, 404)
    assert b"Traceback" not in error.value.read()
