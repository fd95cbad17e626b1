from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from bot.seats.model import SeatError, State, Status
from bot.settings import Settings
from bot.store.tables import handoffs, session_ratings
from seats.conftest import Bench


def refused(code, action, *arguments):
    with pytest.raises(SeatError) as error:
        action(*arguments)
    assert error.value.code == code, error.value.text


def age(bench, handoff, **columns):
    """Put the clock of a handoff back."""
    with bench.engine.begin() as connection:
        connection.execute(sa.update(handoffs).where(handoffs.c.id == handoff.id).values(columns))


def seconds_ago(seconds):
    return dt.datetime.now() - dt.timedelta(seconds=seconds)


def test_a_citizen_is_offered_accepted_served_and_let_go(bench):
    seat = bench.seat("zhang", name="张工")
    handoff = bench.waiting("老板拖欠工资怎么办", gist="老板拖欠工资怎么办", topic="劳动纠纷")
    bench.desk.tick()
    assert bench.desk.handoff_of(handoff.conversation_id).state is State.OFFERED
    assert not bench.desk.holds(handoff.conversation_id)
    bench.desk.accept(seat, handoff.id)
    assert bench.desk.holds(handoff.conversation_id)
    assert "张工已接入" in bench.last(handoff.conversation_id).text
    bench.desk.say(seat, handoff.conversation_id, "m1", "请问欠了几个月？")
    bench.log.add_user(handoff.conversation_id, "later", "三个月，电话13800138000")
    bench.desk.end(seat, handoff.conversation_id, "resolved", "已告知投诉途径")
    assert not bench.desk.holds(handoff.conversation_id)
    last = bench.last(handoff.conversation_id)
    assert (last.role, last.custom["kind"], last.custom["handoff_id"]) == ("system", "session_rating", handoff.id)
    [record] = bench.ledger.find()["records"]
    assert (record["person"], record["topic"], record["result"]) == ("138****8000", "劳动纠纷", "已告知投诉途径")
    assert record["gist"] == "老板拖欠工资怎么办；三个月，电话138****8000"
    assert {line["action"] for line in bench.audit.page(1)} == {"accept", "end"}


def test_a_conversation_has_one_open_handoff(bench):
    conversation = bench.citizen()
    first = bench.desk.request(conversation, "asked")
    again = bench.desk.request(conversation, "low_confidence")
    assert (again.id, again.reason) == (first.id, "asked")
    assert bench.desk.request("offline-unknown", "asked") is None


def test_emergencies_go_first_and_one_who_waits_can_become_one(bench):
    first, second, third = (bench.waiting(gist=name) for name in "甲乙丙")
    bench.desk.request(third.conversation_id, "emergency")
    urgent = bench.waiting(reason="emergency")
    queue, _active = bench.desk.overview()
    assert [handoff.id for handoff in queue] == [third.id, urgent.id, first.id, second.id]
    assert bench.desk.place_of(second).ahead == 3


def test_an_offer_lapses_and_goes_to_the_next(bench):
    one, two = bench.seat("one"), bench.seat("two")
    handoff = bench.waiting()
    bench.desk.tick()
    assert bench.desk.handoff_of(handoff.conversation_id).seat_id == one.id
    age(bench, handoff, offered_at=seconds_ago(6))
    bench.desk.tick()
    assert bench.desk.handoff_of(handoff.conversation_id).seat_id == two.id
    bench.desk.decline(two, handoff.id)
    bench.desk.tick()
    assert bench.desk.handoff_of(handoff.conversation_id).state is State.WAITING
    age(bench, handoff, offered_at=seconds_ago(11))
    bench.desk.tick()  # all have passed: begin anew
    bench.desk.tick()
    assert bench.desk.handoff_of(handoff.conversation_id).state is State.OFFERED


def test_of_two_seats_who_reach_for_one_citizen_one_gets_them(bench):
    one, two = bench.seat("one"), bench.seat("two")
    handoff = bench.waiting()
    bench.desk.accept(one, handoff.id)
    refused("gone", bench.desk.accept, two, handoff.id)
    refused("gone", bench.desk.decline, two, handoff.id)


def test_an_offer_belongs_to_the_seat_that_was_asked(bench):
    _one, two = bench.seat("one"), bench.seat("two")
    handoff = bench.waiting()
    bench.desk.tick()
    refused("gone", bench.desk.accept, two, handoff.id)


def test_capacity(bench):
    seat = bench.seat("one", capacity=1)
    first, second = bench.waiting(), bench.waiting()
    bench.desk.accept(seat, first.id)
    refused("full", bench.desk.accept, seat, second.id)
    bench.desk.tick()
    assert bench.desk.handoff_of(second.conversation_id).state is State.WAITING


