from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from bot.settings import load_settings
from bot.statutes import numerals, successors
from bot.statutes.importer import import_files
from bot.statutes.store import StatuteStore
from bot.statutes.successors import successor_of
from bot.statutes.verify import Status, Verdict, verify

TODAY = dt.date(2026, 11, 22)
LABOR_DISPUTES = "最高人民法院关于审理劳动争议案件适用法律问题的解释（一）"


def only(text: str, store: StatuteStore) -> Verdict:
    """The verdict on the one citation in ``text``."""
    [verdict] = verify(text, store)
    return verdict


@pytest.mark.parametrize(
    ("text", "status", "printed"),
    [
        ("按《劳动合同法》第三十九条解除", Status.IN_FORCE, "《劳动合同法》第三十九条：现行有效"),
        ("民诉法第六十条第一款", Status.IN_FORCE, "《民事诉讼法》第六十条第一款：现行有效"),
        ("劳动合同法第999条", Status.NO_ARTICLE, "《劳动合同法》第九百九十九条：没有这一条"),
        ("劳动合同法第39条第五款", Status.NO_ARTICLE, "《劳动合同法》第三十九条第五款：没有这一条（该条共 1 款）"),
        ("《没有的法》第三条", Status.NO_LAW, "《没有的法》第三条：库中没有这部法律"),
        ("合同第三条写明", Status.NO_LAW_NAMED, "第三条：没有写明是哪部法律"),
        ("商标法第八十条", Status.NOT_YET, "《商标法》第八十条：尚未施行（2027-01-01 起施行）"),
        (
            "噪声法第六十四条",
            Status.REPEALED,
            "《噪声污染防治法》第六十四条：已废止（2026-08-15 起由《生态环境法典》第一千二百四十二条废止）；"
            "现行规定：《生态环境法典》第五百九十三条",
        ),
        (
            "《合同法》第一百零七条",
            Status.REPEALED,
            "《合同法》第一百零七条：已废止（2021-01-01 起由《民法典》第一千二百六十条废止）；现行规定：《民法典》第五百七十七条",
        ),
        (
            "《收养法》第三百条",
            Status.REPEALED,
            "《收养法》第三百条：已废止（2021-01-01 起由《民法典》第一千二百六十条废止）；现行规定：《民法典》",
        ),
    ],
)
def test_what_a_citation_is_worth(real_store, text, status, printed):
    verdict = only(text, real_store)
    assert verdict.status is status
    assert str(verdict) == printed


def test_a_repealed_article_names_all_that_hold_its_rule_now(real_store):
    verdict = only("依据合同法第52条，合同无效", real_store)
    assert "《民法典》第一百五十三条" in verdict.instead
    assert "《民法典》第一百五十四条" in verdict.instead


def test_the_same_text_on_another_day(real_store):
    before = StatuteStore(load_settings().statutes_path, dt.date(2026, 8, 14))
    assert only("噪声污染防治法第六十四条", before).status is Status.IN_FORCE
    assert only("商标法第八十条", StatuteStore(load_settings().statutes_path, dt.date(2027, 1, 1))).status is Status.IN_FORCE


def test_every_article_of_a_range_is_judged(real_store):
    found = verify("《劳动合同法》第九十六条至第一百条", real_store)
    assert [(verdict.citation.article, verdict.status) for verdict in found] == [
        ("第九十六条", Status.IN_FORCE),
        ("第九十七条", Status.IN_FORCE),
        ("第九十八条", Status.IN_FORCE),
        ("第九十九条", Status.NO_ARTICLE),
        ("第一百条", Status.NO_ARTICLE),
    ]


def test_verdicts_come_in_the_order_of_the_text(real_store):
    text = "根据《劳动法》第五十条、《劳动合同法》第三十条、第八十五条和婚姻法第十九条，原告请求。"
    assert [str(verdict.citation) for verdict in verify(text, real_store)] == [
        "《劳动法》第五十条",
        "《劳动合同法》第三十条",
        "《劳动合同法》第八十五条",
        "《婚姻法》第十九条",
    ]
    assert verify("没有引用任何条文。", real_store) == []


