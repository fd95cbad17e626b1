from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.text.normalize import clean, has_words, normalize


@pytest.mark.parametrize(
    ("typed", "form"),
    [
        ("勞動合同糾紛", "劳动合同纠纷"),
        ("離婚後孩子歸誰撫養", "离婚后孩子归谁抚养"),
        ("ＡＢＣ１２３", "ABC123"),
        ("工资３０００元（税后）？", "工资3000元(税后)?"),
        ("  老板\t不给\n\n工资  ", "老板 不给 工资"),
        ("救命！！！！！！", "救命!"),
        ("", ""),
        ("\u200b\ufeff", ""),
    ],
)
def test_normal_form(typed, form):
    assert normalize(typed) == form


def test_control_and_invisible_characters_are_dropped():
    assert clean("老\u0000板\u0007\u200b不\u202e给\ufeff钱\u007f") == "老板不给钱"


def test_line_breaks_and_tabs_stay():
    assert clean("一\r\n二\r三\t四") .replace("\n\n", "\n") == "一\n二\n三\t四"


def test_lone_surrogates_are_dropped():
    assert clean("老板\ud83d跑了\udfff") == "老板跑了"
    normalize("\ud800" * 5).encode("utf-8")


def test_emoji_stay():
    assert clean("老板跑了😭") == "老板跑了😭"


def test_typos_are_mended():
    from bot.text.lexicon import load_lexicon

    for wrong, right in load_lexicon().typos.items():
        assert normalize(wrong) == normalize(right), wrong


@given(st.text())
@example("！ ！ ！")
@example("\u3000…………\u3000")
@example("㍿㍻㍼㋿")
@example("﷽ﷺ")
def test_normalizing_twice_changes_nothing(text):
    once = normalize(text)
    assert normalize(once) == once


@given(st.lists(st.sampled_from([*"离婚後歸工資着著干乾里裏髮發！!？ ．｡．…。\u200b\ufe0f", "资", "公司"]), max_size=20).map("".join))
def test_normalizing_chinese_twice_changes_nothing(text):
    once = normalize(text)
    assert normalize(once) == once


@given(st.text(alphabet=st.characters()))
def test_cleaned_text_can_be_stored_and_sent(text):
    cleaned = clean(text)
    cleaned.encode("utf-8")
    assert "\x00" not in cleaned
    assert cleaned == cleaned.strip()
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize("text", ["老板", "a", "７", "😭3", "é", "…法"])
def test_letters_and_digits_are_words(text):
    assert has_words(text)


@pytest.mark.parametrize("text", ["", "   ", "😭😭", "？！。", "👨‍👩‍👧", "——", "\u200b"])
def test_emoji_and_punctuation_are_none(text):
    assert not has_words(text)
