from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.statutes import numerals

FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (1, "一"),
        (10, "十"),
        (12, "十二"),
        (20, "二十"),
        (100, "一百"),
        (101, "一百零一"),
        (110, "一百一十"),
        (1000, "一千"),
        (1010, "一千零一十"),
        (1079, "一千零七十九"),
        (1260, "一千二百六十"),
    ],
)
def test_numbers_are_written_as_statutes_write_them(number, written):
    assert numerals.to_chinese(number) == written
    assert numerals.to_int(written) == number


def test_every_number_up_to_two_thousand_comes_back_from_every_way_of_writing_it():
    for number in range(1, 2001):
        arabic = str(number)
        for text in (numerals.to_chinese(number), arabic, arabic.translate(FULL_WIDTH), f" {arabic} "):
            assert numerals.to_int(text) == number, text


def test_two_has_two_signs_and_zero_has_two():
    assert numerals.to_int("两百") == 200
    assert numerals.to_int("一百〇一") == 101


@pytest.mark.parametrize("text", ["", " ", "零", "0", "10000", "-3", "3.5", "负三", "十十", "百", "条", "abc", "²"])
def test_what_is_no_number_from_1_to_9999_is_none(text):
    assert numerals.to_int(text) is None


@given(st.text() | st.text(alphabet=numerals.CHINESE_DIGITS + "万亿点负廿0１ ", max_size=12))
def test_reading_never_raises_and_stays_in_range(text):
    value = numerals.to_int(text)
    assert value is None or 1 <= value <= numerals.LARGEST


@pytest.mark.parametrize("number", [0, -1, 10000])
def test_writing_refuses_what_no_article_is_numbered(number):
    with pytest.raises(ValueError):
        numerals.to_chinese(number)


def test_article_number_with_and_without_suffix():
    assert numerals.article_number(38) == "第三十八条"
    assert numerals.article_number(133, 1) == "第一百三十三条之一"
    assert numerals.article_number(120, 12) == "第一百二十条之十二"
