"""Whether an answer helped, and why not: the first half of 满意度; human sessions are rated at the desk."""
from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from bot.store.tables import ratings

LONGEST_REASON = 100


class Ratings:
    """Stores ratings of answers."""

    def __init__(self, engine: sa.engine.Engine) -> None:
        self._engine = engine

    def add(self, conversation_id: str, entry_id: str, question: str, helpful: bool) -> None:
        """Store one rating; ``entry_id`` is empty when no entry was shown."""
        with self._engine.begin() as connection:
            connection.execute(
                sa.insert(ratings),
                {
                    "conversation_id": conversation_id,
                    "entry_id": entry_id,
                    "question": question,
                    "helpful": helpful,
                    "reason": "",
                    "created_at": dt.datetime.now(),
                },
            )

    def add_reason(self, conversation_id: str, reason: str) -> None:
        """Note why the conversation's last rating was given."""
        newest = (
            sa.select(sa.func.max(ratings.c.id)).where(ratings.c.conversation_id == conversation_id).scalar_subquery()
        )
        with self._engine.begin() as connection:
            connection.execute(sa.update(ratings).where(ratings.c.id == newest).values(reason=reason[:LONGEST_REASON]))
