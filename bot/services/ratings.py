"""Whether an answer helped: the first half of 满意度."""
from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from bot.store.tables import ratings


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
                    "created_at": dt.datetime.now(),
                },
            )
