"""Who is asked next: by skill, region and language, then by who has most room and was asked longest ago."""
from __future__ import annotations

import datetime as dt
from typing import Mapping, Optional, Sequence

from bot.seats.model import Handoff, Seat, Status

# One who has waited this long is offered to seats without the skill, too: any person is better than none.
SKILL_PATIENCE = dt.timedelta(seconds=60)


def choose(handoff: Handoff, seats: Sequence[Seat], load: Mapping[int, int], now: dt.datetime) -> Optional[Seat]:
    """The seat to ask, or ``None`` when none can take one more.

    ``seats`` are those whose console is open; ``load`` counts the conversations each has or is asked to take.
    """
    free = [
        seat
        for seat in seats
        if seat.status is Status.ONLINE and load.get(seat.id, 0) < seat.capacity and seat.id not in handoff.passed
    ]
    skilled = [seat for seat in free if fits(handoff, seat)]
    patient = not handoff.urgent and now - handoff.queued_at < SKILL_PATIENCE
    candidates = skilled or ([] if patient and any(fits(handoff, seat) for seat in seats) else free)
    return min(
        candidates,
        key=lambda seat: (
            not _near(handoff, seat),
            load.get(seat.id, 0) / seat.capacity,
            seat.last_offer_at or dt.datetime.min,
            seat.id,
        ),
        default=None,
    )


def fits(handoff: Handoff, seat: Seat) -> bool:
    """Whether the seat speaks the citizen's language and knows the matter."""
    if handoff.language not in seat.languages:
        return False
    wanted = {handoff.skill} if handoff.skill else {handoff.service_type, handoff.topic} - {""}
    return not seat.skills or not wanted or bool(wanted & set(seat.skills))


def _near(handoff: Handoff, seat: Seat) -> bool:
    return not seat.regions or any(handoff.region.startswith(region) for region in seat.regions)
