"""Fixtures of the browser tests: Debian's Chromium, pages on the live server, and a chat window to talk to."""
from __future__ import annotations

import json
import re
import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Callable, Iterator, Optional

import pytest

playwright_api = pytest.importorskip("playwright.sync_api", reason="浏览器测试需要 playwright")
from playwright.sync_api import Browser, BrowserContext, Locator, Page, WebSocketRoute, expect  # noqa: E402

SOCKET = re.compile(r"/ws/chat$")
ANSWER_TIMEOUT_MS = 30_000  # the first answer may have to wait for a cold model
DESKTOP = {"width": 1366, "height": 768}
LAUNCH_ARGS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]


class Chat:
    """The chat window of a page, the way a visitor finds it."""

    def __init__(self, page: Page, title: str = "法律咨询") -> None:
        self.page = page
        self.window = page.get_by_label(title, exact=True).filter(has=page.get_by_role("log"))
        self.log = page.get_by_role("log", name="对话内容")
        self.messages = self.log.get_by_role("article")
        self.input = page.get_by_label("输入您的问题")
        self.typing = page.get_by_text("法问正在输入…")
        self.launcher = page.get_by_role("button", name=f"打开{title}")

    def expect_greeting(self) -> None:
        """A new conversation begins with a message of the bot."""
        expect(self.from_bot.first).to_be_visible(timeout=ANSWER_TIMEOUT_MS)

    @property
    def from_bot(self) -> Locator:
        return self.messages.filter(has_text=re.compile("^法问："))

    def mine(self, text: str) -> Locator:
        """My own messages that contain `text`."""
        return self.messages.filter(has_text=re.compile("^您：")).filter(has_text=text)

    def say(self, text: str) -> None:
        self.input.fill(text)
        self.input.press("Enter")

    def ask(self, text: str) -> Locator:
        """Say something and wait for the answer, which is returned."""
        before = self.from_bot.count()
        self.say(text)
        self.expect_delivered(text)
        expect(self.from_bot.nth(before)).to_be_visible(timeout=ANSWER_TIMEOUT_MS)
        expect(self.typing).to_be_hidden(timeout=ANSWER_TIMEOUT_MS)
        return self.from_bot.nth(before)

    def expect_delivered(self, text: str) -> None:
        expect(self.mine(text)).to_have_count(1)
        expect(self.mine(text)).not_to_contain_text("发送中", timeout=ANSWER_TIMEOUT_MS)


class Line:
    """The line between a page and the real server, for cutting it, losing frames, and adding frames."""

    def __init__(self, page: Page) -> None:
        self.up = True
        self.lose_replies = False
        self.sent: list[dict[str, Any]] = []
        self._decoration: dict[str, Any] = {}
        self._route: Optional[WebSocketRoute] = None
        page.route_web_socket(SOCKET, self._connect)

    def _connect(self, route: WebSocketRoute) -> None:
        if not self.up:
            route.close()
            return
        self._route = route
        server = route.connect_to_server()

        def to_server(data: Any) -> None:
            self.sent.append(json.loads(data))
            server.send(data)

        def to_page(data: Any) -> None:
            if not self.lose_replies:
                route.send(self._decorated(data))

        route.on_message(to_server)
        server.on_message(to_page)

    def _decorated(self, data: Any) -> Any:
        frame = json.loads(data)
        if not self._decoration or frame["type"] != "message" or frame["role"] != "bot":
            return data
        frame.update(self._decoration)
        self._decoration = {}
        return json.dumps(frame, ensure_ascii=False)

    def decorate_next(self, **fields: Any) -> None:
        """Replace fields of the next bot message that comes from the server."""
        self._decoration = fields

    def cut(self) -> None:
        """Break the connection and keep it broken until `mend`."""
        self.up = False
        assert self._route is not None, "the page never connected"
        self._route.close()

    def mend(self) -> None:
        self.up = True
        self.lose_replies = False

    def inject(self, seq: int, **message: Any) -> None:
        """Deliver a bot message as if the server had sent it."""
        self.deliver({
            "type": "message", "seq": seq, "role": "bot", "id": None, "text": "", "buttons": [], "custom": None,
            "time": "2026-11-22T10:00:00+08:00", **message,
        })

    def deliver(self, frame: dict[str, Any]) -> None:
        """Hand the page any frame as if the server had sent it."""
        assert self._route is not None, "the page never connected"
        self._route.send(json.dumps(frame, ensure_ascii=False))

    def refuse(self, text: str, code: str, reason: str) -> None:
        """Answer what the page sent as `text` with an error, as if the server had."""
        self.deliver({"type": "error", "code": code, "text": reason, "id": self.messages_sent(text)[-1]["id"]})

    def messages_sent(self, text: str) -> list[dict[str, Any]]:
        return [frame for frame in self.sent if frame["type"] == "message" and frame["text"] == text]


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
