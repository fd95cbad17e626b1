"""The console of a seat in a browser, the way the person at the seat finds it."""
from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect


class Console:
    """The page at ``/seat/``."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.log = page.get_by_role("log", name="对话记录")
        self.input = page.get_by_label("回复市民")
        self.offers = page.get_by_role("region", name="来访提请")
        self.mine = page.get_by_role("region", name="我的对话")
        self.assistant = page.get_by_role("complementary", name="助手")
        self.end_dialog = page.get_by_role("dialog", name="结束对话")
        self.ledger = page.get_by_role("main", name="台账")

    def log_in(self, url: str, username: str, password: str) -> None:
        self.page.goto(f"{url}/seat/")
        self.page.get_by_label("账号").fill(username)
        self.page.get_by_label("密码").fill(password)
        self.page.keyboard.press("Enter")

    def say(self, text: str) -> None:
        self.input.fill(text)
        self.input.press("Enter")

    def status(self, name: str) -> None:
        """在线, 小休 and so on."""
        button = self.page.get_by_role("group", name="我的状态").get_by_role("button", name=name)
        button.click()
        expect(button).to_have_attribute("aria-pressed", "true")

    def accept(self) -> None:
        """Take whoever is offered, by the keyboard."""
        expect(self.offers).to_contain_text("接听")
        self.page.keyboard.press("Alt+a")
        expect(self.offers).to_be_hidden()
        expect(self.input).to_be_focused()

    def card(self, title: str) -> Locator:
        """A suggestion of the assistant."""
        return self.assistant.get_by_role("article", name=re.compile(title))

    def end(self, result: str) -> None:
        """End the open conversation, its matter settled, by the keyboard."""
        self.page.keyboard.press("Alt+o")
        expect(self.end_dialog).to_be_visible()
        self.page.keyboard.press("1")
        self.end_dialog.get_by_label("办理情况").fill(result)
        self.page.keyboard.press("Control+Enter")
        expect(self.end_dialog).to_be_hidden()

    def open_ledger(self) -> Locator:
        """The newest record of the ledger."""
        self.page.keyboard.press("Alt+k")
        return self.ledger.get_by_role("row").nth(1)
