"""Asking and being answered: what a visitor sees on the demo page."""
from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from .chat import ANSWER_TIMEOUT_MS, Chat
from .line import Line

WAGES = "公司拖欠工资怎么办"
HOSTILE = "<img src=x onerror=\"document.title='hacked'\"><script>document.title='hacked'</script>"


def test_an_answer_cites_law_that_unfolds(chat: Chat) -> None:
    chat.ask(WAGES)
    citation = chat.log.get_by_role("group").filter(has_text="《").first
    article = citation.get_by_role("paragraph").first
    expect(article).to_be_hidden()
    citation.get_by_text(re.compile("《.+》第.+条")).first.click()
    expect(article).to_be_visible()
    expect(article).not_to_be_empty()
    citation.get_by_text(re.compile("《.+》第.+条")).first.click()
    expect(article).to_be_hidden()


def test_a_citation_unfolds_by_keyboard(chat: Chat) -> None:
    chat.ask(WAGES)
    citation = chat.log.get_by_role("group").filter(has_text="《").first
    citation.get_by_text(re.compile("《.+》第.+条")).first.focus()
    chat.page.keyboard.press("Enter")
    expect(citation.get_by_role("paragraph").first).to_be_visible()


def test_an_example_question_goes_into_the_window(chat: Chat) -> None:
    example = chat.page.get_by_role("button", name="公司拖欠工资怎么办？")
    example.click()
    chat.expect_delivered("公司拖欠工资怎么办？")
    expect(chat.from_bot.nth(1)).to_be_visible(timeout=ANSWER_TIMEOUT_MS)


def test_pressing_a_quick_reply_sends_its_title_and_payload(line: Line, chat: Chat) -> None:
    line.decorate_next(custom=None, buttons=[{"title": "现在转人工", "payload": "/human_handoff"}])
    chat.ask("你好")
    before = chat.from_bot.count()
    reply = chat.log.get_by_role("button", name="现在转人工")
    reply.click()
    chat.expect_delivered("现在转人工")
    expect(reply).to_be_hidden()  # answered: it can't be pressed again by mistake
    assert [frame["payload"] for frame in line.messages_sent("现在转人工")] == ["/human_handoff"]
    expect(chat.from_bot.nth(before)).to_be_visible(timeout=ANSWER_TIMEOUT_MS)


def test_markup_is_shown_literally(line: Line, chat: Chat) -> None:
    chat.ask(HOSTILE)
    line.inject(1000, text=HOSTILE, buttons=[{"title": HOSTILE, "payload": "x"}])
    line.inject(1001, custom={
        "kind": "answer", "question": HOSTILE, "answer": HOSTILE, "steps": [HOSTILE], "notice": HOSTILE,
        "legal_basis": [{"citation": HOSTILE, "text": HOSTILE, "note": HOSTILE}],
        "special_groups": [{"group": HOSTILE, "note": HOSTILE}],
    })
    expect(chat.mine(HOSTILE)).to_have_count(1)
    expect(chat.from_bot.last).to_contain_text(HOSTILE)
    expect(chat.log.locator("img, script")).to_have_count(0)
    expect(chat.page).to_have_title("法问 · 12348公共法律服务咨询")


def test_the_typing_indicator_comes_and_goes(line: Line, chat: Chat) -> None:
    expect(chat.typing).to_be_hidden()
    line.deliver({"type": "typing", "on": True})
    expect(chat.typing).to_be_visible()
    line.deliver({"type": "typing", "on": False})
    expect(chat.typing).to_be_hidden()


def test_a_long_answer_is_shown_from_its_beginning(line: Line, chat: Chat) -> None:
    line.inject(1000, text="开头\n" + "很长的回答。\n" * 80 + "结尾")
    expect(chat.from_bot.last.get_by_text("开头")).to_be_visible()
    box, log_box = chat.from_bot.last.bounding_box(), chat.window.bounding_box()
    assert box is not None and log_box is not None and box["y"] >= log_box["y"]
    more = chat.page.get_by_role("button", name="下方还有内容")
    more.click()
    expect(more).to_be_hidden()


def test_the_last_message_stays_in_view_while_the_input_grows(line: Line, chat: Chat) -> None:
    for seq in range(1000, 1012):
        line.inject(seq, text=f"第 {seq} 条")
    last = chat.from_bot.last
    expect(last.get_by_text("第 1011 条")).to_be_in_viewport()
    chat.input.fill("一行\n" * 6)
    expect(last.get_by_text("第 1011 条")).to_be_in_viewport(ratio=1)


