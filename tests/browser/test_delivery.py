"""No message is lost, none appears twice: reloads, broken lines, several tabs, no storage."""
from __future__ import annotations

from playwright.sync_api import Page, expect

from .chat import ANSWER_TIMEOUT_MS, Chat
from .line import Line

LOST = "连接断开，正在重连…"
BLOCK_STORAGE = """for (const kind of ['localStorage', 'sessionStorage'])
    Object.defineProperty(window, kind, { get() { throw new DOMException('denied', 'SecurityError'); } });"""


def texts(chat: Chat) -> list[str]:
    return chat.messages.all_inner_texts()


def test_a_reload_resumes_without_duplicates(chat: Chat) -> None:
    chat.ask("公司拖欠工资怎么办")
    chat.ask("谢谢")
    before = chat.messages.count()
    shown = texts(chat)
    for _ in range(2):
        chat.page.reload()
        expect(chat.messages).to_have_count(before)
        expect(chat.messages).to_have_text(shown, use_inner_text=True)


def test_a_message_said_offline_is_sent_once_after_reconnecting(line: Line, chat: Chat) -> None:
    line.cut()
    expect(chat.page.get_by_text(LOST)).to_be_visible()
    bot_before = chat.from_bot.count()
    chat.say("断线时说的话")
    expect(chat.mine("断线时说的话")).to_contain_text("发送中")
    line.mend()
    chat.page.get_by_role("button", name="立即重连").click()
    chat.expect_delivered("断线时说的话")
    expect(chat.page.get_by_text(LOST)).to_be_hidden()
    expect(chat.from_bot.nth(bot_before)).to_be_visible(timeout=ANSWER_TIMEOUT_MS)
    assert len(line.messages_sent("断线时说的话")) == 1


def test_a_message_whose_confirmation_got_lost_is_stored_once(line: Line, chat: Chat) -> None:
    line.lose_replies = True
    chat.say("确认丢失的话")
    expect(chat.mine("确认丢失的话")).to_contain_text("发送中")
    line.cut()
    expect(chat.page.get_by_text(LOST)).to_be_visible()
    line.mend()
    chat.expect_delivered("确认丢失的话")  # reconnects by itself
    sent = line.messages_sent("确认丢失的话")
    assert len({frame["id"] for frame in sent}) == 1
    chat.ask("下一个问题")
    chat.page.reload()
    expect(chat.mine("下一个问题")).to_have_count(1)
    expect(chat.mine("确认丢失的话")).to_have_count(1)


def test_an_unsent_message_survives_a_reload(line: Line, chat: Chat) -> None:
    line.cut()
    expect(chat.page.get_by_text(LOST)).to_be_visible()
    chat.say("重新载入之前的话")
    chat.page.reload()
    expect(chat.mine("重新载入之前的话")).to_contain_text("发送中")
    line.mend()
    chat.expect_delivered("重新载入之前的话")
    expect(chat.mine("重新载入之前的话")).to_have_count(1)


def test_coming_back_online_reconnects_at_once(line: Line, chat: Chat) -> None:
    line.cut()
    expect(chat.page.get_by_text(LOST)).to_be_visible()
    line.mend()
    chat.page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(chat.page.get_by_text(LOST)).to_be_hidden(timeout=2_000)


def test_the_network_goes_and_comes_back(chat: Chat) -> None:
    chat.page.context.set_offline(True)
    expect(chat.page.get_by_text(LOST)).to_be_visible(timeout=10_000)
    chat.say("没有网络时说的话")
    expect(chat.mine("没有网络时说的话")).to_contain_text("发送中")
    chat.page.context.set_offline(False)
    chat.expect_delivered("没有网络时说的话")
    expect(chat.page.get_by_text(LOST)).to_be_hidden()


def test_messages_arriving_while_away_are_fetched(line: Line, chat: Chat) -> None:
    other = chat.page.context.new_page()
    other.goto(chat.page.url)
    second = Chat(other)
    second.expect_greeting()
    line.cut()
    second.ask("另一个页面上问的话")
    line.mend()
    expect(chat.mine("另一个页面上问的话")).to_have_count(1, timeout=ANSWER_TIMEOUT_MS)
    expect(chat.messages).to_have_count(second.messages.count())


def test_two_tabs_show_the_same_conversation(chat: Chat) -> None:
    page = chat.page.context.new_page()
    page.goto(chat.page.url)
    second = Chat(page)
    second.expect_greeting()
    chat.ask("第一个页面问的话")
    expect(second.mine("第一个页面问的话")).to_have_count(1)
    second.ask("第二个页面问的话")
    expect(chat.mine("第二个页面问的话")).to_have_count(1)
    expect(chat.messages).to_have_text(texts(second), use_inner_text=True)


def test_starting_anew_in_one_tab_starts_anew_in_the_other(chat: Chat) -> None:
    page = chat.page.context.new_page()
    page.goto(chat.page.url)
    second = Chat(page)
    second.expect_greeting()
    chat.ask("旧的对话")
    expect(second.mine("旧的对话")).to_have_count(1)
    second.page.get_by_role("button", name="重新开始").click()
    second.page.get_by_role("dialog").get_by_role("button", name="重新开始").click()
    expect(chat.mine("旧的对话")).to_have_count(0)
    second.ask("新的对话")
    expect(chat.mine("新的对话")).to_have_count(1)


def test_a_conversation_the_server_no_longer_has_starts_clean(chat: Chat) -> None:
    chat.ask("早先的问题")
    chat.page.evaluate("""() => {
        const key = Object.keys(localStorage).find((name) => name.endsWith(':conversation'));
        localStorage.setItem(key, JSON.stringify({ id: 'no-such-conversation', token: 'x', lastSeq: 9 }));
    }""")
    chat.page.reload()
    chat.expect_greeting()
    expect(chat.mine("早先的问题")).to_have_count(0)
    chat.ask("新的问题")


def test_it_works_without_storage(browser_page: Page, live_server: str) -> None:
    browser_page.add_init_script(BLOCK_STORAGE)
    browser_page.goto(live_server)
    chat = Chat(browser_page)
    chat.expect_greeting()
    chat.ask("没有存储也能问")


def test_a_refused_message_can_be_taken_back(line: Line, chat: Chat) -> None:
    line.lose_replies = True
    chat.say("会被拒绝的话")
    expect(chat.mine("会被拒绝的话")).to_contain_text("发送中")
    line.refuse("会被拒绝的话", "bad_request", "这条消息无法处理")
    failed = chat.mine("会被拒绝的话")
    expect(failed).to_contain_text("这条消息无法处理")
    expect(failed.get_by_role("button", name="重新发送")).to_be_visible()
    failed.get_by_role("button", name="取回修改").click()
    expect(chat.input).to_have_value("会被拒绝的话")
    expect(chat.input).to_be_focused()
    expect(failed).to_have_count(0)
