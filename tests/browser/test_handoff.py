"""From the bot to a person and back: what a citizen sees while a seat works at the other end."""
from __future__ import annotations

from typing import Any, Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from .chat import ANSWER_TIMEOUT_MS, Chat
from .citizen import Citizen
from .line import Line
from .seat import PASSWORD, USERNAME, Seat

TITLE = "法问 · 12348公共法律服务咨询"
RATING = {"role": "system", "text": "张工已结束本次人工服务。", "custom": {"kind": "session_rating", "handoff_id": 1}}
EMBEDDED = """<!doctype html><html lang="zh"><head><meta charset="utf-8"><title>某某司法局</title></head><body>
<script type="module" src="{server}/web/widget/fawen.js" data-open="true"></script></body></html>"""


@pytest.fixture
def seat(seat_server: str) -> Iterator[Seat]:
    """The seat, online."""
    with Seat(seat_server, USERNAME, PASSWORD) as seat:
        seat.status("online")
        yield seat
        seat.finish()


@pytest.fixture
def session(citizen: Citizen, seat: Seat) -> str:
    """The seat has taken the citizen; the conversation's id."""
    citizen.queue()
    conversation = seat.accept()
    expect(citizen.bar).to_contain_text("张工 正在为您服务")
    return conversation


@pytest.fixture
def window(line: Line, chat: Chat) -> Citizen:
    """A window that gets its frames from the test."""
    return Citizen(chat.page)


def handoff(**fields: Any) -> dict[str, Any]:
    return {
        "type": "handoff", "state": "waiting", "ahead": 0, "wait_minutes": None, "staffed": False, "seat": None,
        "urgent": False, **fields,
    }


def typing_frames(line: Line) -> list[bool]:
    return [frame["on"] for frame in line.sent if frame["type"] == "typing"]


# --- waiting


def test_the_bar_follows_the_queue_until_the_citizen_leaves_it(citizen: Citizen, seat: Seat) -> None:
    expect(citizen.bar).to_be_hidden()
    citizen.queue()
    expect(citizen.bar).to_contain_text("马上就来")
    expect(citizen.log.get_by_role("button", name="不等了")).to_have_count(0)  # the bar has it; once is enough
    seat.status("break")
    expect(citizen.bar).to_contain_text("现在没有工作人员在线")
    citizen.page.reload()
    expect(citizen.bar).to_contain_text("现在没有工作人员在线")
    citizen.button("不等了").click()
    citizen.expect_delivered("不等了")
    expect(citizen.bar).to_be_hidden()
    expect(citizen.from_bot.last).to_contain_text("已取消排队")
    seat.wait_for(lambda frame: frame["type"] == "state" and not frame["queue"])


def test_who_waits_can_leave_a_number_instead(citizen: Citizen, seat: Seat) -> None:
    citizen.queue()
    citizen.button("留电话").click()
    citizen.expect_delivered("留电话")
    expect(citizen.from_bot.last).to_contain_text("手机号", timeout=ANSWER_TIMEOUT_MS)


@pytest.mark.parametrize(
    ("frame", "shown"),
    [
        (handoff(ahead=2, wait_minutes=6, staffed=True), "正在转人工 · 前面还有 2 位 · 约 6 分钟"),
        (handoff(wait_minutes=3, staffed=True), "正在转人工 · 下一位就是您 · 约 3 分钟"),
        (handoff(ahead=1, wait_minutes=0, staffed=True), "正在转人工 · 马上就来"),
        (handoff(ahead=1), "已排队 · 现在没有工作人员在线 · 前面还有 1 位 · 一上线就会接您"),
        (handoff(wait_minutes=0, staffed=True, urgent=True), "紧急求助，优先接听 · 马上就来"),
        (handoff(urgent=True), "紧急求助 · 现在没有工作人员在线 · 有危险请马上拨打 110"),
        (handoff(ahead="x", wait_minutes=-1, staffed=True), "正在转人工 · 下一位就是您"),
    ],
)
def test_the_bar_says_what_is_known(line: Line, window: Citizen, frame: dict[str, Any], shown: str) -> None:
    line.deliver(frame)
    expect(window.bar.get_by_role("status")).to_have_text(shown)
    line.deliver(handoff(state="left"))
    expect(window.bar).to_be_hidden()