@pytest.fixture
def richer_store(real_store: StatuteStore, tmp_path: Path) -> StatuteStore:
    """The real store with an interpretation and a regulation that was renumbered."""
    path = Path(shutil.copy(load_settings().statutes_path, tmp_path / "statutes.db"))
    wages = "用人单位应当按照约定每月足额支付职工工资，不得拖欠。"
    overtime = "用人单位安排职工加班的，应当另行支付加班报酬，或者安排补休。"
    files = {
        "解释(2020-12-29).md": (LABOR_DISPUTES, "第一条 劳动争议的范围。", "2021年1月1日 施行"),
        "旧(2010-01-01).md": ("样例条例", f"第一条 总则。\n第二条 {wages}\n第三条 {overtime}", "2010年1月1日 公布"),
        "新(2020-01-01).md": ("样例条例", f"第一条 总则。\n第二条 {overtime.replace('职工', '劳动者')}", "2020年1月1日 修订"),
    }
    for name, (title, body, info) in files.items():
        (tmp_path / name).write_text(f"# {title}\n{info}\n<!-- INFO END -->\n{body}\n", encoding="utf-8")
    import_files([tmp_path / name for name in files], path)
    return StatuteStore(path, TODAY)


@pytest.mark.parametrize(
    "name",
    [
        f"《{LABOR_DISPUTES}》",
        "最高法劳动争议解释（一）",
        "最高人民法院劳动争议解释（一）",
        "《劳动争议司法解释（一）》",
        "《最高人民法院关于审理劳动争议案件适用法律问题的解释(一)》",
    ],
)
def test_interpretations_by_the_names_people_use(richer_store, name):
    verdict = only(f"{name}第一条", richer_store)
    assert (verdict.citation.law, verdict.status) == (LABOR_DISPUTES, Status.IN_FORCE)


def test_a_rule_that_only_got_another_number_is_pointed_to(richer_store):
    verdict = only("样例条例第三条", richer_store)
    assert (verdict.status, verdict.instead) == (Status.RENUMBERED, ("《样例条例》第二条",))


def test_an_article_that_fell_away_is_not_taken_for_another(richer_store):
    path = richer_store.engine.url.database
    short = Path(path).with_name("再新(2022-01-01).md")
    short.write_text("# 样例条例\n2022年1月1日 修订\n<!-- INFO END -->\n第一条 总则。\n", encoding="utf-8")
    import_files([short], Path(path))
    verdict = only("样例条例第二条", StatuteStore(Path(path), TODAY))
    assert (verdict.status, verdict.instead) == (Status.NO_ARTICLE, ())


def test_a_law_that_is_not_yet_in_force_anywhere(richer_store, tmp_path):
    file = tmp_path / "将来.md"
    file.write_text("# 将来条例\n2026年10月1日 公布\n2027年5月1日 施行\n<!-- INFO END -->\n第一条 甲。\n", encoding="utf-8")
    path = Path(richer_store.engine.url.database)
    import_files([file], path)
    assert str(only("《将来条例》第一条", StatuteStore(path, TODAY))) == "《将来条例》第一条：尚未施行（2027-05-01 起施行）"


def test_every_row_of_the_table_of_successors_leads_to_law_in_force(real_store):
    unresolved = [
        (law, article, number)
        for law, entry in successors._table().items()
        for article, numbers in entry["articles"].items()
        for number in numbers
        if real_store.find(entry["law"], number) is None
    ]
    assert unresolved == []


def test_the_table_of_successors_holds_only_repealed_laws_and_each_article_once(real_store):
    for law, entry in successors._table().items():
        assert real_store.repeal_of(law), law
        assert entry["law"] in real_store.titles_in_force()
        values = [numerals.to_int(article[1:-1]) for article in entry["articles"]]
        assert values == sorted(set(values)), law
        assert all(numbers and len(numbers) == len(set(numbers)) for numbers in entry["articles"].values())
    lines = [line.strip() for line in successors.TABLE.read_text(encoding="utf-8").splitlines()]
    assert sum(line.startswith("第") for line in lines) == sum(len(e["articles"]) for e in successors._table().values())


@pytest.mark.parametrize(
    ("law", "article", "now"),
    [
        ("继承法", "第十条", ("第一千一百二十七条",)),
        ("婚姻法", "第三十二条", ("第一千零七十九条",)),
        ("物权法", "第一百零六条", ("第三百一十一条",)),
        ("侵权责任法", "第八十七条", ("第一千二百五十四条",)),
        ("担保法", "第十九条", ("第六百八十六条",)),
        ("民法通则", "第一百三十五条", ("第一百八十八条",)),
        ("民法总则", "第一百八十八条", ("第一百八十八条",)),
        ("收养法", "第六条", ("第一千零九十八条",)),
        ("合同法", "第四百一十条", ("第九百三十三条",)),
        ("合同法", None, ()),
        ("合同法", "第九百条", ()),
    ],
)
def test_well_known_successors(law, article, now):
    found = successor_of(law, article)
    assert found is not None
    assert (found.law, found.articles) == ("民法典", now)


def test_a_law_in_force_has_no_successor():
    assert successor_of("劳动合同法", "第三十条") is None
