"""One script tag on somebody else's site."""
from __future__ import annotations

from typing import Callable

import pytest
from playwright.sync_api import Page, expect

from .chat import Chat

PAGE = """<!doctype html><html lang="zh"><head><meta charset="utf-8"><title>某某司法局</title><style>
* {{ font-size: 40px !important; color: rgb(255, 0, 0) !important; letter-spacing: 9px !important; }}
html {{ font-size: 4px; }} fawen-chat, div, button, textarea {{ display: none !important; }}
h2 {{ text-transform: uppercase; }}
</style></head><body><p id="mine">本站内容</p>
<script>window.shortcuts = []; document.addEventListener('keydown', (event) => window.shortcuts.push(event.key));</script>
<script type="module" src="{server}/web/widget/fawen.js" data-title="在线咨询" data-open="{open}"></script>
</body></html>"""


@pytest.fixture
def embedded(browser_page: Page, live_server: str, foreign_site: Callable[[str], str]) -> Chat:
    browser_page.goto(foreign_site(PAGE.format(server=live_server.rstrip("/"), open="false")))
    return Chat(browser_page, "在线咨询")


def test_it_opens_connects_and_answers(embedded: Chat) -> None:
    expect(embedded.window).to_be_hidden()
    embedded.launcher.click()
    expect(embedded.page.get_by_role("dialog", name="在线咨询")).to_be_visible()
    expect(embedded.input).to_be_focused()
    embedded.expect_greeting()
    embedded.ask("公司拖欠工资怎么办")


def test_a_closed_window_of_a_new_visitor_connects_nowhere(
    browser_page: Page, live_server: str, foreign_site: Callable[[str], str]
) -> None:
    sockets = []
    browser_page.on("websocket", lambda socket: sockets.append(socket.url))
    browser_page.goto(foreign_site(PAGE.format(server=live_server.rstrip("/"), open="false")))
    expect(Chat(browser_page, "在线咨询").launcher).to_be_visible()
    assert sockets == []


def test_data_open_opens_it_until_the_visitor_closes_it(
    browser_page: Page, live_server: str, foreign_site: Callable[[str], str]
) -> None:
    browser_page.goto(foreign_site(PAGE.format(server=live_server.rstrip("/"), open="true")))
    chat = Chat(browser_page, "在线咨询")
    expect(chat.window).to_be_visible()
    browser_page.get_by_role("button", name="关闭咨询窗口").click()
    browser_page.reload()
    expect(chat.launcher).to_be_visible()
    expect(chat.window).to_be_hidden()


def test_styles_leak_neither_way(embedded: Chat) -> None:
    embedded.launcher.click()
    style = "element => { const s = getComputedStyle(element); return [s.fontSize, s.color, s.letterSpacing]; }"
    expect(embedded.input).to_be_visible()
    assert embedded.input.evaluate(style) == ["16px", "rgb(26, 38, 52)", "normal"]
    assert embedded.page.locator("#mine").evaluate(style) == ["40px", "rgb(255, 0, 0)", "9px"]
    assert embedded.page.evaluate("Object.keys(window).filter((name) => /fawen/i.test(name))") == []


def test_typing_does_not_trigger_the_sites_shortcuts(embedded: Chat) -> None:
    embedded.launcher.click()
    embedded.input.press_sequentially("jk/")
    expect(embedded.input).to_have_value("jk/")
    assert embedded.page.evaluate("window.shortcuts") == []


def test_a_new_message_shows_on_the_closed_button(embedded: Chat) -> None:
    embedded.launcher.click()
    embedded.expect_greeting()
    other = embedded.page.context.new_page()
    embedded.page.keyboard.press("Escape")
    expect(embedded.window).to_be_hidden()
    other.goto(embedded.page.url)
    second = Chat(other, "在线咨询")
    second.launcher.click()
    second.expect_greeting()
    second.ask("你好")
    expect(embedded.page.get_by_role("button", name="条未读消息")).to_be_visible()
