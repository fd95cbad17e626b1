from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from bot.services.human_help import HumanHelp
from bot.services.tickets import APPOINTMENT, CALL_BACK, STATUS_NAMES, TicketDesk, number_in, phone_in
from bot.store.tables import tickets


@pytest.fixture
def desk(engine) -> TicketDesk:
    return TicketDesk(engine, "浙江省杭州市")


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("13812345678", "13812345678"),
        ("我的电话是138 1234 5678，谢谢", "13812345678"),
        ("138-1234-5678", "13812345678"),
        ("+86 13812345678", "13812345678"),
        ("8613812345678", "13812345678"),
        ("0571-87654321", "057187654321"),
        ("021 62345678", "02162345678"),
    ],
)
def test_phone_numbers_people_type(text, phone):
    assert phone_in(text) == phone


@pytest.mark.parametrize("text", ["", "12345678901", "1381234567", "138123456789", "欠我30000元", "12348", "110"])
def test_what_is_no_phone_number(text):
    assert phone_in(text) is None


@pytest.mark.parametrize(
    "text", ["FW20261122-7K3PQZ", "fw20261122-7k3pqz", "查一下 FW 20261122 7K3PQZ 谢谢", "FW202611227K3PQZ"]
)
def test_ticket_numbers_people_type(text):
    assert number_in(text) == "FW20261122-7K3PQZ"


@given(st.text())
def test_looking_for_numbers_never_raises(text):
    phone_in(text)
    number_in(text)


def test_a_ticket_is_filed_and_found(desk, engine):
    ticket = desk.file("web-1", CALL_BACK, "13812345678", "老板欠薪", "legal_consultation", "劳动纠纷")
    assert re.fullmatch(r"FW\d{8}-[2-9A-HJ-NP-Z]{6}", ticket.number)
    assert number_in(f"我的工单是{ticket.number.lower()}") == ticket.number
    assert desk.find(ticket.number) == ticket
    assert ticket.status_name == STATUS_NAMES["open"]
    with engine.connect() as connection:
        row = connection.execute(sa.select(tickets)).one()
    assert (row.phone, row.topic, row.region) == ("13812345678", "劳动纠纷", "浙江省杭州市")


def test_the_same_request_is_filed_once(desk):
    first = desk.file("web-1", CALL_BACK, "13812345678", "老板欠薪")
    assert desk.file("web-1", CALL_BACK, "13812345678", "老板欠薪") == first
    others = [
        desk.file("web-2", CALL_BACK, "13812345678", "老板欠薪"),
        desk.file("web-1", APPOINTMENT, "13812345678", "老板欠薪"),
        desk.file("web-1", CALL_BACK, "13912345678", "老板欠薪"),
        desk.file("web-1", CALL_BACK, "13812345678", "另一件事"),
    ]
    assert len({ticket.number for ticket in [first, *others]}) == 5


def test_a_request_already_dealt_with_may_be_filed_again(desk, engine):
    first = desk.file("web-1", CALL_BACK, "13812345678", "老板欠薪")
    with engine.begin() as connection:
        connection.execute(sa.update(tickets).values(status="done"))
    assert desk.file("web-1", CALL_BACK, "13812345678", "老板欠薪").number != first.number


def test_a_conversation_sees_its_own_tickets_newest_first(desk):
    older = desk.file("web-1", CALL_BACK, "13812345678", "一")
    newer = desk.file("web-1", CALL_BACK, "13812345678", "二")
    desk.file("web-2", CALL_BACK, "13812345678", "三")
    assert desk.of_conversation("web-1") == [newer, older]
    assert desk.of_conversation("web-3") == []
    assert desk.find("FW20200101-222222") is None


def test_a_citizen_leaves_a_number_and_asks_how_far_it_is(desk):
    human = HumanHelp(desk)
    filed = human.file("web-1", "我的号码 13812345678", CALL_BACK, "老板欠薪", "", "")
    assert filed.ticket and filed.ticket in filed.text
    assert "13812345678" not in filed.text and "138****5678" in filed.text
    for question in (f"查 {filed.ticket}", "我的事办得怎么样了"):
        progress = human.progress("web-1", question)
        assert progress.ticket == filed.ticket
        assert STATUS_NAMES["open"] in progress.text
    assert human.progress("web-2", "办得怎么样了").ticket is None
    assert "没有查到工单" in human.progress("web-1", "FW20200101-222222").text


def test_a_bad_number_is_asked_again(desk):
    reply = HumanHelp(desk).file("web-1", "1381234", CALL_BACK, "老板欠薪", "", "")
    assert reply.ticket is None
    assert "再发一次" in reply.text


def test_a_number_in_full_width_digits_is_taken(desk):
    assert HumanHelp(desk).file("web-1", "１３８１２３４５６７８", CALL_BACK, "老板欠薪", "", "").ticket


def test_a_ticket_number_in_full_width_digits_is_understood():
    assert number_in("FW２０２６１１２２-7K3PQZ") == "FW20261122-7K3PQZ"