def test_an_unknown_kind_is_shown_as_text(line: Line, chat: Chat) -> None:
    for seq, kind in enumerate(["something_new", "toString", None], start=1000):
        line.inject(seq, text=f"文字说明 {seq}", custom={"kind": kind, "answer": "不该出现"})
        expect(chat.from_bot.last).to_contain_text(f"文字说明 {seq}")
    expect(chat.log).not_to_contain_text("不该出现")


def test_a_guide_lists_materials_and_only_real_numbers_become_links(line: Line, chat: Chat) -> None:
    line.inject(1000, text="指南", custom={
        "kind": "guide", "title": "申请法律援助", "summary": "经济困难的公民可以申请。",
        "sections": [{"heading": "需要的材料", "items": ["身份证"]}], "legal_basis": [],
        "hotlines": ["12348", "javascript:alert(1)", "12", "1234567890123", {"number": "12345", "name": "政务热线"}],
    })
    guide = chat.from_bot.last
    expect(guide.get_by_role("heading", name="需要的材料")).to_be_visible()
    expect(guide.get_by_role("listitem")).to_have_text("身份证")
    links = guide.get_by_role("link")
    expect(links).to_have_count(2)
    expect(links.first).to_have_attribute("href", "tel:12348")
    expect(guide).to_contain_text("javascript:alert(1)")


def test_an_emergency_is_loud(line: Line, chat: Chat) -> None:
    line.inject(1000, text="请拨打110", custom={
        "kind": "emergency", "text": "请先保证人身安全", "hotlines": [{"number": "110", "name": "报警"}], "advice": ["离开现场"],
    })
    alert = chat.log.get_by_role("alert")
    expect(alert).to_contain_text("请先保证人身安全")
    call = alert.get_by_role("link", name="拨打 110 报警")
    expect(call).to_have_attribute("href", "tel:110")
    box = call.bounding_box()
    assert box is not None and box["height"] >= 44


def test_a_statute_shows_the_article_and_its_validity(line: Line, chat: Chat) -> None:
    line.inject(1000, text="条文", custom={"kind": "statute", "notice": "以国家法律法规数据库为准", "items": [
        {"law": "民法典", "article": "第一条", "citation": "《民法典》第一条", "text": "甲。\n乙。", "note": "现行有效"}]})
    statute = chat.from_bot.last
    expect(statute.get_by_text("现行有效")).to_be_hidden()
    statute.get_by_text("《民法典》第一条").click()
    expect(statute.get_by_text("甲。\n乙。")).to_be_visible()
    expect(statute.get_by_text("现行有效")).to_be_visible()


@pytest.mark.parametrize("custom", [
    {"kind": "answer"}, {"kind": "guide", "sections": [None, 3], "hotlines": {}}, {"kind": "statute", "items": "x"},
    {"kind": "emergency", "hotlines": [None], "advice": [{}]}, [], "x",
])
def test_malformed_frames_break_nothing(line: Line, chat: Chat, custom: object) -> None:
    line.inject(1000, text="畸形", custom=custom, buttons=[None, {"title": 5}, "x"])
    line.inject(1001, text="之后的消息")
    expect(chat.from_bot.last).to_contain_text("之后的消息")


def test_starting_anew_clears_the_conversation_after_asking(chat: Chat) -> None:
    chat.ask("第一次的问题")
    chat.page.get_by_role("button", name="重新开始").click()
    dialog = chat.page.get_by_role("dialog", name="要重新开始吗？")
    dialog.get_by_role("button", name="取消").click()
    expect(chat.mine("第一次的问题")).to_have_count(1)
    chat.page.get_by_role("button", name="重新开始").click()
    dialog.get_by_role("button", name="重新开始").click()
    expect(chat.mine("第一次的问题")).to_have_count(0)
    chat.expect_greeting()
    chat.page.reload()
    chat.expect_greeting()
    expect(chat.mine("第一次的问题")).to_have_count(0)


def test_the_demo_page_says_what_it_is(browser_page: Page, live_server: str) -> None:
    browser_page.goto(live_server)
    expect(browser_page).to_have_title("法问 · 12348公共法律服务咨询")
    expect(browser_page.get_by_role("note")).to_have_text("本服务提供法律信息，不构成律师意见；紧急情况请直接拨打110、120")
    browser_page.get_by_text("把咨询窗口放到您的网站").click()
    expect(browser_page.get_by_label("嵌入代码")).to_contain_text(f"{live_server.rstrip('/')}/web/widget/fawen.js")
