from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import pytest

from bot.content.loader import Knowledge, KnowledgeError
from bot.content.review import FILE, changed, cited, confirm, read_marks, unmarked
from bot.content.schema import Entry, Guide
from bot.settings import load_settings
from bot.statutes.importer import import_files
from bot.statutes.store import StatuteStore

TODAY = dt.date(2026, 11, 22)
WAGES = Entry(
    id="labor-wages",
    topic="劳动纠纷",
    question="老板拖欠工资不给怎么办？",
    variants=["工资一直不发", "欠薪去哪里投诉", "干了活不给钱"],
    answer="可以要。单位必须按约定及时足额发工资，没发的您可以向当地劳动监察投诉，也可以申请劳动仲裁。",
    steps=["收好证据。", "申请仲裁。"],
    legal_basis=[{"law": "劳动合同法", "article": "第三十条"}],
    follow_ups=[
        {
            "when": ["没签合同"],
            "answer": "没签合同也能要工资，只要干了活就行。",
            "legal_basis": [{"law": "劳动合同法", "article": "第七条"}],
        }
    ],
)
AID = Guide(
    id="legal-aid-apply",
    service_type="legal_aid",
    title="怎么申请法律援助",
    questions=["法律援助怎么申请", "没钱请律师", "法援要什么材料"],
    summary="经济困难的公民可以申请免费的法律帮助，到法律援助中心提交申请就行。",
    procedure=["到中心提交申请。"],
    legal_basis=[{"law": "法律援助法", "article": "第四十一条"}],
)
KNOWLEDGE = Knowledge([WAGES], [AID])
ALL = [WAGES.id, AID.id]


@pytest.fixture
def store_path(real_store: StatuteStore, tmp_path: Path) -> Path:
    """A copy of the real store, to import into."""
    return Path(shutil.copy(load_settings().statutes_path, tmp_path / "statutes.db"))


def amend(store_path: Path, article: str, old: str, new: str, day: str = "2026-10-01") -> StatuteStore:
    """Import a text of 劳动合同法 with other words in one article, and open the store anew."""
    store = StatuteStore(store_path, TODAY)
    [version, *_] = store.versions("劳动合同法")
    body = "\n".join(
        f"{unit.number} {unit.text.replace(old, new) if unit.number == article else unit.text}"
        for unit in store.articles_of(version.id)
        if unit.number != article or new
    )
    file = store_path.with_name(f"劳动合同法({day}).md")
    file.write_text(f"# 中华人民共和国劳动合同法\n{day} 修正\n<!-- INFO END -->\n{body}\n", encoding="utf-8")
    import_files([file], store_path)
    return StatuteStore(store_path, TODAY)


def test_citations_of_follow_ups_count():
    assert [basis.article for basis in cited(WAGES)] == ["第三十条", "第七条"]
    assert [basis.article for basis in cited(AID)] == ["第四十一条"]


def test_nothing_confirmed_nothing_judged(real_store, tmp_path):
    assert read_marks(tmp_path) == {}
    assert changed(KNOWLEDGE, {}, real_store) == []
    assert unmarked(KNOWLEDGE, {}) == ALL


def test_what_is_confirmed_fits_the_law_as_it_stands(real_store, tmp_path):
    assert confirm(KNOWLEDGE, [WAGES.id], real_store, tmp_path) == 1
    marks = read_marks(tmp_path)
    assert set(marks[WAGES.id]) == {"劳动合同法第三十条", "劳动合同法第七条"}
    assert changed(KNOWLEDGE, marks, real_store) == []
    assert unmarked(KNOWLEDGE, marks) == [AID.id]
    assert confirm(KNOWLEDGE, [AID.id], real_store, tmp_path) == 1
    assert unmarked(KNOWLEDGE, read_marks(tmp_path)) == []


def test_the_file_is_the_same_whatever_the_order_and_has_a_line_for_each_item(real_store, tmp_path):
    confirm(KNOWLEDGE, ALL, real_store, tmp_path)
    first = (tmp_path / FILE).read_text(encoding="utf-8")
    confirm(KNOWLEDGE, reversed(ALL), real_store, tmp_path)
    assert (tmp_path / FILE).read_text(encoding="utf-8") == first
    assert len(first.splitlines()) == len(ALL) + 2
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_a_new_wording_waits_for_review_with_old_and_new_text_until_confirmed(store_path, tmp_path):
    before = StatuteStore(store_path, TODAY)
    confirm(KNOWLEDGE, ALL, before, tmp_path)
    old = before.find("劳动合同法", "第三十条")
    after = amend(store_path, "第三十条", "及时足额", "按月足额")
    [change] = changed(KNOWLEDGE, read_marks(tmp_path), after)
    assert (change.item_id, change.citation) == (WAGES.id, "《劳动合同法》第三十条")
    assert change.old is not None
    assert change.new is not None
    assert change.old.text == old.text
    assert change.new.text == old.text.replace("及时足额", "按月足额")
    shown = str(change)
    assert "待复核" in shown
    assert shown.index("及时足额") < shown.index("按月足额")
    confirm(KNOWLEDGE, [WAGES.id], after, tmp_path)
    assert changed(KNOWLEDGE, read_marks(tmp_path), after) == []


