"""The chat window of a page, the way a visitor finds it."""
from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

ANSWER_TIMEOUT_MS = 30_000  # the first answer may have to wait for a cold model


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
