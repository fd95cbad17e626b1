"""The engine of the application database, migrated to the newest schema."""
from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

MIGRATIONS = Path(__file__).with_name("migrations")


class DatabaseError(Exception):
    """The database can't be reached or written; the message says what to do."""


def open_database(url: str) -> sa.engine.Engine:
    """Connect to ``url`` (SQLite or PostgreSQL), create or migrate the tables, return the engine."""
    try:
        if url.startswith("sqlite:///"):
            Path(url[len("sqlite:///") :]).parent.mkdir(parents=True, exist_ok=True)
        if url == "sqlite://":
            # In memory there is one database per connection: keep one.
            engine = sa.create_engine(url, poolclass=sa.pool.StaticPool, connect_args={"check_same_thread": False})
        else:
            engine = sa.create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
        if engine.dialect.name == "sqlite":
            sa.event.listen(engine, "connect", _tune_sqlite)
        with engine.begin() as connection:
            migrate(connection)
    except (sa.exc.SQLAlchemyError, OSError, ImportError) as error:
        raise DatabaseError(f"数据库打不开：{error}。请检查 FAWEN_DATABASE_URL、磁盘空间与目录权限") from error
    return engine


def migrate(connection: sa.engine.Connection) -> None:
    """Bring the schema to the newest revision."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _tune_sqlite(connection, _record) -> None:  # noqa: ANN001
    """Write-ahead log: readers don't wait for writers, and a committed message survives a killed process."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA busy_timeout=10000")
    connection.execute("PRAGMA foreign_keys=ON")
