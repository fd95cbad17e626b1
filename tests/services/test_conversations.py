from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.services.conversations import ConversationLog


@pytest.fixture
def log(engine) -> ConversationLog:
    return ConversationLog(engine)


@pytest.fixture
def conversation(log) -> str:
    return log.open("web")[0]


def test_only_its_token_opens_a_conversation(log):
    (one, token), (other, other_token) = log.open("web"), log.open("web")
    assert one != other and one.startswith("web-")
    assert log.may_resume(one, token)
    assert not log.may_resume(one, other_token)
    assert not log.may_resume(one, "")
    assert not log.may_resume(one, token + "x")
    assert not log.may_resume("web-unknown", token)


def test_the_token_itself_is_not_stored(log, engine):
    _conversation, token = log.open("web")
    with engine.connect() as connection:
        stored = connection.exec_driver_sql("SELECT * FROM conversations").one()
    assert token not in map(str, stored)


def test_messages_count_from_one_without_gaps(log, conversation):
    log.add_user(conversation, "c1", "老板欠薪")
    log.add_bot(conversation, "可以要。", [{"title": "有帮助", "payload": "/rate_helpful"}], {"kind": "answer"})
    log.add_user(conversation, "c2", "没签合同呢")
    first, answer, second = log.since(conversation, 0)
    assert [first.seq, answer.seq, second.seq] == [1, 2, 3]
    assert [first.role, answer.role, second.role] == ["user", "bot", "user"]
    assert (first.client_id, answer.client_id) == ("c1", None)
    assert answer.buttons == [{"title": "有帮助", "payload": "/rate_helpful"}]
    assert answer.custom == {"kind": "answer"}
    assert log.since(conversation, 2) == [second]
    assert log.since(conversation, 3) == []


def test_a_repeated_client_id_is_the_same_message_and_leaves_no_gap(log, conversation):
    message, new = log.add_user(conversation, "c1", "老板欠薪")
    again, new_again = log.add_user(conversation, "c1", "老板欠薪")
    assert new and not new_again
    assert again == message
    assert log.add_bot(conversation, "可以要。").seq == 2
    assert len(log.since(conversation, 0)) == 2


def test_the_same_client_id_in_another_conversation_is_another_message(log, conversation):
    other, _token = log.open("web")
    log.add_user(conversation, "c1", "一")
    message, new = log.add_user(other, "c1", "二")
    assert new and message.seq == 1


def test_unanswered_until_marked(log, conversation):
    first, _ = log.add_user(conversation, "c1", "一")
    second, _ = log.add_user(conversation, "c2", "二")
    log.add_bot(conversation, "回答一")
    assert log.unanswered(conversation) == [first, second]
    log.mark_answered(conversation, first.seq)
    assert log.unanswered(conversation) == [second]
    log.mark_answered(conversation, second.seq)
    assert log.unanswered(conversation) == []


def test_a_message_of_any_length_and_script_comes_back_as_it_was(log, conversation):
    text = "老板跑了😭\n«»\"'\\ 法" * 2000
    log.add_user(conversation, "c1", text)
    assert log.since(conversation, 0)[0].text == text


def test_an_unknown_conversation_takes_no_message(log, engine):
    with pytest.raises(Exception):  # noqa: B017 - whatever the database raises
        log.add_user("web-unknown", "c1", "一")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM messages").scalar() == 0


def test_messages_of_several_tabs_at_once_stay_gapless_and_single(log, conversation):
    def say(number: int) -> bool:
        return log.add_user(conversation, f"c{number % 12}", "话")[1]

    with ThreadPoolExecutor(4) as pool:
        new = list(pool.map(say, range(24)))
    assert sum(new) == 12
    stored = log.since(conversation, 0)
    assert [message.seq for message in stored] == list(range(1, 13))
    assert {message.client_id for message in stored} == {f"c{number}" for number in range(12)}


def test_a_new_process_finds_what_was_stored(log, conversation, engine):
    message, _ = log.add_user(conversation, "c1", "老板欠薪")
    engine.dispose()
    assert ConversationLog(engine).unanswered(conversation) == [message]
