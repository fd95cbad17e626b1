"""Tickets: a citizen asks to be called back, and can see how far it is."""
from __future__ import annotations

import datetime as dt
import re
import secrets
from dataclasses import dataclass
from typing import Optional

import sqlalchemy as sa

from bot.store.tables import tickets
from bot.text.normalize import normalize

CALL_BACK = "callback"
APPOINTMENT = "appointment"
STATUS_NAMES = {"open": "已登记，等待工作人员处理", "in_progress": "工作人员正在处理", "done": "已办结", "cancelled": "已取消"}

# No 0/O and 1/I: the number is read out on the telephone.
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_NUMBER = re.compile(r"FW\s*-?\s*([0-9]{8})\s*-?\s*([0-9A-Za-z]{6})(?![0-9A-Za-z])", re.IGNORECASE)
# Mainland mobile numbers (11 digits from 13 to 19) and fixed lines with area code.
_PHONE = re.compile(
    r"(?<![0-9])(?:\+?86[- ]?)?(1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}|0[0-9]{2,3}[- ]?[2-9][0-9]{6,7})(?![0-9])"
)


@dataclass(frozen=True)
class Ticket:
    """A ticket as the citizen may see it."""

    number: str
    kind: str
    status: str
    question: str
    created_at: dt.datetime

    @property
    def status_name(self) -> str:
        """The status in Chinese."""
        return STATUS_NAMES[self.status]


def phone_in(text: str) -> Optional[str]:
    """The telephone number in ``text``, digits only, or ``None``."""
    match = _PHONE.search(normalize(text))
    return re.sub(r"\D", "", match[1]) if match else None


def mask_phone(phone: str) -> str:
    """The number as it may be shown: 138****5678."""
    return f"{phone[:3]}****{phone[-4:]}"


def mask_phones_in(text: str) -> str:
    """``text`` with every telephone number masked."""
    return _PHONE.sub(lambda match: mask_phone(re.sub(r"\D", "", match[1])), text)


def number_in(text: str) -> Optional[str]:
    """The ticket number in ``text`` in its normal form FW20261122-7K3PQZ, or ``None``."""
    match = _NUMBER.search(normalize(text))
    return f"FW{match[1]}-{match[2].upper()}" if match else None


class TicketDesk:
    """Files and finds tickets."""

    def __init__(self, engine: sa.engine.Engine, region: str) -> None:
        self._engine = engine
        self._region = region

    def file(
        self, conversation_id: str, kind: str, phone: str, question: str, service_type: str = "", topic: str = ""
    ) -> Ticket:
        """Store a ticket and return it. The same request from the same conversation is filed once."""
        now = dt.datetime.now()
        with self._engine.begin() as connection:
            same = connection.execute(
                sa.select(tickets).where(
                    tickets.c.conversation_id == conversation_id,
                    tickets.c.kind == kind,
                    tickets.c.phone == phone,
                    tickets.c.question == question,
                    tickets.c.status == "open",
                )
            ).first()
            if same:
                return _ticket(same)
            number = f"FW{now:%Y%m%d}-{''.join(secrets.choice(_ALPHABET) for _ in range(6))}"
            row = {
                "number": number,
                "conversation_id": conversation_id,
                "kind": kind,
                "phone": phone,
                "question": question,
                "service_type": service_type,
                "topic": topic,
                "region": self._region,
                "status": "open",
                "created_at": now,
                "updated_at": now,
            }
            connection.execute(sa.insert(tickets), row)
        return Ticket(number, kind, "open", question, now)

    def find(self, number: str) -> Optional[Ticket]:
        """The ticket with this number, or ``None``."""
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(tickets).where(tickets.c.number == number)).first()
        return _ticket(row) if row else None

    def of_conversation(self, conversation_id: str) -> list[Ticket]:
        """The conversation's own tickets, newest first."""
        query = (
            sa.select(tickets)
            .where(tickets.c.conversation_id == conversation_id)
            .order_by(tickets.c.created_at.desc())
        )
        with self._engine.connect() as connection:
            return [_ticket(row) for row in connection.execute(query)]


def _ticket(row: sa.engine.Row) -> Ticket:
    return Ticket(row.number, row.kind, row.status, row.question, row.created_at)
