"""Where Rasa keeps what it must remember of a conversation: one row each, in the application database.

The transcript is stored by :mod:`bot.services.conversations`. The dialogue itself needs only its slots and the last
turns, so that is all that is kept: one small write per answer, where Rasa's SQL store writes and counts every event
(docs/benchmarks.md).
"""
from __future__ import annotations

import datetime as dt
import json
from collections import OrderedDict
from itertools import islice
from typing import Any, Iterable, Optional

import sqlalchemy as sa
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.store.tables import dialogue_states

# Rules look back over one turn; the turn before it is kept for whoever reads the state.
KEPT_TURNS = 2
# Conversations whose state is also in memory; about 20 KB each.
LIVE = 2000


class DialogueStateStore(TrackerStore):
    """Conversations by id. Expects what Rasa guarantees: one message of a conversation at a time."""

    def __init__(self, engine: sa.engine.Engine, domain: Optional[Domain] = None) -> None:
        super().__init__(domain)
        self._engine = engine
        self._live: OrderedDict[str, DialogueStateTracker] = OrderedDict()

    async def retrieve(self, sender_id: str) -> Optional[DialogueStateTracker]:
        """The conversation's state, or ``None`` when there is none.

        A state taken from memory is gone from there until it is saved: a turn that fails halfway leaves no trace.
        """
        live = self._live.pop(sender_id, None)
        if live is not None:
            return live
        query = sa.select(dialogue_states.c.state).where(dialogue_states.c.conversation_id == sender_id)
        with self._engine.connect() as connection:
            stored = connection.execute(query).scalar()
        return self._restore(sender_id, json.loads(stored)) if stored else None

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store slots and last turns. A conversation in which nothing has been said is not stored."""
        if not tracker.events:
            return
        tracker.events = type(tracker.events)(_last_turns(tracker), tracker.events.maxlen)
        self._live[tracker.sender_id] = tracker
        while len(self._live) > LIVE:
            self._live.popitem(last=False)
        state = {
            "slots": {name: slot.value for name, slot in tracker.slots.items() if slot.has_been_set},
            "events": [event.as_dict() for event in tracker.events],
        }
        values = {"state": json.dumps(state, ensure_ascii=False), "updated_at": dt.datetime.now()}
        mine = dialogue_states.c.conversation_id == tracker.sender_id
        with self._engine.begin() as connection:
            if not connection.execute(sa.update(dialogue_states).where(mine).values(values)).rowcount:
                connection.execute(sa.insert(dialogue_states), {"conversation_id": tracker.sender_id, **values})

    async def keys(self) -> Iterable[str]:
        """The ids of all conversations stored."""
        with self._engine.connect() as connection:
            return list(connection.execute(sa.select(dialogue_states.c.conversation_id)).scalars())

    def _restore(self, sender_id: str, state: dict[str, Any]) -> DialogueStateTracker:
        tracker = DialogueStateTracker.from_dict(sender_id, state["events"], self.domain.slots)
        for name, value in state["slots"].items():
            if name in tracker.slots:
                SlotSet(name, value).apply_to(tracker)
        return tracker


def _last_turns(tracker: DialogueStateTracker) -> list[Any]:
    events = list(tracker.events)
    said = (at for at in range(len(events) - 1, -1, -1) if isinstance(events[at], UserUttered))
    start = next(islice(said, KEPT_TURNS - 1, None), 0)
    return events[start:]
