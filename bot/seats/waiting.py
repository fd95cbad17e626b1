"""An honest guess of how long a citizen will wait."""
from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from typing import Mapping, Optional, Sequence

from bot.seats.model import Seat, Status

# Taken for the length of a session until there have been some.
USUAL_SECONDS = 8 * 60


@dataclass(frozen=True)
class Place:
    """A citizen's place in the queue. ``minutes`` is ``None`` when nobody is there to end the waiting."""

    ahead: int
    minutes: Optional[int]
    staffed: bool


def place(ahead: int, seats: Sequence[Seat], load: Mapping[int, int], recent_seconds: Sequence[float]) -> Place:
    """The place of one with ``ahead`` others before them.

    With n places at work in all, one comes free every (session length ÷ n); the citizen needs the (ahead + 1)-th of
    those that are not free now. The session length is the median of the last ones.
    """
    online = [seat for seat in seats if seat.status is Status.ONLINE]
    places = sum(seat.capacity for seat in online)
    if not places:
        return Place(ahead, None, staffed=False)
    free = sum(max(0, seat.capacity - load.get(seat.id, 0)) for seat in online)
    if ahead < free:
        return Place(ahead, 0, staffed=True)
    length = statistics.median(recent_seconds) if recent_seconds else USUAL_SECONDS
    return Place(ahead, max(1, math.ceil((ahead + 1 - free) * length / places / 60)), staffed=True)
