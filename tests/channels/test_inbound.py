from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.channels.inbound import (
    NOTHING_TO_READ,
    PAYLOAD_INTENTS,
    BadMessage,
    Inbound,
    read_id,
    read_message,
)

LIMIT = 2000
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def is_payload(text: str) -> bool:
    """Whether the dialogue would take ``text`` for a pressed button, and it is one of ours."""
    intent = text[1:].split(" ", 1)[0]
    return intent in PAYLOAD_INTENTS and "{" not in text


@given(JSON | st.text(alphabet="/ \u3000\n{}\"_aeghlrst😭法", max_size=20))
@example("/restart")
@example("//restart")
@example("/ ")
def test_any_json_value_is_a_message_or_refused_in_words(value):
    try:
        inbound = read_message(value, LIMIT)
    except BadMessage as problem:
        assert problem.code in {"bad_request", "too_long"}
        assert problem.status in {400, 413}
        assert problem.text
        return
    assert isinstance(inbound, Inbound)
    inbound.text.encode("utf-8")
    assert inbound.refusal in (None, NOTHING_TO_READ)
    if inbound.refusal is None:
        assert inbound.text.strip()


@pytest.mark.parametrize("value", [None, 1, 1.5, True, [], ["话"], {}, {"text": "话"}])
def test_only_a_string_is_a_message(value):
    with pytest.raises(BadMessage) as caught:
        read_message(value, LIMIT)
    assert (caught.value.code, caught.value.status) == ("bad_request", 400)


def test_the_longest_message_is_taken_and_one_more_is_not():
    assert read_message("法" * LIMIT, LIMIT).text == "法" * LIMIT
    with pytest.raises(BadMessage) as caught:
        read_message("法" * (LIMIT + 1), LIMIT)
    assert (caught.value.code, caught.value.status) == ("too_long", 413)
    assert str(LIMIT) in caught.value.text


def test_a_megabyte_is_refused():
    with pytest.raises(BadMessage, match="太长"):
        read_message("a" * (1 << 20), LIMIT)


def test_control_characters_are_dropped():
    assert read_message("老\x00板\x07欠\u200b薪\u202e\ud800", LIMIT) == Inbound("老板欠薪")


@pytest.mark.parametrize("text", ["", "  \n", "\x00\x01", "\ud800", "😭😭😭", "👨‍👩‍👧", "？？？", "…", "/", "///", "/ !"])
def test_nothing_to_read(text):
    assert read_message(text, LIMIT).refusal == NOTHING_TO_READ


def test_emoji_beside_words_are_kept():
    assert read_message("老板跑了😭", LIMIT) == Inbound("老板跑了😭")


@pytest.mark.parametrize("intent", sorted(PAYLOAD_INTENTS))
def test_quick_replies_pass(intent):
    assert read_message(f"/{intent}", LIMIT).text == f"/{intent}"
    assert read_message(f"/{intent} 怎么申请法律援助", LIMIT).text == f"/{intent} 怎么申请法律援助"


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("/restart", "restart"),
        ("/session_start", "session_start"),
        ("/back", "back"),
        ("/provide_phone", "provide_phone"),
        ('/greeting{"name": "x"}', 'greeting{"name": "x"}'),
        ('/legal_aid {"slot": 1}', 'legal_aid {"slot": 1}'),
        ("//greeting", "greeting"),
        ("/离婚怎么办", "离婚怎么办"),
        ("  /restart", "restart"),
        ("\u200b/restart", "restart"),
    ],
)
def test_any_other_command_is_plain_text(typed, text):
    assert read_message(typed, LIMIT).text == text


@pytest.mark.parametrize("typed", ["/ /restart", "/\u3000/back", "/ / /session_start", "/\n/restart"])
def test_a_command_behind_a_lone_slash_is_plain_text_too(typed):
    text = read_message(typed, LIMIT).text
    assert not text.startswith("/") or is_payload(text)


@given(st.text(max_size=50))
def test_what_begins_with_a_slash_afterwards_is_a_known_quick_reply(text):
    read = read_message("/" + text.replace("/", ""), LIMIT)
    if read.refusal is None and read.text.startswith("/"):
        assert is_payload(read.text)


@pytest.mark.parametrize("value", ["demo", "web-0a1b", "用户.1:x@y-z", "a" * 64])
def test_identifiers(value):
    assert read_id(value, "sender") == value


@given(JSON)
@example("a" * 65)
@example("a b")
@example("")
@example("a\n")
def test_any_json_value_is_an_identifier_or_refused_by_name(value):
    try:
        assert read_id(value, "sender") == value
        assert 1 <= len(value) <= 64
        value.encode("utf-8")
    except BadMessage as problem:
        assert problem.text.startswith("sender ")
