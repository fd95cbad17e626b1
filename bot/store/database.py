"""The engine of the application database, migrated to the newest schema."""
from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

# The URL of a database that lives as long as the process.
IN_MEMORY = "sqlite://"
MIGRATIONS = Path(__file__).with_name("migrations")


class DatabaseError(Exception):
    """The database can't be reached or written; the message says what to do."""


def open_database(url: str) -> sa.engine.Engine:
    """Connect to ``url`` (SQLite or PostgreSQL), create or migrate the tables, return the engine."""
    try:
        if url.startswith("sqlite:///"):
            Path(url[len("sqlite:///") :]).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(url, **_pool(url))
        if engine.dialect.name == "sqlite":
            sa.event.listen(engine, "connect", _tune_sqlite)
        with engine.begin() as connection:
            migrate(connection)
    except (sa.exc.SQLAlchemyError, OSError, ImportError) as error:
        raise DatabaseError(f"数据库打不开：{error}。请检查 FAWEN_DATABASE_URL、磁盘空间与目录权限") from error
    return engine


def _pool(url: str) -> dict[str, Any]:
    """SQLAlchemy opens a SQLite file anew for each use, which costs more than most queries: keep connections."""
    if not url.startswith("sqlite"):
        return {"pool_pre_ping": True}
    # In memory there is one database per connection: keep one.
    pool = sa.pool.StaticPool if url == IN_MEMORY else sa.pool.QueuePool
    return {"poolclass": pool, "connect_args": {"check_same_thread": False}}


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
