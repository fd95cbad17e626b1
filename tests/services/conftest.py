"""The real statute store, read for one fixed day, and an empty database."""
from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Iterator

import pytest
import sqlalchemy as sa

from bot.settings import load_settings
from bot.statutes.store import StatuteStore
from bot.store.database import open_database

# A day on which a revised 商标法 is published but not yet in force.
TODAY = dt.date(2026, 11, 22)


@pytest.fixture(scope="session")
def real_store() -> StatuteStore:
    """The store `fawen setup` made; skips where there is none."""
    path = load_settings().statutes_path
    if not path.exists():
        pytest.skip("needs var/statutes.db: run `fawen setup` (or `make test`) first")
    return StatuteStore(path, TODAY)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.engine.Engine]:
    """An empty application database."""
    engine = open_database(f"sqlite:///{tmp_path / 'fawen.db'}")
    yield engine
    engine.dispose()
