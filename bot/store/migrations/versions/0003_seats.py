"""Seats, handoffs, whispers, the ledger, ratings of human sessions, the audit log."""
import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "seats",
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
    op.create_table(
        "seat_logins",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("seat_id", sa.Integer, sa.ForeignKey("seats.id"), nullable=False, index=True),
        sa.Column("csrf", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("seen_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "handoffs",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conversation_id", sa.String(64), sa.ForeignKey("conversations.id"), nullable=False, index=True),
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
        sa.Column("seat_id", sa.Integer, sa.ForeignKey("seats.id"), index=True),
        sa.Column("offered_at", sa.DateTime),
        sa.Column("accepted_at", sa.DateTime),
        sa.Column("ended_at", sa.DateTime),
        sa.Column("disposition", sa.String(20), nullable=False),
    )
    op.create_table(
        "whispers",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conversation_id", sa.String(64), sa.ForeignKey("conversations.id"), nullable=False, index=True),
        sa.Column("seat_id", sa.Integer, sa.ForeignKey("seats.id"), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "ledger",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("handoff_id", sa.Integer, sa.ForeignKey("handoffs.id"), unique=True),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("seat_id", sa.Integer, sa.ForeignKey("seats.id"), nullable=False, index=True),
        sa.Column("started_at", sa.DateTime, nullable=False, index=True),
        sa.Column("ended_at", sa.DateTime, nullable=False),
        sa.Column("person", sa.String(80), nullable=False),
        sa.Column("region", sa.String(80), nullable=False),
        sa.Column("service_type", sa.String(40), nullable=False),
        sa.Column("topic", sa.String(20), nullable=False),
        sa.Column("gist", sa.Text, nullable=False),
        sa.Column("result", sa.Text, nullable=False),
    )
    op.create_table(
        "session_ratings",
        sa.Column("handoff_id", sa.Integer, sa.ForeignKey("handoffs.id"), primary_key=True),
        sa.Column("score", sa.Integer, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "audit_log",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("seat_id", sa.Integer, sa.ForeignKey("seats.id"), index=True),
        sa.Column("action", sa.String(30), nullable=False),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
    )
    waiting_or_talking = sa.text("state IN ('waiting', 'offered', 'active')")
    op.create_index(
        "one_open_handoff",
        "handoffs",
        ["conversation_id"],
        unique=True,
        sqlite_where=waiting_or_talking,
        postgresql_where=waiting_or_talking,
    )
    op.add_column("ratings", sa.Column("reason", sa.String(100), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("ratings", "reason")
    for table in ("audit_log", "session_ratings", "ledger", "whispers", "handoffs", "seat_logins", "seats"):
        op.drop_table(table)
