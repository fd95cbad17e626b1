"""The transcript: every message is stored, in order, before it is acknowledged."""
from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Any, Optional

import sqlalchemy as sa

from bot.store.tables import conversations, messages


@dataclass(frozen=True)
class StoredMessage:
    """One message of a conversation; ``seq`` counts from 1 without gaps."""

    seq: int
    role: str
    text: str
    client_id: Optional[str]
    buttons: list[dict[str, str]]
    custom: Optional[dict[str, Any]]
    created_at: dt.datetime


class ConversationLog:
    """Conversations of the web widget (and of every channel that must survive a reconnect)."""

    def __init__(self, engine: sa.engine.Engine) -> None:
        self._engine = engine

    def open(self, channel: str) -> tuple[str, str]:
        """Begin a conversation; returns its id and the secret token that opens it again."""
        conversation_id, token = f"{channel}-{secrets.token_hex(12)}", secrets.token_urlsafe(24)
        row = {
            "id": conversation_id,
            "token_hash": _hash(token),
            "channel": channel,
            "last_seq": 0,
            "created_at": dt.datetime.now(),
        }
        with self._engine.begin() as connection:
            connection.execute(sa.insert(conversations), row)
        return conversation_id, token

    def may_resume(self, conversation_id: str, token: str) -> bool:
        """Whether ``token`` opens this conversation."""
        query = sa.select(conversations.c.token_hash).where(conversations.c.id == conversation_id)
        with self._engine.connect() as connection:
            stored = connection.execute(query).scalar()
        return stored is not None and hmac.compare_digest(stored, _hash(token))

    def add_user(
        self, conversation_id: str, client_id: str, text: str, custom: Optional[dict[str, Any]] = None
    ) -> tuple[StoredMessage, bool]:
        """Store what a citizen said. Returns the message and whether it is new: a repeated ``client_id`` is not."""
        with self._engine.begin() as connection:
            seq = _next_seq(connection, conversation_id)
            known = connection.execute(
                sa.select(messages).where(
                    messages.c.conversation_id == conversation_id, messages.c.client_id == client_id
                )
            ).first()
            if known:
                _set_seq(connection, conversation_id, seq - 1)
                return _message(known), False
            return _add(connection, conversation_id, seq, "user", text, client_id, [], custom, answered=False), True

    def add_bot(
        self,
        conversation_id: str,
        text: str,
        buttons: Optional[list[dict[str, str]]] = None,
        custom: Optional[dict[str, Any]] = None,
        role: str = "bot",
    ) -> StoredMessage:
        """Store what the bot said."""
        with self._engine.begin() as connection:
            seq = _next_seq(connection, conversation_id)
            return _add(connection, conversation_id, seq, role, text, None, buttons or [], custom, answered=True)

    def mark_answered(self, conversation_id: str, seq: int) -> None:
        """Note that the bot has dealt with a citizen's message."""
        with self._engine.begin() as connection:
            connection.execute(
                sa.update(messages)
                .where(messages.c.conversation_id == conversation_id, messages.c.seq == seq)
                .values(answered=True)
            )

    def unanswered(self, conversation_id: str) -> list[StoredMessage]:
        """Messages stored but not answered: the server stopped in between."""
        return self._select(conversation_id, messages.c.answered.is_(False))

    def since(self, conversation_id: str, seq: int) -> list[StoredMessage]:
        """Messages after ``seq``, in order."""
        return self._select(conversation_id, messages.c.seq > seq)

    def _select(self, conversation_id: str, condition: sa.sql.ColumnElement) -> list[StoredMessage]:
        query = (
            sa.select(messages)
            .where(messages.c.conversation_id == conversation_id, condition)
            .order_by(messages.c.seq)
        )
        with self._engine.connect() as connection:
            return [_message(row) for row in connection.execute(query)]


def _next_seq(connection: sa.engine.Connection, conversation_id: str) -> int:
    """Take the next number; the update locks the conversation's row until the transaction ends."""
    connection.execute(
        sa.update(conversations)
        .where(conversations.c.id == conversation_id)
        .values(last_seq=conversations.c.last_seq + 1)
    )
    query = sa.select(conversations.c.last_seq).where(conversations.c.id == conversation_id)
    return int(connection.execute(query).scalar_one())


def _set_seq(connection: sa.engine.Connection, conversation_id: str, seq: int) -> None:
    connection.execute(sa.update(conversations).where(conversations.c.id == conversation_id).values(last_seq=seq))


def _add(
    connection: sa.engine.Connection,
    conversation_id: str,
    seq: int,
    role: str,
    text: str,
    client_id: Optional[str],
    buttons: list[dict[str, str]],
    custom: Optional[dict[str, Any]],
    answered: bool,
) -> StoredMessage:
    now = dt.datetime.now()
    row = {
        "conversation_id": conversation_id,
        "seq": seq,
        "role": role,
        "client_id": client_id,
        "text": text,
        "buttons": buttons,
        "custom": custom,
        "answered": answered,
        "created_at": now,
    }
    connection.execute(sa.insert(messages), row)
    return StoredMessage(seq, role, text, client_id, buttons, custom, now)


def _message(row: sa.engine.Row) -> StoredMessage:
    return StoredMessage(row.seq, row.role, row.text, row.client_id, row.buttons, row.custom, row.created_at)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