def test_the_bar_fits_a_small_phone(line: Line, window: Citizen) -> None:
    window.page.set_viewport_size({"width": 320, "height": 568})
    line.deliver(handoff(ahead=12, wait_minutes=45, staffed=True))
    for name in ("不等了", "留电话"):
        box = window.button(name).bounding_box()
        assert box is not None and box["height"] >= 44 and box["x"] >= 0 and box["x"] + box["width"] <= 320
    line.inject(1000, **RATING)
    line.deliver(handoff(state="ended"))
    expect(window.submit).to_be_in_viewport(ratio=1)
    assert window.page.evaluate("document.documentElement.scrollWidth") == 320
    assert window.log.evaluate("log => log.parentElement.scrollWidth === log.parentElement.clientWidth")


# --- talking


def test_words_go_both_ways_and_the_bot_keeps_out(citizen: Citizen, seat: Seat, session: str) -> None:
    expect(citizen.notices.filter(has_text="张工已接入")).to_have_count(1)
    answers = citizen.from_bot.count()
    seat.say(session, "您好，拖欠了几个月？")
    expect(citizen.from_seat).to_contain_text(["您好，拖欠了几个月？"])
    expect(citizen.from_seat).to_contain_text("工作人员")
    citizen.say("三个月，没有合同")
    citizen.expect_delivered("三个月，没有合同")
    seat.hears(session, "三个月，没有合同")
    seat.say(session, "<b>好的</b>")
    expect(citizen.from_seat.last).to_contain_text("<b>好的</b>")
    citizen.page.reload()
    expect(citizen.bar).to_contain_text("张工 正在为您服务")
    expect(citizen.from_seat).to_have_count(2)
    assert citizen.from_bot.count() == answers


def test_each_side_sees_the_other_type(citizen: Citizen, seat: Seat, session: str) -> None:
    seat.send("typing", conversation=session, on=True)
    expect(citizen.seat_typing).to_be_visible()
    seat.say(session, "请稍等")
    expect(citizen.seat_typing).to_be_hidden()
    citizen.input.press_sequentially("好")
    seat.wait_for(lambda frame: frame["type"] == "typing" and frame["on"])
    citizen.input.press("Enter")
    seat.wait_for(lambda frame: frame["type"] == "typing" and not frame["on"])
    seat.hears(session, "好")


def test_typing_is_told_rarely_and_only_to_a_person(line: Line, window: Citizen) -> None:
    window.input.press_sequentially("没有人接谈的时候")
    assert typing_frames(line) == []
    line.deliver(handoff(state="active", seat="张工", staffed=True))
    expect(window.bar).to_be_visible()
    window.input.press_sequentially("有人接谈的时候说了很多")
    assert typing_frames(line) == [True]
    window.page.wait_for_timeout(3_300)
    assert typing_frames(line) == [True, False]
    window.input.press_sequentially("又")
    line.deliver(handoff(state="ended"))
    expect(window.bar).to_be_hidden()
    assert typing_frames(line) == [True, False, True, False]


def test_a_session_ends_only_after_asking(citizen: Citizen, seat: Seat, session: str) -> None:
    citizen.button("结束").click()
    dialog = citizen.page.get_by_role("dialog", name="要结束人工服务吗？")
    dialog.get_by_role("button", name="取消").click()
    expect(citizen.bar).to_be_visible()
    expect(citizen.button("结束")).to_be_focused()
    citizen.end()
    expect(citizen.notices.last).to_contain_text("您已结束人工服务")
    seat.wait_for(lambda frame: frame["type"] == "state" and not frame["conversations"])
    citizen.ask("公司拖欠工资怎么办")  # the bot listens again


def test_a_session_the_seat_ends_asks_nothing_more(citizen: Citizen, seat: Seat, session: str) -> None:
    citizen.button("结束").click()
    dialog = citizen.page.get_by_role("dialog", name="要结束人工服务吗？")
    expect(dialog).to_be_visible()
    seat.end(session)
    expect(dialog).to_be_hidden()
    expect(citizen.bar).to_be_hidden()
    expect(citizen.star(5)).to_be_attached()
    expect(citizen.input).to_be_focused()


# --- rating


