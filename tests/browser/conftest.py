"""Fixtures of the browser tests: Debian's Chromium, pages on the live server, and a chat window to talk to."""
from __future__ import annotations

import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest

playwright_api = pytest.importorskip("playwright.sync_api", reason="浏览器测试需要 playwright")
from playwright.sync_api import Browser, BrowserContext, Page, expect  # noqa: E402
from support import fawen, run_server  # noqa: E402

from bot.settings import Settings  # noqa: E402

from .chat import Chat  # noqa: E402
from .citizen import Citizen  # noqa: E402
from .line import Line  # noqa: E402
from .seat import PASSWORD, USERNAME  # noqa: E402

# What a page shows within a second may take several on a machine that reads everything for the first time.
expect.set_options(timeout=15_000)
DESKTOP = {"width": 1366, "height": 768}
LAUNCH_ARGS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("没有找到 chromium")
    with playwright_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=LAUNCH_ARGS)
        yield browser
        browser.close()


@pytest.fixture
def new_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Make visitors: separate browser profiles, desktop-sized unless told otherwise."""
    contexts = []

    def make(**options: Any) -> BrowserContext:
        context = browser.new_context(**{"viewport": DESKTOP, "locale": "zh-CN", **options})
        context.set_default_timeout(10_000)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def browser_page(new_context: Callable[..., BrowserContext]) -> Page:
    return new_context().new_page()


@pytest.fixture
def chat(browser_page: Page, live_server: str) -> Chat:
    """The chat window of the demo page, greeted."""
    browser_page.goto(live_server)
    chat = Chat(browser_page)
    chat.expect_greeting()
    return chat


@pytest.fixture
def line(browser_page: Page) -> Line:
    """Request it before `chat`, so that the connection goes through it."""
    return Line(browser_page)


@pytest.fixture(scope="session")
def seat_server(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with a seat's account."""
    folder: Path = tmp_path_factory.mktemp("seats")
    database = f"sqlite:///{folder / 'fawen.db'}"
    added = fawen(
        "seats", "add", USERNAME, "--name", "张工", "--password-stdin", stdin=f"{PASSWORD}\n", FAWEN_DATABASE_URL=database
    )
    assert added.returncode == 0, added.stderr
    with run_server(folder) as url:
        yield url


@pytest.fixture
def citizen(browser_page: Page, seat_server: str) -> Citizen:
    """The chat window of a server that has a seat, greeted."""
    browser_page.goto(seat_server)
    citizen = Citizen(browser_page)
    citizen.expect_greeting()
    return citizen


class _QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def foreign_site(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Publish a page on another origin than the server's; returns its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_QuietHandler, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()

    def publish(html: str) -> str:
        (tmp_path / "index.html").write_text(html, encoding="utf-8")
        return f"http://127.0.0.1:{server.server_port}/index.html"

    yield publish
    server.shutdown()
    thread.join()