def test_a_vanished_seat_gives_its_citizens_back_after_the_grace(bench):
    seat = bench.seat("one")
    handoff = bench.waiting()
    bench.desk.accept(seat, handoff.id)
    bench.desk.console_opened(seat.id)  # a second tab
    bench.desk.console_closed(seat.id)
    bench.desk.tick()
    assert bench.desk.holds(handoff.conversation_id)
    bench.desk.console_closed(seat.id)
    bench.desk.tick()
    found = bench.desk.handoff_of(handoff.conversation_id)
    assert (found.state, found.reason, found.queued_at) == (State.WAITING, "returned", handoff.queued_at)
    assert bench.accounts.get(seat.id).status is Status.OFFLINE
    assert "连接断开" in bench.last(handoff.conversation_id).text


def test_a_restarted_server_has_the_same_queue_and_sessions(bench):
    seat = bench.seat("one")
    waiting, talking = bench.waiting(), bench.waiting()
    bench.desk.accept(seat, talking.id)
    bench.desk.say(seat, talking.conversation_id, "m1", "您好")
    bench.restart()
    bench.desk.console_opened(seat.id)
    bench.desk.tick()
    assert bench.desk.holds(talking.conversation_id)
    assert bench.desk.handoff_of(waiting.conversation_id).state is State.OFFERED
    again = bench.desk.say(seat, talking.conversation_id, "m1", "您好")
    assert [text for role, text in bench.texts(talking.conversation_id) if role == "seat"] == ["您好"]
    assert again.text == "您好"


def test_the_same_message_again_is_acknowledged_even_after_the_session(bench):
    seat = bench.seat("one")
    handoff = bench.waiting()
    bench.desk.accept(seat, handoff.id)
    first = bench.desk.say(seat, handoff.conversation_id, "m1", "您好")
    bench.desk.end(seat, handoff.conversation_id, "resolved", "")
    assert bench.desk.say(seat, handoff.conversation_id, "m1", "您好").seq == first.seq
    refused("not_yours", bench.desk.say, seat, handoff.conversation_id, "m2", "还在吗")


def test_only_the_seat_that_holds_a_conversation_may_speak_or_end(bench):
    one, two = bench.seat("one"), bench.seat("two")
    handoff = bench.waiting()
    bench.desk.accept(one, handoff.id)
    refused("not_yours", bench.desk.say, two, handoff.conversation_id, "m", "我来")
    refused("not_yours", bench.desk.end, two, handoff.conversation_id, "resolved", "")
    refused("not_yours", bench.desk.transfer, two, handoff.conversation_id, two.id, "", "")
    refused("forbidden", bench.desk.must_see, two, handoff.conversation_id)
    refused("forbidden", bench.desk.must_see, two, "web-none")
    refused("forbidden", bench.desk.whisper, two, handoff.conversation_id, "嘘")
    refused("forbidden", bench.desk.watch, two, handoff.conversation_id)
    refused("forbidden", bench.desk.assign, two, handoff.id, two.id)
    refused("forbidden", bench.desk.take_over, two, handoff.conversation_id)


def test_transfer_to_a_colleague_and_to_a_skill(bench):
    one, two = bench.seat("one"), bench.seat("two", name="李工", skills=["notarization"])
    handoff = bench.waiting()
    bench.desk.accept(one, handoff.id)
    bench.desk.transfer(one, handoff.conversation_id, two.id, "", "要办公证")
    assert bench.desk.handoff_of(handoff.conversation_id).seat_id == two.id
    assert "李工" in bench.last(handoff.conversation_id).text
    assert [(w.name, w.text) for w in bench.desk.whispers_of(handoff.conversation_id)] == [("one工", "转接说明：要办公证")]
    bench.desk.transfer(two, handoff.conversation_id, None, "劳动纠纷", "")
    found = bench.desk.handoff_of(handoff.conversation_id)
    assert (found.state, found.skill, found.passed) == (State.WAITING, "劳动纠纷", (two.id,))
    refused("not_yours", bench.desk.transfer, two, handoff.conversation_id, one.id, "", "")


def test_a_colleague_who_is_not_there_gets_nobody(bench):
    one, away = bench.seat("one"), bench.seat("away", online=False)
    handoff = bench.waiting()
    bench.desk.accept(one, handoff.id)
    refused("bad_request", bench.desk.transfer, one, handoff.conversation_id, away.id, "", "")
    refused("bad_request", bench.desk.transfer, one, handoff.conversation_id, None, "跳舞", "")


def test_a_supervisor_assigns_takes_over_watches_and_whispers(bench):
    seat, boss = bench.seat("one", capacity=1), bench.supervisor("boss")
    first, second = bench.waiting(), bench.waiting()
    bench.desk.assign(boss, first.id, seat.id)
    bench.desk.assign(boss, second.id, seat.id)  # full or not
    assert bench.desk.handoff_of(second.conversation_id).seat_id == seat.id
    bench.desk.watch(boss, first.conversation_id)
    bench.desk.whisper(boss, first.conversation_id, "先问金额")
    assert [whisper.text for whisper in bench.desk.whispers_of(first.conversation_id)] == ["先问金额"]
    assert all(text != "先问金额" for _role, text in bench.texts(first.conversation_id))
    bench.desk.take_over(boss, first.conversation_id)
    assert bench.desk.handoff_of(first.conversation_id).seat_id == boss.id
    refused("not_yours", bench.desk.say, seat, first.conversation_id, "m", "我还在")


