"""What all tests share: the set-up that `make test` made, and a real server on a free port."""
from __future__ import annotations

from typing import Iterator

import pytest
from support import run_server

from bot.dialogue.training import model_path
from bot.settings import Settings, load_settings


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
