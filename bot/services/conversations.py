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


class ConversationTaken(Exception):
    """The id belongs to a conversation of another channel."""


class ConversationLog:
    """The conversations of all channels."""

    def __init__(self, engine: sa.engine.Engine) -> None:
        self._engine = engine

    def open(self, channel: str) -> tuple[str, str]:
        """Begin a conversation; returns its id and the secret token that opens it again."""
        conversation_id = f"{channel}-{secrets.token_hex(12)}"
        with self._engine.begin() as connection:
            return conversation_id, _open(connection, conversation_id, channel)

    def ensure(self, conversation_id: str, channel: str) -> Optional[str]:
        """Begin the conversation with an id that a client chose, if there is none; returns its token when it is new.

        Raises :class:`ConversationTaken` when the id is that of another channel's conversation.
        """
        query = sa.select(conversations.c.channel).where(conversations.c.id == conversation_id)
        with self._engine.begin() as connection:
            known = connection.execute(query).scalar()
            if known is None:
                return _open(connection, conversation_id, channel)
        if known != channel:
            raise ConversationTaken(conversation_id)
        return None

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
            known = find_message(connection, conversation_id, client_id)
            if known:
                return known, False
            return add_message(
                connection, conversation_id, "user", text, client_id=client_id, custom=custom, answered=False
            ), True

    def add_bot(
        self,
        conversation_id: str,
        text: str,
        buttons: Optional[list[dict[str, str]]] = None,
        custom: Optional[dict[str, Any]] = None,
    ) -> StoredMessage:
        """Store what the bot said."""
        with self._engine.begin() as connection:
            return add_message(connection, conversation_id, "bot", text, buttons=buttons, custom=custom)

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

    def last_seq(self, conversation_id: str) -> int:
        """The number of the newest message; 0 when there is none."""
        query = sa.select(conversations.c.last_seq).where(conversations.c.id == conversation_id)
        with self._engine.connect() as connection:
            return connection.execute(query).scalar() or 0

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


def add_message(
    connection: sa.engine.Connection,
    conversation_id: str,
    role: str,
    text: str,
    client_id: Optional[str] = None,
    buttons: Optional[list[dict[str, str]]] = None,
    custom: Optional[dict[str, Any]] = None,
    answered: bool = True,
) -> StoredMessage:
    """Append a message within the caller's transaction, so that it is stored with what it tells of, or not at all."""
    # The update locks the conversation's row until the transaction ends: numbers have no gaps.
    connection.execute(
        sa.update(conversations)
        .where(conversations.c.id == conversation_id)
        .values(last_seq=conversations.c.last_seq + 1)
    )
    query = sa.select(conversations.c.last_seq).where(conversations.c.id == conversation_id)
    message = StoredMessage(
        seq=int(connection.execute(query).scalar_one()),
        role=role,
        text=text,
        client_id=client_id,
        buttons=buttons or [],
        custom=custom,
        created_at=dt.datetime.now(),
    )
    row = {**vars(message), "conversation_id": conversation_id, "answered": answered}
    connection.execute(sa.insert(messages), row)
    return message


def find_message(connection: sa.engine.Connection, conversation_id: str, client_id: str) -> Optional[StoredMessage]:
    """The message a client has sent under this id before, or ``None``.

    The conversation is locked first, so that two sends of one message can't both find nothing.
    """
    mine = conversations.c.id == conversation_id
    connection.execute(sa.update(conversations).where(mine).values(last_seq=conversations.c.last_seq))
    query = sa.select(messages).where(
        messages.c.conversation_id == conversation_id, messages.c.client_id == client_id
    )
    row = connection.execute(query).first()
    return _message(row) if row else None


def _open(connection: sa.engine.Connection, conversation_id: str, channel: str) -> str:
    token = secrets.token_urlsafe(24)
    row = {
        "id": conversation_id,
        "token_hash": _hash(token),
        "channel": channel,
        "last_seq": 0,
        "created_at": dt.datetime.now(),
    }
    connection.execute(sa.insert(conversations), row)
    return token


def _message(row: sa.engine.Row) -> StoredMessage:
    return StoredMessage(row.seq, row.role, row.text, row.client_id, row.buttons, row.custom, row.created_at)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