def test_a_seat_with_citizens_can_not_leave(bench):
    seat = bench.seat("one")
    handoff = bench.waiting()
    bench.desk.accept(seat, handoff.id)
    refused("bad_request", bench.desk.set_status, seat, Status.OFFLINE)
    bench.desk.set_status(seat, Status.BUSY)
    bench.desk.end(seat, handoff.conversation_id, "resolved", "")
    bench.desk.set_status(seat, Status.OFFLINE)


def test_one_who_takes_a_break_passes_on_what_was_offered(bench):
    seat = bench.seat("one")
    handoff = bench.waiting()
    bench.desk.tick()
    bench.desk.set_status(seat, Status.BREAK)
    assert bench.desk.handoff_of(handoff.conversation_id).state is State.WAITING


def test_the_citizen_leaves_ends_and_rates(bench):
    seat = bench.seat("one")
    handoff = bench.waiting()
    conversation = handoff.conversation_id
    assert not bench.desk.rate(conversation, 5, "")
    assert bench.desk.leave_queue(conversation)
    assert not bench.desk.leave_queue(conversation)
    again = bench.desk.request(conversation, "asked")
    assert again.id != handoff.id
    bench.desk.accept(seat, again.id)
    assert not bench.desk.leave_queue(conversation)
    assert bench.desk.end_by_citizen(conversation)
    assert bench.desk.rate(conversation, 2, "太慢")
    assert bench.desk.rate(conversation, 4, "")
    with bench.engine.connect() as connection:
        [row] = connection.execute(sa.select(session_ratings)).all()
    assert (row.handoff_id, row.score, row.words) == (again.id, 4, "")
    assert bench.ledger.find()["records"][0]["score"] == 4


def test_listeners_hear_of_changes_after_they_are_stored(bench):
    handoff = bench.waiting()
    assert bench.told == [handoff.conversation_id, "desk"]


def test_the_last_session_can_be_rated_while_waiting_for_the_next(bench):
    seat = bench.seat("one")
    first = bench.waiting()
    bench.desk.accept(seat, first.id)
    bench.desk.end(seat, first.conversation_id, "resolved", "")
    bench.desk.request(first.conversation_id, "asked")
    assert bench.desk.rate(first.conversation_id, 5, "")
    assert bench.ledger.find()["records"][0]["score"] == 5


def test_a_citizen_who_stays_away_loses_the_place(bench, monkeypatch):
    monkeypatch.setattr("bot.seats.desk.CITIZEN_GRACE", dt.timedelta(0))
    stays, leaves = bench.waiting(), bench.waiting()
    bench.desk.citizen_left(stays.conversation_id)
    bench.desk.citizen_came(stays.conversation_id)
    bench.desk.citizen_left(leaves.conversation_id)
    bench.desk.tick()
    assert bench.desk.handoff_of(stays.conversation_id).state is State.WAITING
    assert bench.desk.handoff_of(leaves.conversation_id).state is State.LEFT
    assert "排队已经取消" in bench.last(leaves.conversation_id).text


def test_a_seat_whose_page_loads_anew_is_asked_again(bench):
    seat, handoff = bench.seat("one"), bench.waiting()
    bench.desk.tick()
    assert bench.desk.handoff_of(handoff.conversation_id).seat_id == seat.id
    bench.desk.console_closed(seat.id)
    bench.desk.tick()
    found = bench.desk.handoff_of(handoff.conversation_id)
    assert (found.state, found.passed) == (State.WAITING, ())
    bench.desk.console_opened(seat.id)
    bench.accounts.set_status(seat.id, Status.ONLINE)
    bench.desk.tick()
    assert bench.desk.handoff_of(handoff.conversation_id).seat_id == seat.id


@pytest.mark.parametrize(("grace", "there"), [(60, True), (0, False)])
def test_a_seat_on_its_way_back_is_there_within_the_grace(engine, grace, there):
    bench = Bench(engine, Settings(seat_grace_seconds=grace))
    assert not bench.desk.staffed()
    seat = bench.seat("one")
    assert bench.desk.staffed()
    bench.desk.console_closed(seat.id)
    assert bench.desk.staffed() is there
    bench.restart()
    assert bench.desk.staffed() is there
    bench.accounts.set_status(seat.id, Status.BREAK)
    assert not bench.desk.staffed()


def test_what_was_said_to_the_seat_is_not_for_the_bot_after_the_session(bench):
    seat, handoff = bench.seat("one"), bench.waiting("转人工")
    bench.desk.accept(seat, handoff.id)
    bench.log.add_user(handoff.conversation_id, "m1", "我在杭州")
    bench.desk.end(seat, handoff.conversation_id, "resolved", "")
    assert bench.log.unanswered(handoff.conversation_id) == []
    bench.log.add_user(handoff.conversation_id, "m2", "怎么申请法律援助")
    assert [message.client_id for message in bench.log.unanswered(handoff.conversation_id)] == ["m2"]
