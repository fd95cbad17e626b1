from __future__ import annotations

import datetime as dt
import io

import pytest
from openpyxl import load_workbook

from bot.seats.ledger import period_bounds
from bot.seats.model import SeatError


def call(bench, seat, **values):
    return bench.ledger.add_call(seat, {"gist": "问离婚", **values})


def test_a_telephone_call_is_recorded_with_its_number_masked(bench):
    seat = bench.seat("one")
    record = call(bench, seat, person="王女士", phone="139 1234 5678", topic="婚姻家庭", service_type="legal_consultation")
    assert (record["person"], record["channel_name"], record["region"]) == ("王女士 139****5678", "电话", "浙江省杭州市")
    with pytest.raises(SeatError, match="摘要"):
        call(bench, seat, gist=" ")
    with pytest.raises(SeatError, match="主题"):
        call(bench, seat, topic="天文")


def test_a_seat_sees_and_edits_its_own_records_a_supervisor_all(bench):
    one, two, boss = bench.seat("one"), bench.seat("two"), bench.supervisor("boss")
    record = call(bench, one)
    call(bench, two)
    assert bench.ledger.find(one)["total"] == 1
    assert bench.ledger.find()["total"] == 2
    assert bench.ledger.edit(record["id"], one, {"result": "已答复"})["result"] == "已答复"
    assert bench.ledger.edit(record["id"], boss, {"topic": "劳动纠纷"})["topic"] == "劳动纠纷"
    for seat, number, code in ((two, record["id"], "forbidden"), (two, 99, "gone")):
        with pytest.raises(SeatError) as error:
            bench.ledger.edit(number, seat, {"result": "x"})
        assert error.value.code == code


def test_records_are_found_by_words_day_and_topic(bench):
    seat = bench.seat("one")
    call(bench, seat, gist="100%欠薪", topic="劳动纠纷")
    call(bench, seat, gist="问遗嘱", topic="婚姻家庭")
    today = dt.date.today()
    assert bench.ledger.find(text="0%欠")["total"] == 1
    assert bench.ledger.find(text="%")["total"] == 1
    assert bench.ledger.find(topic="婚姻家庭")["total"] == 1
    assert bench.ledger.find(first=today, last=today)["total"] == 2
    assert bench.ledger.find(last=today - dt.timedelta(days=1))["total"] == 0


def test_the_workbook_of_a_period(bench):
    seat = bench.seat("one", name="张工")
    call(bench, seat, gist="=1+1", result="已答复")
    sheet = load_workbook(io.BytesIO(bench.ledger.workbook(f"{dt.date.today():%Y-%m}"))).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][:4] == ("序号", "开始时间", "结束时间", "渠道")
    assert len(rows) == 2
    assert rows[1][8] == "'=1+1"  # no formula
    assert (rows[1][9], rows[1][10]) == ("已答复", "张工")
    assert load_workbook(io.BytesIO(bench.ledger.workbook("1999-Q1"))).active.max_row == 1


@pytest.mark.parametrize(
    ("period", "first", "after"),
    [
        ("2026-11", (2026, 11), (2026, 12)),
        ("2026-12", (2026, 12), (2027, 1)),
        ("2026-Q1", (2026, 1), (2026, 4)),
        ("2026-Q4", (2026, 10), (2027, 1)),
    ],
)
def test_periods(period, first, after):
    assert period_bounds(period) == (dt.datetime(*first, 1), dt.datetime(*after, 1))


@pytest.mark.parametrize("period", ["", "2026", "2026-13", "2026-Q5", "2026-11-01"])
def test_what_is_no_period_is_told(period):
    with pytest.raises(SeatError, match="2026-11"):
        period_bounds(period)
