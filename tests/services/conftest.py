"""An empty database."""
from __future__ import annotations

from pathlib import Path
from typing import Iterator

import pytest
import sqlalchemy as sa

from bot.store.database import open_database


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.engine.Engine]:
    """An empty application database."""
    engine = open_database(f"sqlite:///{tmp_path / 'fawen.db'}")
    yield engine
    engine.dispose()