def test_a_new_text_with_the_same_wording_needs_no_review(store_path, tmp_path):
    confirm(KNOWLEDGE, ALL, StatuteStore(store_path, TODAY), tmp_path)
    after = amend(store_path, "第三十条", "，", ",")
    assert len(after.versions("劳动合同法")) > len(StatuteStore(load_settings().statutes_path, TODAY).versions("劳动合同法"))
    assert changed(KNOWLEDGE, read_marks(tmp_path), after) == []


def test_the_wording_of_a_follow_up_is_watched_too(store_path, tmp_path):
    confirm(KNOWLEDGE, ALL, StatuteStore(store_path, TODAY), tmp_path)
    after = amend(store_path, "第七条", "用人单位", "单位")
    assert [change.citation for change in changed(KNOWLEDGE, read_marks(tmp_path), after)] == ["《劳动合同法》第七条"]


def test_a_text_not_yet_in_force_waits_for_its_day(store_path, tmp_path):
    confirm(KNOWLEDGE, ALL, StatuteStore(store_path, TODAY), tmp_path)
    after = amend(store_path, "第三十条", "及时足额", "按月足额", "2027-05-01")
    assert changed(KNOWLEDGE, read_marks(tmp_path), after) == []
    later = StatuteStore(store_path, dt.date(2027, 5, 1))
    assert len(changed(KNOWLEDGE, read_marks(tmp_path), later)) == 1


def test_an_article_that_fell_away_is_told(store_path, tmp_path):
    confirm(KNOWLEDGE, ALL, StatuteStore(store_path, TODAY), tmp_path)
    after = amend(store_path, "第三十条", "", "")
    [change] = changed(KNOWLEDGE, read_marks(tmp_path), after)
    assert change.new is None
    assert "已没有这一条现行条文" in str(change)


def test_an_old_text_that_is_gone_from_the_store_is_told(real_store):
    [change] = changed(KNOWLEDGE, {WAGES.id: {"劳动合同法第三十条": "00000000"}}, real_store)
    assert change.old is None
    assert "旧文本不在条文库中" in str(change)


def test_unknown_ids_are_all_named_and_nothing_is_written(real_store, tmp_path):
    with pytest.raises(KnowledgeError) as caught:
        confirm(KNOWLEDGE, ["no-such", WAGES.id, "nor-this"], real_store, tmp_path)
    assert caught.value.problems == ["没有这个编号：no-such", "没有这个编号：nor-this"]
    assert not (tmp_path / FILE).exists()


def test_records_of_items_that_are_gone_are_dropped(real_store, tmp_path):
    confirm(KNOWLEDGE, ALL, real_store, tmp_path)
    confirm(Knowledge([WAGES], []), [WAGES.id], real_store, tmp_path)
    assert set(read_marks(tmp_path)) == {WAGES.id}


@pytest.mark.parametrize("content", ["{", "", "不是 JSON", '{"labor-wages": {"劳动合同法第三十条": "1"},}'])
def test_a_broken_file_is_named_and_what_to_do(tmp_path, content):
    (tmp_path / FILE).write_text(content, encoding="utf-8")
    with pytest.raises(KnowledgeError, match="reviewed.json.*fawen knowledge confirm --all"):
        read_marks(tmp_path)


@pytest.mark.parametrize("content", [[], "text", 3, {"labor-wages": ["第三十条"]}, {"labor-wages": None}])
def test_a_file_of_another_shape_is_named_too(tmp_path, content):
    (tmp_path / FILE).write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(KnowledgeError, match="reviewed.json"):
        read_marks(tmp_path)


def test_a_file_in_another_encoding_is_named_too(tmp_path):
    (tmp_path / FILE).write_bytes('{"编号": {}}'.encode("gb18030"))
    with pytest.raises(KnowledgeError, match="reviewed.json"):
        read_marks(tmp_path)
