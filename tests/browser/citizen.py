"""The chat window of a citizen who wants a person."""
from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from .chat import ANSWER_TIMEOUT_MS, Chat


class Citizen(Chat):
    """The chat window of someone who wants a person."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.bar = page.get_by_role("group", name="人工服务", exact=True)
        self.notices = self.messages.filter(has_text=re.compile("^系统提示："))
        self.from_seat = self.messages.filter(has_text=re.compile("^张工"))
        self.seat_typing = page.get_by_text("张工正在输入…")
        self.submit = page.get_by_role("button", name="提交")

    def button(self, name: str) -> Locator:
        """A button of the line above the input."""
        return self.bar.get_by_role("button", name=name)

    def star(self, score: int) -> Locator:
        return self.page.get_by_role("radio", name=re.compile(f"^{score} 分"))

    def queue(self) -> None:
        """Ask for a person and wait until the window says so."""
        self.say("转人工")
        expect(self.bar).to_contain_text("正在转人工", timeout=ANSWER_TIMEOUT_MS)

    def end(self) -> None:
        """End the session and agree to it."""
        self.button("结束").click()
        self.page.get_by_role("dialog", name="要结束人工服务吗？").get_by_role("button", name="结束").click()
        expect(self.bar).to_be_hidden()
