from __future__ import annotations

import pytest

from bot.retrieval.documents import subject


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("最高人民法院关于审理民间借贷案件适用法律若干问题的规定", "民间借贷案件"),
        ("最高人民法院、最高人民检察院关于办理敲诈勒索刑事案件适用法律若干问题的解释", "敲诈勒索刑事案件"),
        ("最高人民法院关于审理专利授权确权行政案件适用法律若干问题的规定（一）", "专利授权确权行政案件"),
        ("最高人民法院关于适用《民事诉讼法》的解释", "《民事诉讼法》"),
        ("人民检察院刑事诉讼规则", "人民检察院刑事诉讼规则"),
    ],
)
def test_the_subject_of_an_interpretation_is_what_is_left_of_its_title(title, expected):
    assert subject(title) == expected


def test_a_title_that_is_all_frame_stays():
    assert subject("最高人民法院关于") == "最高人民法院关于"