def test_a_session_is_rated_once(citizen: Citizen, seat: Seat, session: str) -> None:
    citizen.end()
    citizen.submit.click()
    expect(citizen.page.get_by_text("请先点星星")).to_be_visible()
    expect(citizen.star(1)).to_be_focused()
    for _ in range(4):
        citizen.page.keyboard.press("ArrowRight")
    expect(citizen.star(5)).to_be_checked()
    expect(citizen.page.get_by_text("5 分，非常满意", exact=True)).to_be_visible()
    citizen.page.get_by_label("想说的话").fill("讲得清楚")
    citizen.page.get_by_label("想说的话").press("Enter")
    citizen.expect_delivered("5 分：讲得清楚")
    expect(citizen.from_bot.last).to_contain_text("谢谢您的评价", timeout=ANSWER_TIMEOUT_MS)
    for _ in range(2):
        expect(citizen.notices.last).to_contain_text("您已评价：5 分，非常满意")
        expect(citizen.notices.last).to_contain_text("讲得清楚")
        expect(citizen.submit).to_have_count(0)
        citizen.page.reload()


def test_a_rating_carries_only_what_a_command_may(line: Line, window: Citizen) -> None:
    line.inject(1000, **RATING)
    window.star(2).check(force=True)  # the star is drawn by its label
    words = window.page.get_by_label("想说的话")
    words.evaluate("(field, text) => { field.value = text; }", '{说"得}  不清楚' + "啊" * 100)
    window.submit.click()
    kept = ("说 得 不清楚" + "啊" * 100)[:80]
    [sent] = line.messages_sent(f"2 分：{kept}")
    assert sent["payload"] == f"/rate_session 2 {kept}"


def test_a_rating_that_was_not_taken_can_be_given_again(line: Line, window: Citizen) -> None:
    line.inject(1000, **RATING)
    line.lose_replies = True
    window.star(4).check(force=True)
    window.submit.click()
    expect(window.notices.last).to_contain_text("您已评价：4 分，满意")
    line.refuse("4 分", "bad_request", "这条消息无法处理")
    expect(window.mine("4 分")).to_contain_text("这条消息无法处理")
    expect(window.submit).to_be_visible()
    expect(window.star(4)).to_be_checked()


def test_only_the_last_session_can_be_rated(line: Line, window: Citizen) -> None:
    line.inject(1000, **RATING)
    line.inject(1001, **RATING)
    expect(window.submit).to_have_count(1)
    line.deliver(handoff(staffed=True))
    expect(window.submit).to_have_count(0)


def test_why_an_answer_did_not_help(chat: Chat, line: Line) -> None:
    chat.ask("公司拖欠工资怎么办")
    chat.log.get_by_role("button", name="没帮助").click()
    reason = chat.log.get_by_role("button", name="答非所问")
    expect(reason).to_be_visible(timeout=ANSWER_TIMEOUT_MS)
    before = chat.from_bot.count()
    reason.click()
    chat.expect_delivered("答非所问")
    expect(chat.from_bot.nth(before)).to_be_visible(timeout=ANSWER_TIMEOUT_MS)


# --- while the citizen looks elsewhere


def hide(page: Page, hidden: bool) -> None:
    """As if the citizen had gone to another tab, or come back."""
    page.evaluate(
        """(hidden) => {
            Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
            document.dispatchEvent(new Event('visibilitychange'));
        }""",
        hidden,
    )


def test_a_persons_words_show_in_the_title_of_a_hidden_page(citizen: Citizen, seat: Seat, session: str) -> None:
    seat.say(session, "看得见的时候")
    expect(citizen.from_seat).to_have_count(1)
    expect(citizen.page).to_have_title(TITLE)
    hide(citizen.page, True)
    seat.say(session, "一")
    seat.say(session, "二")
    expect(citizen.page).to_have_title(f"(2) 新消息 · {TITLE}")
    hide(citizen.page, False)
    expect(citizen.page).to_have_title(TITLE)


def test_an_embedding_page_keeps_its_title(
    new_context: Callable[..., BrowserContext], seat_server: str, seat: Seat, foreign_site: Callable[[str], str]
) -> None:
    page = new_context().new_page()
    page.goto(foreign_site(EMBEDDED.format(server=seat_server)))
    citizen = Citizen(page)
    citizen.expect_greeting()
    citizen.queue()
    conversation = seat.accept()
    expect(citizen.bar).to_contain_text("张工 正在为您服务")
    hide(page, True)
    seat.say(conversation, "您好")
    expect(citizen.from_seat).to_have_count(1)
    expect(page).to_have_title("某某司法局")
    citizen.end()
