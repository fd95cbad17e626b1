"""Two people on two pages: a citizen asks, the seat answers with the assistant's help, and the record is kept."""
from __future__ import annotations

from typing import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from .chat import ANSWER_TIMEOUT_MS
from .citizen import Citizen
from .console import Console
from .seat import PASSWORD, USERNAME


@pytest.fixture
def console(new_context: Callable[..., BrowserContext], seat_server: str) -> Console:
    """The seat's own browser, online."""
    console = Console(new_context().new_page())
    console.log_in(seat_server, USERNAME, PASSWORD)
    console.status("在线")
    return console


def test_a_citizen_is_helped_from_the_first_question_to_the_record(citizen: Citizen, console: Console) -> None:
    question = "老板拖了我三个月工资不给咋办"
    expect(citizen.ask(question)).to_contain_text("工资")
    citizen.queue()

    console.accept()
    expect(citizen.bar).to_contain_text("张工 正在为您服务")
    expect(console.log).to_contain_text(question)
    expect(console.log).to_contain_text("转人工")

    expect(console.card("拖欠工资").first).to_be_visible(timeout=ANSWER_TIMEOUT_MS)
    console.page.keyboard.press("Alt+z")
    expect(console.input).not_to_have_value("")
    suggested = console.input.input_value()
    console.input.press("Control+Home")
    console.input.press_sequentially("您好，我是张工。")
    console.input.press("Enter")
    expect(citizen.from_seat).to_contain_text([f"您好，我是张工。{suggested[:12]}"])

    citizen.say("一共两万四<script>document.title = '改掉了'</script>")
    expect(console.log).to_contain_text("一共两万四<script>")
    expect(console.page).not_to_have_title("改掉了")

    console.end("已告知先向劳动监察投诉，并备好工资记录。")
    expect(citizen.bar).to_be_hidden()
    citizen.star(5).check(force=True)  # the star is drawn by its label
    citizen.submit.click()
    expect(citizen.notices.last).to_contain_text("您已评价：5 分")
    expect(citizen.from_bot.last).to_contain_text("谢谢您的评价")

    expect(citizen.ask("离婚需要什么手续")).to_contain_text("离婚")

    record = console.open_ledger()
    expect(record).to_contain_text("劳动纠纷")
    expect(record).to_contain_text("已告知先向劳动监察投诉")
    expect(record).to_contain_text("张工")
    expect(record).to_contain_text("5 分")


def test_a_wrong_citation_is_told_before_it_is_sent(citizen: Citizen, console: Console) -> None:
    citizen.queue()
    console.accept()
    wrong = "依据《中华人民共和国劳动合同法》第九百条处理。"
    console.input.fill(wrong)
    console.input.press("Enter")
    expect(console.page.get_by_text("确定要发送，请再按一次 Enter")).to_be_visible()
    expect(citizen.from_seat).to_have_count(0)
    console.input.press("Enter")
    expect(citizen.from_seat).to_contain_text([wrong])
    console.end("")


def test_a_second_tab_of_the_seat_shows_the_same(citizen: Citizen, console: Console) -> None:
    page = console.page.context.new_page()
    page.goto(console.page.url)
    tab = Console(page)
    citizen.queue()
    console.page.bring_to_front()
    console.accept()
    tab.mine.get_by_role("button").first.click()
    expect(tab.log).to_contain_text("转人工")
    console.say("您好，请讲")
    expect(tab.log).to_contain_text("您好，请讲")
    tab.say("我在另一个窗口")
    expect(console.log).to_contain_text("我在另一个窗口")
    expect(citizen.from_seat).to_contain_text(["您好，请讲", "我在另一个窗口"])
    console.end("")
    expect(tab.mine).not_to_contain_text("转人工")
