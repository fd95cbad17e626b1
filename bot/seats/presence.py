"""Who is there: consoles and citizens' pages that are open. Kept in memory alone; a server just started knows of none."""
from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Optional, TypeVar

Key = TypeVar("Key")


class Presence:
    """Counts the open tabs of each seat and remembers since when seats and citizens are gone."""

    def __init__(self) -> None:
        self._consoles: Counter[int] = Counter()
        # Seats whose last console is gone, and citizens who closed their page, since when.
        self._gone: dict[int, dt.datetime] = {}
        self._away: dict[str, dt.datetime] = {}
        self._started = dt.datetime.now()

    def console_opened(self, seat_id: int) -> None:
        """A tab of the seat has connected."""
        self._consoles[seat_id] += 1
        self._gone.pop(seat_id, None)

    def console_closed(self, seat_id: int) -> None:
        """A tab of the seat is gone."""
        self._consoles[seat_id] -= 1
        if self._consoles[seat_id] <= 0:
            del self._consoles[seat_id]
            self._gone[seat_id] = dt.datetime.now()

    def has_console(self, seat_id: int) -> bool:
        """Whether a tab of the seat is open."""
        return seat_id in self._consoles

    def gone_for(self, seat_id: Optional[int], now: dt.datetime) -> dt.timedelta:
        """How long a seat without a console has been gone; since the start, for one not seen since then."""
        return now - self._gone.get(seat_id or 0, self._started)

    def seats_gone(self, now: dt.datetime, grace: dt.timedelta) -> list[int]:
        """The seats that have been gone for ``grace``, each of them told once."""
        return _take(self._gone, now - grace)

    def citizen_came(self, conversation_id: str) -> None:
        """The citizen's page is open."""
        self._away.pop(conversation_id, None)

    def citizen_left(self, conversation_id: str) -> None:
        """The citizen's last page is closed."""
        self._away[conversation_id] = dt.datetime.now()

    def citizens_gone(self, now: dt.datetime, grace: dt.timedelta) -> list[str]:
        """The conversations whose citizens have been gone for ``grace``, each of them told once."""
        return _take(self._away, now - grace)


def _take(since: dict[Key, dt.datetime], latest: dt.datetime) -> list[Key]:
    found = [key for key, at in since.items() if at <= latest]
    for key in found:
        del since[key]
    return found
