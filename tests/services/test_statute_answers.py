from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.statute_answers import StatuteAnswers
from bot.statutes import numerals


@pytest.fixture(scope="module")
def answers(real_store) -> StatuteAnswers:
    return StatuteAnswers(real_store)


@pytest.mark.parametrize(
    ("question", "cited"),
    [
        ("劳动合同法第39条是什么", ["劳动合同法", "第三十九条"]),
        ("《民法典》第一千零七十九条第二款怎么规定的？", ["民法典", "第一千零七十九条"]),
        ("刑法133条之一", ["刑法", "第一百三十三条之一"]),
        ("帮我查一下消法55条的原文", ["消费者权益保护法", "第五十五条"]),
        ("中华人民共和国刑法第二百六十四条内容", ["刑法", "第二百六十四条"]),
        ("劳动合同法 第 ３９ 条 规定了什么", ["劳动合同法", "第三十九条"]),
    ],
)
def test_an_article_asked_for_is_quoted_from_the_store(answers, real_store, question, cited):
    reply = answers.reply(question)
    assert reply is not None
    assert reply.citations == [cited]
    article = real_store.find(*cited)
    assert article.text in reply.text
    assert "现行有效" in reply.text
    assert reply.kind == "statute"
    assert reply.shown["items"][0]["text"] == article.text


def test_several_articles_at_once(answers):
    reply = answers.reply("劳动合同法第三十六条、第四十一条是什么")
    assert reply is not None
    assert reply.citations == [["劳动合同法", "第三十六条"], ["劳动合同法", "第四十一条"]]


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("合同法第52条还有效吗", ["2021-01-01", "《民法典》第一千二百六十条"]),
        ("噪声污染防治法第二条", ["2026-08-15", "《生态环境法典》第一千二百四十二条"]),
        ("继承法第十条", ["2021-01-01", "《民法典》"]),
    ],
)
def test_a_repealed_article_is_told_and_never_quoted(answers, question, told):
    reply = answers.reply(question)
    assert reply is not None
    assert all(part in reply.text for part in ["废止", *told])
    assert reply.citations == []
    assert reply.shown["items"] == []


def test_an_article_that_only_the_coming_text_has(answers, real_store):
    numbers = [numerals.article_number(number) for number in range(1, 120)]
    next_year = dt.date(2027, 1, 1)
    number = next(
        (n for n in numbers if not real_store.find("商标法", n) and real_store.find("商标法", n, next_year)), None
    )
    if number is None:
        pytest.skip("the coming 商标法 has no article beyond today's")
    reply = answers.reply(f"商标法{number}是什么")
    assert reply is not None
    assert "尚未施行" in reply.text and "2027-01-01" in reply.text
    assert reply.citations == []


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("劳动合同法第九百条是什么", "《劳动合同法》里没有第九百条"),
        ("《快递暂行条例》第二十七条是什么", "没有查到《快递暂行条例》第二十七条"),
    ],
)
def test_what_is_not_in_the_store_is_not_made_up(answers, question, told):
    reply = answers.reply(question)
    assert reply is not None
    assert reply.text.startswith(told)
    assert reply.citations == []


@pytest.mark.parametrize(
    "question",
    [
        "",
        "老板不给工资怎么办",
        "第三十九条是什么",
        "老板说按劳动合同法第三十九条把我开除了，一分钱不赔，我在厂里干了八年，该怎么办",
    ],
)
def test_other_questions_are_left_to_the_consultation(answers, question):
    assert answers.reply(question) is None


PIECES = st.sampled_from([*"第条款项之一十百9 ，？", "刑法", "《民法典》", "合同法", "是什么", "甲法"])


@given(st.text() | st.lists(PIECES, max_size=12).map("".join))
def test_any_question_is_taken_without_raising(answers, question):
    reply = answers.reply(question)
    assert reply is None or reply.text
