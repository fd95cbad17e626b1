from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from bot.services.quotes import FOLD_AT, folded, legal_basis_text, quote, validity_note
from bot.statutes.model import Article, Period

DAY = dt.date(2020, 1, 1)


def article(text: str) -> Article:
    return Article(1, "劳动法", "第五十条", text, "", Period(DAY), DAY)


def test_a_quote_is_the_text_of_the_store(real_store):
    found = real_store.find("劳动合同法", "第三十条")
    assert found is not None
    shown = quote(found, real_store)
    assert shown == {
        "law": "劳动合同法",
        "article": "第三十条",
        "citation": "《劳动合同法》第三十条",
        "text": found.text,
        "note": "现行有效 · 2012-12-28 公布",
    }


def test_a_text_soon_to_be_replaced_says_when(real_store):
    found = real_store.find("商标法", "第一条")
    assert found is not None
    assert validity_note(found, real_store) == "现行有效 · 2019-04-23 公布 · 2027-01-01 起由新文本取代"


def test_a_text_not_yet_in_force_says_from_when(real_store):
    found = real_store.find("商标法", "第一条", dt.date(2027, 1, 1))
    assert found is not None
    assert validity_note(found, real_store) == "尚未施行 · 2026-06-26 公布 · 2027-01-01 起施行"


def test_a_repealed_text_says_since_when(real_store):
    [found] = real_store.find_any("噪声污染防治法", "第一条")
    assert validity_note(found, real_store) == "已废止 · 2021-12-24 公布 · 2026-08-15 起失效"


def test_a_short_article_is_shown_whole_in_one_paragraph():
    assert folded(article("第一款。\n第二款。")) == "《劳动法》第五十条：第一款。第二款。"


def test_a_long_article_is_cut_at_a_sentence():
    shown = folded(article("用人单位应当按时发工资。" * 20))
    assert shown.endswith("工资。……")
    assert len(shown) <= FOLD_AT + 20


@given(st.text(alphabet=st.sampled_from("法工资，。；：\n、"), max_size=400))
def test_folding_keeps_the_beginning_and_the_limit(text):
    shown = folded(article(text))
    body = shown[len("《劳动法》第五十条：") :]
    plain = text.replace("\n", "")
    if len(plain) <= FOLD_AT:
        assert body == plain
    else:
        assert body.endswith("……")
        assert plain.startswith(body[: -len("……")])
        assert len(body) <= FOLD_AT + 2
    assert "\n" not in shown


def test_the_block_of_a_plain_answer():
    assert legal_basis_text([]) == ""
    assert legal_basis_text([article("一。"), article("二。")]) == (
        "法律依据：\n《劳动法》第五十条：一。\n《劳动法》第五十条：二。"
    )
