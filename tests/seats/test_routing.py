from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from bot.seats.model import Handoff, Role, Seat, State, Status
from bot.seats.routing import SKILL_PATIENCE, choose, fits
from bot.seats.waiting import place

NOW = dt.datetime(2026, 11, 23, 10, 0)
HANDOFF = Handoff(
    id=1,
    conversation_id="web-1",
    state=State.WAITING,
    reason="asked",
    urgent=False,
    service_type="legal_consultation",
    topic="劳动纠纷",
    region="浙江省杭州市",
    language="zh",
    gist="",
    slots={},
    skill="",
    note="",
    queued_at=NOW,
    passed=(),
    seat_id=None,
    offered_at=None,
    accepted_at=None,
    ended_at=None,
    disposition="",
)


def seat(number: int, **values: object) -> Seat:
    given = {
        "skills": (),
        "regions": (),
        "languages": ("zh",),
        "capacity": 2,
        "status": Status.ONLINE,
        "last_offer_at": None,
        **values,
    }
    return Seat(id=number, username=f"s{number}", name="某", role=Role.SEAT, active=True, **given)


@pytest.mark.parametrize(
    ("seats", "load", "chosen"),
    [
        ([], {}, None),
        ([seat(1)], {}, 1),
        ([seat(1), seat(2)], {1: 1}, 2),  # most room
        ([seat(1, capacity=4), seat(2, capacity=1)], {1: 1}, 2),  # most room for its size
        ([seat(1)], {1: 2}, None),  # full
        ([seat(1, status=Status.BUSY), seat(2, status=Status.BREAK), seat(3, status=Status.OFFLINE)], {}, None),
        ([seat(1, skills=("notarization",)), seat(2, skills=("劳动纠纷",))], {2: 1}, 2),  # skill before room
        ([seat(1, languages=("en",)), seat(2)], {2: 1}, 2),
        ([seat(1, regions=("浙江省宁波市",)), seat(2, regions=("浙江省",))], {2: 1}, 2),  # region before room
        ([seat(1, last_offer_at=NOW), seat(2, last_offer_at=NOW - dt.timedelta(minutes=5))], {}, 2),  # idle longest
    ],
)
def test_the_seat_asked_next(seats, load, chosen):
    found = choose(HANDOFF, seats, load, NOW)
    assert (found.id if found else None) == chosen


def test_a_seat_that_passed_is_not_asked_again():
    assert choose(replace(HANDOFF, passed=(1,)), [seat(1)], {}, NOW) is None
    assert choose(replace(HANDOFF, passed=(1,)), [seat(1), seat(2)], {}, NOW).id == 2


def test_others_are_asked_when_the_skilled_seat_stays_full():
    seats, load = [seat(1, skills=("劳动纠纷",)), seat(2, skills=("notarization",))], {1: 2}
    assert choose(HANDOFF, seats, load, NOW) is None
    assert choose(HANDOFF, seats, load, NOW + SKILL_PATIENCE).id == 2


def test_an_emergency_does_not_wait_for_a_skill():
    seats, load = [seat(1, skills=("劳动纠纷",)), seat(2, skills=("notarization",))], {1: 2}
    assert choose(replace(HANDOFF, urgent=True), seats, load, NOW).id == 2


def test_nobody_has_the_skill_so_anybody_may_help_at_once():
    assert choose(HANDOFF, [seat(1, skills=("notarization",))], {}, NOW).id == 1


def test_the_skill_asked_for_in_a_transfer_decides():
    wanted = replace(HANDOFF, skill="notarization")
    assert not fits(wanted, seat(1, skills=("劳动纠纷",)))
    assert fits(wanted, seat(1, skills=("notarization",)))


@pytest.mark.parametrize(
    ("ahead", "seats", "load", "recent", "minutes", "staffed"),
    [
        (0, [], {}, [], None, False),
        (3, [seat(1, status=Status.BREAK)], {}, [], None, False),
        (0, [seat(1)], {}, [], 0, True),
        (1, [seat(1)], {1: 0}, [], 0, True),  # two places are free
        (0, [seat(1)], {1: 2}, [600.0], 5, True),  # one of two places comes free every 5 minutes
        (3, [seat(1)], {1: 2}, [600.0, 600.0, 3000.0], 20, True),  # the median, not the mean
    ],
)
def test_an_honest_waiting_time(ahead, seats, load, recent, minutes, staffed):
    found = place(ahead, seats, load, recent)
    assert (found.ahead, found.minutes, found.staffed) == (ahead, minutes, staffed)
