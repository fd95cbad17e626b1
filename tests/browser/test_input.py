"""Typing, keys, focus, type size, small screens."""
from __future__ import annotations

from typing import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from .chat import Chat
from .line import Line

COMPOSING_ENTER = """(field, init) => field.dispatchEvent(
    new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true, composed: true, ...init }))"""


def test_enter_sends_and_shift_enter_breaks_the_line(chat: Chat) -> None:
    chat.input.press_sequentially("第一行")
    chat.input.press("Shift+Enter")
    chat.input.press_sequentially("第二行")
    expect(chat.input).to_have_value("第一行\n第二行")
    chat.input.press("Enter")
    expect(chat.input).to_have_value("")
    expect(chat.mine("第一行").get_by_text("第一行\n第二行")).to_be_visible()


@pytest.mark.parametrize("init", [{"isComposing": True}, {"keyCode": 229}], ids=["isComposing", "keyCode-229"])
def test_enter_within_an_ime_composition_does_not_send(line: Line, chat: Chat, init: dict) -> None:
    chat.input.fill("gongzi")
    chat.input.evaluate(COMPOSING_ENTER, init)
    expect(chat.input).to_have_value("gongzi")
    expect(chat.mine("gongzi")).to_have_count(0)
    chat.input.press("Enter")
    expect(chat.mine("gongzi")).to_have_count(1)


def test_blank_text_is_not_sent(line: Line, chat: Chat) -> None:
    chat.input.fill("  \n ")
    chat.page.get_by_role("button", name="发送").click()
    assert not [frame for frame in line.sent if frame["type"] == "message"]
    expect(chat.input).to_be_focused()


def test_too_long_a_text_is_counted_explained_and_kept(line: Line, chat: Chat) -> None:
    chat.input.fill("问" * 2001)
    expect(chat.page.get_by_text("2001 / 2000 字")).to_be_visible()
    expect(chat.page.get_by_text("超出 1 字")).to_be_visible()
    expect(chat.input).to_have_attribute("aria-invalid", "true")
    chat.input.press("Enter")
    expect(chat.input).to_have_value("问" * 2001)
    assert not [frame for frame in line.sent if frame["type"] == "message"]
    chat.input.fill("问" * 2000)
    expect(chat.page.get_by_text("超出")).to_be_hidden()


def test_a_draft_survives_a_reload(chat: Chat) -> None:
    chat.input.fill("写到一半")
    chat.page.reload()
    expect(chat.input).to_have_value("写到一半")


def test_escape_closes_and_focus_comes_back(chat: Chat) -> None:
    chat.input.focus()
    chat.page.keyboard.press("Escape")
    expect(chat.window).to_be_hidden()
    expect(chat.launcher).to_be_focused()
    chat.page.keyboard.press("Enter")
    expect(chat.window).to_be_visible()
    expect(chat.input).to_be_focused()


def test_escape_in_the_restart_question_only_closes_the_question(chat: Chat) -> None:
    chat.page.get_by_role("button", name="重新开始").click()
    question = chat.page.get_by_role("dialog", name="要重新开始吗？")
    expect(question).to_be_visible()
    chat.page.keyboard.press("Escape")
    expect(question).to_be_hidden()
    expect(chat.window).to_be_visible()


def test_every_control_is_reached_by_tab(chat: Chat) -> None:
    chat.page.get_by_role("button", name="大字版").focus()
    for name in ["重新开始", "关闭咨询窗口"]:
        chat.page.keyboard.press("Tab")
        expect(chat.page.get_by_role("button", name=name)).to_be_focused()
    chat.page.keyboard.press("Tab")
    expect(chat.log).to_be_focused()


def test_the_log_is_announced_politely(chat: Chat) -> None:
    expect(chat.log).to_have_attribute("aria-live", "polite")
    chat.page.reload()
    chat.expect_greeting()
    expect(chat.log).to_have_attribute("aria-live", "polite")


def test_large_type_is_remembered(chat: Chat) -> None:
    size = "element => parseFloat(getComputedStyle(element).fontSize)"
    normal = chat.input.evaluate(size)
    toggle = chat.page.get_by_role("button", name="大字版")
    toggle.click()
    expect(toggle).to_have_attribute("aria-pressed", "true")
    assert chat.input.evaluate(size) >= normal * 1.25
    chat.page.reload()
    expect(toggle).to_have_attribute("aria-pressed", "true")
    assert chat.input.evaluate(size) >= normal * 1.25
    toggle.click()
    chat.page.reload()
    expect(toggle).to_have_attribute("aria-pressed", "false")


@pytest.mark.parametrize("large", [False, True], ids=["normal", "large-type"])
@pytest.mark.parametrize("width,height", [(360, 640), (390, 844)])
def test_a_phone_shows_a_full_sheet_without_sideways_scrolling(
    new_context: Callable[..., BrowserContext], live_server: str, width: int, height: int, large: bool
) -> None:
    page = new_context(viewport={"width": width, "height": height}, is_mobile=True, has_touch=True).new_page()
    page.goto(live_server)
    chat = Chat(page)
    chat.expect_greeting()
    if large:
        page.get_by_role("button", name="大字版").tap()
    chat.ask("公司拖欠工资怎么办")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert chat.log.evaluate("log => log.parentElement.scrollWidth - log.parentElement.clientWidth") <= 0
    expect(chat.input).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("button", name="发送")).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("button", name="关闭咨询窗口")).to_be_in_viewport(ratio=1)
    box = chat.window.bounding_box()
    assert box == {"x": 0, "y": 0, "width": width, "height": height}


def test_on_a_phone_tab_stays_inside_the_sheet(new_context: Callable[..., BrowserContext], live_server: str) -> None:
    page = new_context(viewport={"width": 390, "height": 844}).new_page()
    page.goto(live_server)
    chat = Chat(page)
    chat.expect_greeting()
    page.get_by_role("button", name="发送").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="大字版")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="发送")).to_be_focused()


def test_reduced_motion_is_respected(new_context: Callable[..., BrowserContext], live_server: str) -> None:
    page: Page = new_context(reduced_motion="reduce").new_page()
    page.goto(live_server)
    chat = Chat(page)
    chat.expect_greeting()
    animations = page.evaluate("document.querySelector('fawen-chat').shadowRoot.getAnimations().length")
    assert animations == 0
