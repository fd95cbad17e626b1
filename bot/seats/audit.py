"""Who read which conversation, and who did what: written once, never changed."""
from __future__ import annotations

import datetime as dt
from typing import Any, Optional

import sqlalchemy as sa

from bot.store.tables import audit_log, seats

PAGE = 100


class Audit:
    """Writes and shows the log."""

    def __init__(self, engine: sa.engine.Engine) -> None:
        self._engine = engine

    def note(self, seat_id: Optional[int], action: str, conversation_id: str = "", detail: str = "") -> None:
        """Write one line. ``seat_id`` is ``None`` for a login that failed."""
        row = {
            "seat_id": seat_id,
            "action": action,
            "conversation_id": conversation_id,
            "detail": detail[:500],
            "created_at": dt.datetime.now(),
        }
        with self._engine.begin() as connection:
            connection.execute(sa.insert(audit_log), row)

    def page(self, number: int) -> list[dict[str, Any]]:
        """Page ``number`` (from 1), newest first."""
        query = (
            sa.select(audit_log, seats.c.name, seats.c.username)
            .outerjoin(seats, seats.c.id == audit_log.c.seat_id)
            .order_by(audit_log.c.id.desc())
            .limit(PAGE)
            .offset((number - 1) * PAGE)
        )
        with self._engine.connect() as connection:
            return [
                {
                    "id": row.id,
                    "time": row.created_at.astimezone().isoformat(timespec="seconds"),
                    "seat": row.name or "",
                    "username": row.username or "",
                    "action": row.action,
                    "conversation": row.conversation_id,
                    "detail": row.detail,
                }
                for row in connection.execute(query)
            ]
