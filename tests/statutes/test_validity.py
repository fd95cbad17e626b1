from __future__ import annotations

import datetime as dt

import pytest

from bot.statutes.model import Period, Validity
from bot.statutes.validity import (
    FLAG_REPEALED,
    Override,
    Repeal,
    Version,
    decide,
    repeals_in,
    stated_start,
)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def version(id: str, published: str, effective: str, flag: str = "现行有效", title: str = "甲法") -> Version:
    return Version(id, title, day(published), day(effective), flag)


def test_a_version_begins_on_its_stated_date():
    periods, findings = decide([version("a", "2020-01-01", "2020-07-01")], [], {})
    assert periods["a"].begins == day("2020-07-01")
    assert periods["a"].ends is None
    assert findings == []


def test_a_stated_date_before_publication_gives_way_to_the_amending_decision():
    amended = [version("a", "2020-01-01", "1995-01-01")]
    periods, _ = decide(amended, [], {("甲法", day("2020-01-01")): day("2020-05-01")})
    assert periods["a"].begins == day("2020-05-01")


def test_without_a_decision_it_gives_way_to_the_publication():
    periods, _ = decide([version("a", "2020-01-01", "1995-01-01")], [], {})
    assert periods["a"].begins == day("2020-01-01")


def test_a_version_ends_when_the_next_begins():
    texts = [version("new", "2026-06-26", "2027-01-01"), version("old", "2019-04-23", "2019-11-01", "历史版本")]
    periods, findings = decide(texts, [], {})
    assert periods["old"].ends == periods["new"].begins == day("2027-01-01")
    assert periods["old"].validity_on(day("2026-12-31")) is Validity.IN_FORCE
    assert periods["old"].validity_on(day("2027-01-01")) is Validity.REVISED
    assert periods["new"].validity_on(day("2026-12-31")) is Validity.NOT_YET
    assert periods["new"].validity_on(day("2027-01-01")) is Validity.IN_FORCE
    assert findings == []


def test_versions_of_other_laws_do_not_end_it():
    texts = [version("a", "2019-01-01", "2019-01-01"), version("b", "2020-01-01", "2020-01-01", title="乙法")]
    periods, _ = decide(texts, [], {})
    assert periods["a"].ends is None


def test_a_repeal_ends_it_on_the_day_the_repealing_law_takes_effect():
    repeal = Repeal("甲法", day("2021-01-01"), "乙法典", "第九十条")
    periods, _ = decide([version("a", "1999-01-01", "1999-10-01", FLAG_REPEALED)], [repeal], {})
    assert periods["a"].validity_on(day("2020-12-31")) is Validity.IN_FORCE
    assert periods["a"].validity_on(day("2021-01-01")) is Validity.REPEALED
    assert "《乙法典》第九十条" in periods["a"].reason


def test_the_earliest_of_several_repeals_counts():
    repeals = [
        Repeal("甲法", day("2022-01-01"), "丙法", "第二条"),
        Repeal("甲法", day("2021-01-01"), "乙法", "第一条"),
    ]
    periods, _ = decide([version("a", "1999-01-01", "1999-10-01", FLAG_REPEALED)], repeals, {})
    assert periods["a"].ends == day("2021-01-01")


def test_a_text_published_after_the_repeal_is_a_new_law():
    repeal = Repeal("甲法", day("2021-01-01"), "乙法典", "第九十条")
    periods, _ = decide([version("new", "2023-01-01", "2023-06-01")], [repeal], {})
    assert periods["new"].ends is None


def test_a_version_already_replaced_stays_revised():
    repeal = Repeal("甲法", day("2021-01-01"), "乙法典", "第九十条")
    texts = [
        version("old", "1999-01-01", "1999-10-01", "历史版本"),
        version("new", "2010-01-01", "2010-10-01", FLAG_REPEALED),
    ]
    periods, _ = decide(texts, [repeal], {})
    assert periods["old"].validity_on(day("2025-01-01")) is Validity.REVISED
    assert periods["new"].validity_on(day("2025-01-01")) is Validity.REPEALED


def test_flagged_repealed_but_repealed_by_nothing_is_not_used_and_told():
    periods, findings = decide([version("a", "1996-01-01", "1997-01-01", FLAG_REPEALED)], [], {})
    assert periods["a"].validity_on(day("2026-01-01")) is Validity.REPEALED
    assert [finding.title for finding in findings] == ["甲法"]


def test_an_override_keeps_it_in_force_and_says_why():
    flagged = [version("a", "2018-12-29", "2018-12-29", FLAG_REPEALED)]
    periods, findings = decide(flagged, [], {}, [Override("甲法", True, "未见废止")])
    assert periods["a"].validity_on(day("2026-01-01")) is Validity.IN_FORCE
    assert "未见废止" in periods["a"].reason
    assert findings == []


def test_an_override_takes_it_out_of_force():
    periods, _ = decide([version("a", "2018-12-29", "2018-12-29")], [], {}, [Override("甲法", False, "核定")])
    assert periods["a"].validity_on(day("2026-01-01")) is Validity.REPEALED
    assert periods["a"].reason == "核定"


def test_flagged_history_without_a_newer_text_counts_as_current_and_is_told():
    periods, findings = decide([version("a", "2020-12-26", "2020-12-26", "已被修改")], [], {})
    assert periods["a"].validity_on(day("2026-01-01")) is Validity.IN_FORCE
    assert len(findings) == 1


