"""Words between a seat and its supervisors that the citizen does not see."""
from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from bot.seats.model import Seat
from bot.store.tables import seats, whispers


@dataclass(frozen=True)
class Whisper:
    """One of them; ``name`` is whose it is."""

    conversation_id: str
    name: str
    text: str
    created_at: dt.datetime


def add(connection: sa.engine.Connection, conversation_id: str, seat: Seat, text: str) -> Whisper:
    """Store what a seat whispers."""
    now = dt.datetime.now()
    row = {"conversation_id": conversation_id, "seat_id": seat.id, "text": text, "created_at": now}
    connection.execute(sa.insert(whispers), row)
    return Whisper(conversation_id, seat.name, text, now)


def of_conversation(connection: sa.engine.Connection, conversation_id: str) -> list[Whisper]:
    """All whispers of a conversation, in order."""
    query = (
        sa.select(whispers.c.text, whispers.c.created_at, seats.c.name)
        .join(seats, seats.c.id == whispers.c.seat_id)
        .where(whispers.c.conversation_id == conversation_id)
        .order_by(whispers.c.id)
    )
    return [Whisper(conversation_id, row.name, row.text, row.created_at) for row in connection.execute(query)]
