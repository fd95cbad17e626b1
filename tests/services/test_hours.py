from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from bot.services.hours import HoursError, WorkingHours

HOURS = """services:
  default: {days: [1, 2, 3, 4, 5], times: ["09:00-12:00", "13:30-17:30"]}
  mediation: {days: [1, 2, 3, 4, 5, 6], times: ["08:00-20:00"]}
  emergency: {always: true}
"""
CALENDAR = """holidays: [2026-10-01, 2026-10-02, 2026-10-05, 2026-10-06, 2026-10-07]
workdays: [2026-09-20, 2026-10-10]
"""


@pytest.fixture
def hours(tmp_path: Path) -> WorkingHours:
    (tmp_path / "hours.yml").write_text(HOURS, encoding="utf-8")
    (tmp_path / "calendar.yml").write_text(CALENDAR, encoding="utf-8")
    return WorkingHours(tmp_path)


@pytest.mark.parametrize(
    ("service", "moment", "is_open"),
    [
        ("legal_aid", "2026-11-23 09:00", True),
        ("legal_aid", "2026-11-23 12:00", False),
        ("legal_aid", "2026-11-23 13:30", True),
        ("legal_aid", "2026-11-21 10:00", False),  # Saturday
        ("legal_aid", "2026-10-01 10:00", False),  # a holiday on a Thursday
        ("legal_aid", "2026-10-10 10:00", True),  # a Saturday worked in exchange
        ("mediation", "2026-11-21 19:59", True),  # open on Saturdays
        ("mediation", "2026-10-01 10:00", True),  # and so on holidays
        ("mediation", "2026-11-22 10:00", False),
        ("emergency", "2026-10-01 03:00", True),
    ],
)
def test_open_or_not(hours, service, moment, is_open):
    assert hours.is_open(service, dt.datetime.fromisoformat(moment)) == is_open


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        ("2026-11-23 08:00", "2026-11-23 09:00"),
        ("2026-11-23 12:30", "2026-11-23 13:30"),
        ("2026-11-20 18:00", "2026-11-23 09:00"),  # over the weekend
        ("2026-09-30 18:00", "2026-10-08 09:00"),  # over the holidays
        ("2026-10-09 18:00", "2026-10-10 09:00"),
    ],
)
def test_the_next_opening(hours, moment, opening):
    assert hours.next_opening("legal_aid", dt.datetime.fromisoformat(moment)) == dt.datetime.fromisoformat(opening)


def test_what_is_always_open_has_no_next_opening(hours):
    assert hours.next_opening("emergency", dt.datetime(2026, 11, 23)) is None


def test_schedules_read_as_people_write_them(hours):
    assert str(hours.schedule("legal_aid")) == "工作日 09:00–12:00、13:30–17:30"
    assert str(hours.schedule("emergency")) == "全天 24 小时"


@pytest.mark.parametrize("content", ["services: {}", "services: {default: {days: [1], times: [九点]}}", "nonsense"])
def test_a_bad_file_is_told(tmp_path, content):
    (tmp_path / "hours.yml").write_text(content, encoding="utf-8")
    (tmp_path / "calendar.yml").write_text(CALENDAR, encoding="utf-8")
    with pytest.raises(HoursError, match=r"hours\.yml"):
        WorkingHours(tmp_path)
