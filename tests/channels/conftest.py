"""A server with people at its consoles."""
from __future__ import annotations

from pathlib import Path
from typing import Any, Iterator

import pytest
from support import run_server

from channels.seat_lines import Hall


@pytest.fixture(scope="module")
def seat_server(settings: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A server on which offers stand and seats may be away for as long as a test takes."""
    folder = tmp_path_factory.mktemp("seats")
    with run_server(folder, FAWEN_OFFER_SECONDS="600", FAWEN_SEAT_GRACE_SECONDS="600") as url:
        yield url, folder


@pytest.fixture
def hall(seat_server: tuple[str, Path]) -> Iterator[Hall]:
    """The server's citizens and seats."""
    hall = Hall(*seat_server)
    yield hall
    hall.engine.dispose()
