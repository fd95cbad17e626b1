from __future__ import annotations

import copy
from pathlib import Path

import pytest
import yaml

from bot.content.loader import KnowledgeError, load_knowledge

ENTRY = {
    "id": "labor-unpaid-wages",
    "question": "老板拖欠工资不给怎么办？",
    "variants": ["工资一直不发", "欠薪去哪里投诉", "干了活不给钱"],
    "answer": "可以要。单位必须按约定及时足额发工资，没发的您可以向当地劳动监察投诉，也可以申请劳动仲裁。",
    "steps": ["收好证据。", "申请仲裁。"],
    "legal_basis": [{"law": "劳动合同法", "article": "第三十条"}],
}
GUIDE = {
    "id": "legal-aid-apply",
    "title": "怎么申请法律援助",
    "questions": ["法律援助怎么申请", "没钱请律师", "法援要什么材料"],
    "summary": "经济困难的公民可以申请免费的法律帮助，到法律援助中心提交申请就行。",
    "procedure": ["到中心提交申请。"],
    "legal_basis": [{"law": "法律援助法", "article": "第三十一条"}],
}


def write(folder: Path, entries=(ENTRY,), guides=(GUIDE,), topic="劳动纠纷", service="legal_aid") -> Path:
    (folder / "entries").mkdir(exist_ok=True)
    (folder / "guides").mkdir(exist_ok=True)
    dump = {"allow_unicode": True, "sort_keys": False}
    entry_file, guide_file = folder / "entries" / "labor.yml", folder / "guides" / "aid.yml"
    entry_file.write_text(yaml.safe_dump({"topic": topic, "entries": list(entries)}, **dump), encoding="utf-8")
    guide_file.write_text(yaml.safe_dump({"service_type": service, "guides": list(guides)}, **dump), encoding="utf-8")
    return folder


def changed(item: dict, **fields) -> dict:
    """``item`` with ``fields`` set; a field given as ``None`` is taken out."""
    new = {**copy.deepcopy(item), **fields}
    return {name: value for name, value in new.items() if value is not None}


def problems(folder: Path) -> list[str]:
    with pytest.raises(KnowledgeError) as caught:
        load_knowledge(folder)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return caught.value.problems


def test_a_good_folder(tmp_path):
    knowledge = load_knowledge(write(tmp_path))
    [entry], [guide] = knowledge.entries, knowledge.guides
    assert entry.topic == "劳动纠纷"
    assert entry.phrasings[0] == entry.question
    assert guide.service_type == "legal_aid"
    assert knowledge.items == [entry, guide]
    assert knowledge.entry_by_id[entry.id] is entry
    assert knowledge.guide_by_id[guide.id] is guide
    assert knowledge.guides_for("legal_aid") == [guide]
    assert knowledge.guides_for("mediation") == []


@pytest.mark.parametrize(
    ("fields", "where", "what"),
    [
        ({"answer": None}, "answer", "缺少这一项"),
        ({"anwser": "多了一项"}, "anwser", "没有这一项"),
        ({"question": "为啥"}, "question", "太短"),
        ({"answer": "很长" * 150}, "answer", "太长"),
        ({"variants": ["只有一条"]}, "variants", "至少要有 3 条"),
        ({"steps": ["步"] * 8}, "steps", "最多 7 条"),
        ({"steps": "第一步"}, "steps", "应当是列表"),
        ({"legal_basis": [{"law": "劳动法", "article": "38条"}]}, "legal_basis.1.article", "第三十八条"),
        ({"legal_basis": ["劳动法第三条"]}, "legal_basis.1", "名称: 内容"),
        ({"services": ["no_such"]}, "services.1", "no_such"),
        ({"id": "Labor Wages"}, "id", "小写英文"),
        ({"special_groups": [{"group": "外星人", "note": "没有这种人"}]}, "special_groups.1.group", ""),
        ({"follow_ups": [{"when": [], "answer": "这里是一个回答十个字"}]}, "follow_ups.1.when", "至少要有 1 条"),
    ],
)
def test_a_schema_error_names_file_entry_and_field(tmp_path, fields, where, what):
    bad = changed(ENTRY, **fields)
    [problem] = problems(write(tmp_path, entries=[bad]))
    assert problem.startswith(f"labor.yml {bad['id']} {where}：")
    assert what in problem


def test_an_entry_without_id_is_named_by_its_place(tmp_path):
    [problem] = problems(write(tmp_path, entries=[ENTRY, changed(ENTRY, id=None)]))
    assert problem.startswith("labor.yml 第 2 条 id：")


def test_a_guide_is_named_the_same_way(tmp_path):
    [problem] = problems(write(tmp_path, guides=[changed(GUIDE, procedure=[])]))
    assert problem.startswith("aid.yml legal-aid-apply procedure：")


def test_unknown_topic_and_service_type_list_the_known_ones(tmp_path):
    told = problems(write(tmp_path, topic="吵架", service="greeting"))
    assert any("吵架" in line and "婚姻家庭" in line for line in told)
    assert any("greeting" in line and "legal_aid" in line for line in told)


def test_all_problems_are_told_at_once(tmp_path):
    told = problems(write(tmp_path, entries=[changed(ENTRY, answer=None), changed(ENTRY, id="b-b", steps=None)]))
    assert len(told) == 2


def test_the_same_id_twice(tmp_path):
    assert problems(write(tmp_path, entries=[ENTRY, ENTRY])) == ["编号重复：labor-unpaid-wages"]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("topic: 劳动纠纷\nentries: [", "YAML 格式有误"),
        ("", "开头要有"),
        ("- 一\n- 二\n", "开头要有"),
        ("topic: 劳动纠纷\nentries: 没有\n", "开头要有"),
        ("topic: 劳动纠纷\nentries:\n  - 只有一句话\n", "第 1 条"),
    ],
)
def test_a_broken_file_is_named(tmp_path, content, what):
    write(tmp_path)
    (tmp_path / "entries" / "broken.yml").write_text(content, encoding="utf-8")
    [problem] = problems(tmp_path)
    assert problem.startswith("broken.yml")
    assert what in problem


def test_a_file_in_another_encoding_is_named(tmp_path):
    write(tmp_path)
    (tmp_path / "entries" / "old.yml").write_bytes("topic: 劳动纠纷\nentries: []\n".encode("gbk"))
    assert problems(tmp_path) == ["old.yml：不是 UTF-8 编码，请另存为 UTF-8"]


def test_an_empty_folder_is_told(tmp_path):
    [problem] = problems(tmp_path)
    assert "没有普法条目" in problem


def test_entries_cannot_be_changed_once_loaded(tmp_path):
    entry = load_knowledge(write(tmp_path)).entries[0]
    with pytest.raises(TypeError):
        entry.answer = "别的"
