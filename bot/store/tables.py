"""The tables of conversations, messages, dialogue states, tickets, ratings, seats, handoffs and the ledger."""
from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()

conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("token_hash", sa.String(64), nullable=False),
    sa.Column("channel", sa.String(20), nullable=False),
    sa.Column("last_seq", sa.Integer, nullable=False, default=0),
    sa.Column("created_at", sa.DateTime, nullable=False),
)
messages = sa.Table(
    "messages",
    metadata,
    sa.Column("conversation_id", sa.ForeignKey("conversations.id"), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("role", sa.String(10), nullable=False),
    sa.Column("client_id", sa.String(64)),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("buttons", sa.JSON, nullable=False),
    sa.Column("custom", sa.JSON),
    sa.Column("answered", sa.Boolean, nullable=False, default=True),
    sa.Column("created_at", sa.DateTime, nullable=False),
    sa.UniqueConstraint("conversation_id", "client_id", name="one_message_per_client_id"),
)
dialogue_states = sa.Table(
    "dialogue_states",
    metadata,
    sa.Column("conversation_id", sa.String(255), primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("updated_at", sa.DateTime, nullable=False),
)
tickets = sa.Table(
    "tickets",
    metadata,
    sa.Column("number", sa.String(24), primary_key=True),
    sa.Column("conversation_id", sa.String(255), nullable=False, index=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("phone", sa.String(20), nullable=False),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("service_type", sa.String(40), nullable=False),
    sa.Column("topic", sa.String(20), nullable=False),
    sa.Column("region", sa.String(80), nullable=False),
    sa.Column("status", sa.String(20), nullable=False, index=True),
    sa.Column("created_at", sa.DateTime, nullable=False),
    sa.Column("updated_at", sa.DateTime, nullable=False),
)
ratings = sa.Table(
    "ratings",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conversation_id", sa.String(255), nullable=False, index=True),
    sa.Column("entry_id", sa.String(80), nullable=False),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("helpful", sa.Boolean, nullable=False),
    sa.Column("reason", sa.String(100), nullable=False, default=""),
    sa.Column("created_at", sa.DateTime, nullable=False),
)
seats = sa.Table(
    "seats",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("username", sa.String(40), nullable=False, unique=True),
    sa.Column("name", sa.String(40), nullable=False),
    sa.Column("role", sa.String(20), nullable=False),
    sa.Column("password_hash", sa.String(200), nullable=False),
    sa.Column("skills", sa.JSON, nullable=False),
    sa.Column("regions", sa.JSON, nullable=False),
    sa.Column("languages", sa.JSON, nullable=False),
    sa.Column("capacity", sa.Integer, nullable=False),
    sa.Column("status", sa.String(10), nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("failed_logins", sa.Integer, nullable=False),
    sa.Column("locked_until", sa.DateTime),
    sa.Column("last_offer_at", sa.DateTime),
    sa.Column("created_at", sa.DateTime, nullable=False),
)
seat_logins = sa.Table(
    "seat_logins",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("seat_id", sa.ForeignKey("seats.id"), nullable=False, index=True),
    sa.Column("csrf", sa.String(64), nullable=False),
    sa.Column("created_at", sa.DateTime, nullable=False),
    sa.Column("seen_at", sa.DateTime, nullable=False),
)
handoffs = sa.Table(
    "handoffs",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conversation_id", sa.ForeignKey("conversations.id"), nullable=False, index=True),
    sa.Column("state", sa.String(10), nullable=False, index=True),
    sa.Column("reason", sa.String(20), nullable=False),
    sa.Column("urgent", sa.Boolean, nullable=False),
    sa.Column("service_type", sa.String(40), nullable=False),
    sa.Column("topic", sa.String(20), nullable=False),
    sa.Column("region", sa.String(80), nullable=False),
    sa.Column("language", sa.String(10), nullable=False),
    sa.Column("gist", sa.Text, nullable=False),
    sa.Column("slots", sa.JSON, nullable=False),
    sa.Column("skill", sa.String(40), nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("queued_at", sa.DateTime, nullable=False),
    sa.Column("passed", sa.JSON, nullable=False),
    sa.Column("seat_id", sa.ForeignKey("seats.id"), index=True),
    sa.Column("offered_at", sa.DateTime),
    sa.Column("accepted_at", sa.DateTime),
    sa.Column("ended_at", sa.DateTime),
    sa.Column("disposition", sa.String(20), nullable=False),
)
# A conversation waits for, or talks to, one person at a time.
_open = handoffs.c.state.in_(("waiting", "offered", "active"))
sa.Index(
    "one_open_handoff", handoffs.c.conversation_id, unique=True, sqlite_where=_open, postgresql_where=_open
)
whispers = sa.Table(
    "whispers",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conversation_id", sa.ForeignKey("conversations.id"), nullable=False, index=True),
    sa.Column("seat_id", sa.ForeignKey("seats.id"), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("created_at", sa.DateTime, nullable=False),
)
ledger = sa.Table(
    "ledger",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("handoff_id", sa.ForeignKey("handoffs.id"), unique=True),
    sa.Column("channel", sa.String(20), nullable=False),
    sa.Column("seat_id", sa.ForeignKey("seats.id"), nullable=False, index=True),
    sa.Column("started_at", sa.DateTime, nullable=False, index=True),
    sa.Column("ended_at", sa.DateTime, nullable=False),
    sa.Column("person", sa.String(80), nullable=False),
    sa.Column("region", sa.String(80), nullable=False),
    sa.Column("service_type", sa.String(40), nullable=False),
    sa.Column("topic", sa.String(20), nullable=False),
    sa.Column("gist", sa.Text, nullable=False),
    sa.Column("result", sa.Text, nullable=False),
)
session_ratings = sa.Table(
    "session_ratings",
    metadata,
    sa.Column("handoff_id", sa.ForeignKey("handoffs.id"), primary_key=True),
    sa.Column("score", sa.Integer, nullable=False),
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("created_at", sa.DateTime, nullable=False),
)
audit_log = sa.Table(
    "audit_log",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("seat_id", sa.ForeignKey("seats.id"), index=True),
    sa.Column("action", sa.String(30), nullable=False),
    sa.Column("conversation_id", sa.String(64), nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("created_at", sa.DateTime, nullable=False),
)