def test_flagged_current_but_repealed_is_told():
    repeal = Repeal("甲法", day("2021-01-01"), "乙法典", "第九十条")
    periods, findings = decide([version("a", "1999-01-01", "1999-10-01")], [repeal], {})
    assert periods["a"].validity_on(day("2026-01-01")) is Validity.REPEALED
    assert len(findings) == 1


def test_a_repeal_clause_names_each_law_once_the_law_takes_effect():
    text = (
        "本法自2021年1月1日起施行。《中华人民共和国婚姻法》、《中华人民共和国合同法》同时废止。\n"
        "《中华人民共和国民法通则》另行处理；依照《劳动法》执行。"
    )
    repeals = repeals_in("民法典", day("2021-01-01"), "第一千二百六十条", text)
    assert [repeal.title for repeal in repeals] == ["婚姻法", "合同法"]
    assert {repeal.on for repeal in repeals} == {day("2021-01-01")}
    assert {repeal.clause for repeal in repeals} == {"第一千二百六十条"}


def test_a_law_never_repeals_its_own_title():
    text = "1995年公布的《中华人民共和国甲法》同时废止。"
    assert repeals_in("甲法", day("2021-01-01"), "第九条", text) == []


def test_stated_start():
    assert stated_start("本决定自2026年 1月1 日起施行。") == day("2026-01-01")
    assert stated_start("本决定自公布之日起施行。") is None


def test_a_period_is_half_open():
    period = Period(day("2020-01-01"), day("2021-01-01"))
    assert period.validity_on(day("2019-12-31")) is Validity.NOT_YET
    assert period.validity_on(day("2020-01-01")) is Validity.IN_FORCE
    assert period.validity_on(day("2020-12-31")) is Validity.IN_FORCE
    assert period.validity_on(day("2021-01-01")) is Validity.REVISED


# The real store


def test_theft_is_in_force(real_store):
    article = real_store.find("刑法", "第二百六十四条")
    assert article is not None
    assert "盗窃公私财物" in article.text
    assert real_store.validity_of(article) is Validity.IN_FORCE


def test_bribery_reads_as_the_twelfth_amendment_has_it(real_store):
    article = real_store.find("刑法", "第三百九十条")
    assert article is not None
    assert article.period.begins == day("2024-03-01")
    assert article.text.startswith("对犯行贿罪的，处三年以下有期徒刑或者拘役")
    assert "多次行贿或者向多人行贿的" in article.text
    assert "\"" not in article.text and "“" not in article.text
    before = real_store.find("刑法", "第三百九十条", day("2024-02-29"))
    assert before is not None and before.text.startswith("对犯行贿罪的，处五年以下有期徒刑或者拘役")


def test_a_first_paragraph_amended_leaves_the_second_as_it_was(real_store):
    old = real_store.find("刑法", "第三百八十七条", day("2024-02-29"))
    new = real_store.find("刑法", "第三百八十七条")
    assert old is not None and new is not None
    assert new.text.split("\n")[0] != old.text.split("\n")[0]
    assert new.text.split("\n")[1:] == old.text.split("\n")[1:]


def test_trademark_law_changes_on_new_years_day(real_store):
    today = real_store.find("商标法", "第一条")
    next_year = real_store.find("商标法", "第一条", day("2027-01-01"))
    last_day = real_store.find("商标法", "第一条", day("2026-12-31"))
    assert today is not None and next_year is not None and last_day is not None
    assert today.published == last_day.published == day("2019-04-23")
    assert next_year.published == day("2026-06-26")
    assert real_store.validity_of(next_year) is Validity.NOT_YET


@pytest.mark.parametrize(
    ("law", "by", "on"),
    [
        ("噪声污染防治法", "生态环境法典", "2026-08-15"),
        ("合同法", "民法典", "2021-01-01"),
        ("继承法", "民法典", "2021-01-01"),
    ],
)
def test_repealed_laws_are_not_evidence_and_it_is_known_why(real_store, law, by, on):
    assert real_store.find(law, "第一条") is None
    assert law not in real_store.titles_in_force()
    repeal = real_store.repeal_of(law)
    assert repeal is not None
    assert (repeal.by, repeal.on) == (by, day(on))


def test_the_day_before_it_was_still_in_force(real_store):
    assert real_store.find("噪声污染防治法", "第一条", day("2026-08-14")) is not None
    assert real_store.find("噪声污染防治法", "第一条", day("2026-08-15")) is None


def test_rural_land_contracting_law_is_in_force_by_override(real_store):
    article = real_store.find("农村土地承包法", "第一条")
    assert article is not None
    assert "未见任何法律废止它" in article.period.reason


def test_one_text_of_each_law_is_in_force_and_no_amending_act(real_store):
    articles = real_store.articles_in_force()
    assert len({(a.law, a.number, a.period.begins) for a in articles}) > 15_000
    begins: dict[str, set[dt.date]] = {}
    for article in articles:
        begins.setdefault(article.law, set()).add(article.period.begins)
        assert real_store.validity_of(article) is Validity.IN_FORCE
    assert {law for law, days in begins.items() if len(days) > 1} == set()
    assert not [law for law in begins if "刑法修正案" in law]


def test_amendments_of_the_constitution_are_no_evidence(real_store):
    assert not [law for law in {article.law for article in real_store.articles_in_force()} if "修正案" in law]
