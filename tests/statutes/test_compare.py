from __future__ import annotations

import datetime as dt

from bot.statutes.compare import Change, changes, side_by_side
from bot.statutes.model import Article, Period

DAY = dt.date(2020, 1, 1)
WAGES = "用人单位应当按照劳动合同约定和国家规定，向劳动者及时足额支付劳动报酬。"
OVERTIME = "用人单位安排加班的，应当按照国家有关规定向劳动者支付加班费。"
LEAVE = "职工连续工作一年以上的，享受带薪年休假。"


def articles(*texts: str) -> list[Article]:
    numbers = "一二三四五六七八九"
    return [Article(at, "样例法", f"第{numbers[at]}条", text, "", Period(DAY), DAY) for at, text in enumerate(texts)]


def numbers(found: list[Change]) -> list[tuple[str, str]]:
    return [(change.old.number if change.old else "", change.new.number if change.new else "") for change in found]


def test_the_same_text_has_no_change():
    assert changes(articles(WAGES, LEAVE), articles(WAGES, LEAVE)) == []
    assert changes([], []) == []


def test_spaces_and_kinds_of_punctuation_are_no_change():
    assert changes(articles("甲（一）：乙，丙。"), articles("甲(一):\n乙,丙。")) == []


def test_a_new_wording_under_the_same_number():
    found = changes(articles(WAGES, LEAVE), articles(WAGES.replace("及时", "按月"), LEAVE))
    assert numbers(found) == [("第一条", "第一条")]
    assert side_by_side(found[0]) == [f"- 第一条 {WAGES}", f"+ 第一条 {WAGES.replace('及时', '按月')}"]


def test_an_article_that_came_and_one_that_fell_away():
    assert numbers(changes(articles(WAGES), articles(WAGES, LEAVE))) == [("", "第二条")]
    assert numbers(changes(articles(WAGES, LEAVE), articles(WAGES))) == [("第二条", "")]


def test_an_inserted_article_pairs_those_that_only_moved():
    found = changes(articles(WAGES, OVERTIME), articles(LEAVE, WAGES, OVERTIME))
    assert numbers(found) == [("", "第一条"), ("第一条", "第二条"), ("第二条", "第三条")]


def test_a_rule_that_moved_and_was_reworded_is_paired():
    found = changes(articles(LEAVE, WAGES), articles(LEAVE, OVERTIME, WAGES.replace("及时", "按月")))
    assert ("第二条", "第三条") in numbers(found)


def test_no_old_article_is_shown_as_fallen_away_when_it_is_paired():
    found = changes(articles(WAGES, OVERTIME, LEAVE), articles(OVERTIME, LEAVE))
    assert numbers(found) == [("第二条", "第一条"), ("第三条", "第二条"), ("第一条", "")]


def test_paragraphs_and_items_each_have_a_line():
    [change] = changes([], articles("有下列情形：\n（一）甲；\n（二）乙。"))
    assert side_by_side(change) == ["+ 第一条 有下列情形：", "+ 第一条 （一）甲；", "+ 第一条 （二）乙。"]


def test_two_real_versions_of_a_law(real_store):
    new, old = real_store.versions("商标法")[:2]
    before, after = real_store.articles_of(old.id), real_store.articles_of(new.id)
    found = changes(before, after)
    assert found
    changed = {change.new.number for change in found if change.new}
    gone = {change.old.number for change in found if change.old and change.new is None}
    same = {article.number: article.text for article in before}
    for article in after:
        assert (article.number in changed) or same[article.number].split() == article.text.split()
    paired = {change.old.number for change in found if change.old}
    assert gone <= paired
    assert {article.number for article in before} - paired <= {article.number for article in after} - changed
    assert changes(after, after) == []
