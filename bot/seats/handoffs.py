"""Handoffs in the database. Every change of state is conditional on the state before it, so that of two seats who
reach for one citizen, one gets them; all take the caller's connection, to be one transaction with what is said of them.
"""
from __future__ import annotations

import datetime as dt
from typing import Any, Optional, Sequence

import sqlalchemy as sa

from bot.seats.model import OPEN_STATES, QUEUE_STATES, Handoff, State
from bot.store.tables import conversations, handoffs

# Sessions from which the time one takes is estimated.
RECENT = 20


def open_handoff(connection: sa.engine.Connection, conversation_id: str, **values: Any) -> tuple[Optional[Handoff], bool]:
    """Put a conversation in the queue; returns the handoff and whether it is new.

    A conversation that waits or talks already keeps its handoff. ``None`` when there is no such conversation.
    """
    # Locks the row: a second request of the same conversation waits here and then finds the first one's handoff.
    mine = conversations.c.id == conversation_id
    if not connection.execute(sa.update(conversations).where(mine).values(last_seq=conversations.c.last_seq)).rowcount:
        return None, False
    known = open_of(connection, conversation_id)
    if known:
        return known, False
    row = {
        "conversation_id": conversation_id,
        "state": State.WAITING.value,
        "skill": "",
        "note": "",
        "queued_at": dt.datetime.now(),
        "passed": [],
        "disposition": "",
        **values,
    }
    key = connection.execute(sa.insert(handoffs), row).inserted_primary_key[0]
    return get(connection, key), True


def get(connection: sa.engine.Connection, handoff_id: int) -> Optional[Handoff]:
    """The handoff with this number, or ``None``."""
    return next(iter(_select(connection, handoffs.c.id == handoff_id)), None)


def open_of(connection: sa.engine.Connection, conversation_id: str) -> Optional[Handoff]:
    """The conversation's open handoff, or ``None``."""
    return next(iter(_select(connection, handoffs.c.conversation_id == conversation_id, _in(OPEN_STATES))), None)


def last_ended(connection: sa.engine.Connection, conversation_id: str) -> Optional[Handoff]:
    """The conversation's newest session that is over, or ``None``."""
    found = _select(connection, handoffs.c.conversation_id == conversation_id, _in((State.ENDED,)))
    return found[-1] if found else None


def last_of(connection: sa.engine.Connection, conversation_id: str) -> Optional[Handoff]:
    """The conversation's newest handoff, open or not, or ``None``."""
    found = _select(connection, handoffs.c.conversation_id == conversation_id)
    return found[-1] if found else None


def in_queue(connection: sa.engine.Connection) -> list[Handoff]:
    """All who wait, in the order in which they are served: emergencies first, then by waiting time."""
    return sorted(_select(connection, _in(QUEUE_STATES)), key=lambda handoff: (not handoff.urgent, handoff.queued_at))


def active(connection: sa.engine.Connection) -> list[Handoff]:
    """All who talk to a seat."""
    return _select(connection, _in((State.ACTIVE,)))


def recent_seconds(connection: sa.engine.Connection) -> list[float]:
    """How long the last sessions took."""
    query = (
        sa.select(handoffs.c.accepted_at, handoffs.c.ended_at)
        .where(_in((State.ENDED,)), handoffs.c.accepted_at.isnot(None))
        .order_by(handoffs.c.ended_at.desc())
        .limit(RECENT)
    )
    return [(row.ended_at - row.accepted_at).total_seconds() for row in connection.execute(query)]


def offer(connection: sa.engine.Connection, handoff: Handoff, seat_id: int) -> bool:
    """Ask a seat to take a waiting citizen."""
    return _change(
        connection, handoff.id, (State.WAITING,), state=State.OFFERED, seat_id=seat_id, offered_at=dt.datetime.now()
    )


def pass_on(connection: sa.engine.Connection, handoff: Handoff, declined: bool = True) -> bool:
    """The seat that was asked did not take it, or is not there; the next one is asked."""
    return _change(
        connection,
        handoff.id,
        (State.OFFERED,),
        state=State.WAITING,
        seat_id=None,
        passed=[*handoff.passed, handoff.seat_id] if declined else list(handoff.passed),
    )


def forget_passes(connection: sa.engine.Connection, handoff: Handoff) -> bool:
    """All have passed: begin anew with the first."""
    return _change(connection, handoff.id, (State.WAITING,), passed=[])


def accept(connection: sa.engine.Connection, handoff: Handoff, seat_id: int) -> bool:
    """Give a waiting citizen to a seat."""
    return _change(
        connection, handoff.id, QUEUE_STATES, state=State.ACTIVE, seat_id=seat_id, accepted_at=dt.datetime.now()
    )


def hand_over(connection: sa.engine.Connection, handoff: Handoff, seat_id: int) -> bool:
    """Give a talking citizen to another seat."""
    return _change(connection, handoff.id, (State.ACTIVE,), seat_id=seat_id)


def back_to_queue(connection: sa.engine.Connection, handoff: Handoff, **values: Any) -> bool:
    """Put a talking citizen back in the queue, where they keep their time: they have waited already."""
    return _change(
        connection, handoff.id, (State.ACTIVE,), state=State.WAITING, seat_id=None, offered_at=None, accepted_at=None, **values
    )


def make_urgent(connection: sa.engine.Connection, handoff: Handoff) -> bool:
    """The matter of one who waits has become an emergency."""
    return _change(connection, handoff.id, OPEN_STATES, urgent=True, reason="emergency")


def leave(connection: sa.engine.Connection, handoff: Handoff) -> bool:
    """The citizen no longer waits."""
    return _change(connection, handoff.id, QUEUE_STATES, state=State.LEFT, seat_id=None, ended_at=dt.datetime.now())


def end(connection: sa.engine.Connection, handoff: Handoff, disposition: str) -> bool:
    """The session is over."""
    return _change(
        connection, handoff.id, (State.ACTIVE,), state=State.ENDED, ended_at=dt.datetime.now(), disposition=disposition
    )


def _change(connection: sa.engine.Connection, handoff_id: int, before: Sequence[State], **values: Any) -> bool:
    stored = {name: value.value if isinstance(value, State) else value for name, value in values.items()}
    change = sa.update(handoffs).where(handoffs.c.id == handoff_id, _in(before)).values(stored)
    return bool(connection.execute(change).rowcount)


def _in(states: Sequence[State]) -> sa.sql.ColumnElement:
    return handoffs.c.state.in_([state.value for state in states])


def _select(connection: sa.engine.Connection, *conditions: sa.sql.ColumnElement) -> list[Handoff]:
    query = sa.select(handoffs).where(*conditions).order_by(handoffs.c.id)
    return [
        Handoff(**{**row, "state": State(row["state"]), "passed": tuple(row["passed"])})
        for row in connection.execute(query).mappings()
    ]
