"""The real statute store, read for one fixed day."""
from __future__ import annotations

import datetime as dt

import pytest

from bot.settings import load_settings
from bot.statutes.store import StatuteStore

# A day on which a revised 商标法 is published but not yet in force.
TODAY = dt.date(2026, 11, 22)


@pytest.fixture(scope="session")
def real_store() -> StatuteStore:
    """The store `fawen setup` made; skips where there is none."""
    path = load_settings().statutes_path
    if not path.exists():
        pytest.skip("needs var/statutes.db: run `fawen setup` (or `make test`) first")
    return StatuteStore(path, TODAY)
