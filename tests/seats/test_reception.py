from __future__ import annotations

import datetime as dt

import pytest

from bot.seats.model import State
from bot.seats.reception import Reception
from bot.services.hours import WorkingHours
from bot.services.human_help import HumanHelp
from bot.services.tickets import TicketDesk
from bot.settings import load_settings

MONDAY_MORNING = dt.datetime(2026, 11, 23, 10, 0)
MONDAY_NIGHT = dt.datetime(2026, 11, 23, 22, 0)


@pytest.fixture
def reception(bench):
    def make(now=MONDAY_MORNING):
        human_help = HumanHelp(TicketDesk(bench.engine, ""))
        hours = WorkingHours(load_settings().knowledge_dir)
        return Reception(bench.desk, bench.accounts, hours, human_help, lambda: now)

    return make


def test_without_seats_the_hotline_and_a_call_back_are_offered(bench, reception):
    conversation = bench.citizen()
    reply = reception().request(conversation, "asked")
    assert "12348" in reply.text and reply.handoff
    assert bench.desk.handoff_of(conversation) is None


def test_the_place_in_the_queue_is_told(bench, reception):
    seat = bench.seat("one", capacity=1)
    bench.desk.accept(seat, bench.waiting().id)
    bench.waiting()
    reply = reception().request(bench.citizen(), "asked")
    assert "前面还有 1 位" in reply.text and "分钟" in reply.text
    assert reply.shown["ahead"] == 1


def test_nobody_online_in_working_hours_is_told_plainly(bench, reception):
    bench.seat("one", online=False)
    conversation = bench.citizen()
    reply = reception().request(conversation, "asked")
    assert "现在没有工作人员在线" in reply.text
    assert bench.desk.handoff_of(conversation).state is State.WAITING


def test_out_of_hours_a_call_back_is_offered_and_nobody_queues(bench, reception):
    bench.seat("one", online=False)
    conversation = bench.citizen()
    reply = reception(MONDAY_NIGHT).request(conversation, "asked")
    assert "11月24日 09:00" in reply.text and "回电" in reply.text
    assert bench.desk.handoff_of(conversation) is None


def test_out_of_hours_a_seat_that_is_there_serves(bench, reception):
    bench.seat("one")
    assert "马上就来" in reception(MONDAY_NIGHT).request(bench.citizen(), "asked").text


@pytest.mark.parametrize(("reason", "queued"), [("emergency", True), ("sensitive", False), ("misunderstood", False)])
def test_only_an_emergency_waits_when_nobody_is_there(bench, reception, reason, queued):
    bench.seat("one", online=False)
    conversation = bench.citizen()
    assert reception(MONDAY_NIGHT).bring(conversation, reason) is None
    assert (bench.desk.handoff_of(conversation) is not None) == queued


@pytest.mark.parametrize("reason", ["emergency", "sensitive", "misunderstood"])
def test_one_who_did_not_ask_is_brought_once(bench, reception, reason):
    bench.seat("one")
    conversation = bench.citizen()
    assert "马上就来" in reception().bring(conversation, reason).text
    assert reception().bring(conversation, reason) is None
    assert bench.desk.handoff_of(conversation).urgent == (reason == "emergency")


def test_commands(bench, reception):
    desk = reception()
    conversation = bench.waiting().conversation_id
    assert "已取消排队" in desk.command(conversation, "leave_queue", "").text
    assert "没有在排队" in desk.command(conversation, "leave_queue", "").text
    assert "没有进行中" in desk.command(conversation, "end_session", "").text
    assert "还没有可以评价" in desk.command(conversation, "rate_session", "5").text
    handoff = bench.desk.request(conversation, "asked")
    bench.desk.accept(bench.seat("one"), handoff.id)
    assert desk.command(conversation, "end_session", "").text == ""
    assert "谢谢" in desk.command(conversation, "rate_session", "5 讲得清楚").text
    assert "1–5" in desk.command(conversation, "rate_session", "很好").text


def test_the_status_a_page_shows(bench, reception):
    seat = bench.seat("one", name="张工")
    conversation = bench.citizen()
    assert reception().status(conversation)["state"] == "none"
    handoff = bench.desk.request(conversation, "asked")
    assert reception().status(conversation) | {"state": "waiting", "ahead": 0, "wait_minutes": 0} == reception().status(conversation)
    bench.desk.accept(seat, handoff.id)
    assert reception().status(conversation)["seat"] == "张工"
