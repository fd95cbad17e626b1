"""What all tests share: the set-up that `make test` made, and a real server on a free port."""
from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Iterator

import pytest
import sqlalchemy as sa
from support import run_server

from bot.dialogue.training import model_path
from bot.settings import Settings, load_settings
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


@pytest.fixture(scope="session")
def settings() -> Settings:
    """The settings of the set-up under test; skips where `fawen setup` has not been run."""
    settings = load_settings()
    if not model_path(settings).exists() or not settings.index_dir.exists():
        pytest.skip("needs the model and the index: run `fawen setup` (or `make test`) first")
    return settings


@pytest.fixture(scope="session")
def live_server(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of `fawen serve` on a free port, with a database of its own."""
    with run_server(tmp_path_factory.mktemp("server")) as url:
        yield url


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.engine.Engine]:
    """An empty application database."""
    engine = open_database(f"sqlite:///{tmp_path / 'fawen.db'}")
    yield engine
    engine.dispose()
