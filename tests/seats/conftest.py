"""A desk on an empty database, with accounts made as needed."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa

from bot.seats.accounts import SeatAccounts
from bot.seats.audit import Audit
from bot.seats.desk import HandoffDesk
from bot.seats.ledger import Ledger
from bot.seats.model import Handoff, Role, Seat, Status
from bot.services.conversations import ConversationLog, StoredMessage
from bot.settings import Settings

PASSWORD = "correct-horse-1"


@dataclass
class Bench:
    """The desk and all around it, as a server would put them together."""

    engine: sa.engine.Engine
    settings: Settings
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.accounts = SeatAccounts(self.engine)
        self.log = ConversationLog(self.engine)
        self.ledger = Ledger(self.engine, self.settings.region)
        self.audit = Audit(self.engine)
        self.restart()

    def restart(self) -> None:
        """What a killed and restarted server has: the database, and nothing else."""
        self.desk = HandoffDesk(self.engine, self.accounts, self.ledger, self.audit, self.settings)
        self.desk.subscribe(self)

    def conversation_changed(self, conversation_id: str) -> None:
        self.told.append(conversation_id)

    def desk_changed(self) -> None:
        self.told.append("desk")

    def seat(self, username: str, online: bool = True, **values: Any) -> Seat:
        """An account whose console is open."""
        seat = self.accounts.add(username, values.pop("name", f"{username}工"), PASSWORD, **values)
        if online:
            self.accounts.set_status(seat.id, Status.ONLINE)
            self.desk.console_opened(seat.id)
        return self.accounts.get(seat.id)

    def supervisor(self, username: str) -> Seat:
        return self.seat(username, role=Role.SUPERVISOR)

    def citizen(self, *said: str) -> str:
        """A conversation in which a citizen has said something."""
        conversation_id, _token = self.log.open("web")
        for number, text in enumerate(said):
            self.log.add_user(conversation_id, f"c{number}", text)
        return conversation_id

    def waiting(self, *said: str, reason: str = "asked", **about: Any) -> Handoff:
        """A citizen in the queue."""
        handoff = self.desk.request(self.citizen(*said), reason, **about)
        assert handoff is not None
        return handoff

    def texts(self, conversation_id: str) -> list[tuple[str, str]]:
        return [(message.role, message.text) for message in self.log.since(conversation_id, 0)]

    def last(self, conversation_id: str) -> StoredMessage:
        return self.log.since(conversation_id, 0)[-1]


@pytest.fixture
def bench(engine: sa.engine.Engine) -> Bench:
    return Bench(engine, Settings(region="浙江省杭州市", offer_seconds=5, seat_grace_seconds=0))
