from __future__ import annotations

from bot.content.check import check_knowledge
from bot.content.loader import Knowledge, load_knowledge
from bot.content.schema import Entry, Guide
from bot.settings import load_settings


def entry(**fields) -> Entry:
    """A sound entry with ``fields`` changed."""
    sound = {
        "id": "labor-wages",
        "topic": "劳动纠纷",
        "question": "老板拖欠工资不给怎么办？",
        "variants": ["工资一直不发", "欠薪去哪里投诉", "干了活不给钱"],
        "answer": "可以要。单位必须按约定及时足额发工资，没发的您可以向当地劳动监察投诉，也可以申请劳动仲裁。",
        "steps": ["收好证据。", "申请仲裁。"],
        "legal_basis": [{"law": "劳动合同法", "article": "第三十条"}],
    }
    return Entry(**{**sound, **fields})


def guide(**fields) -> Guide:
    """A sound guide with ``fields`` changed."""
    sound = {
        "id": "legal-aid-apply",
        "service_type": "legal_aid",
        "title": "怎么申请法律援助",
        "questions": ["法律援助怎么申请", "没钱请律师", "法援要什么材料"],
        "summary": "经济困难的公民可以申请免费的法律帮助，到法律援助中心提交申请就行。",
        "procedure": ["到中心提交申请。"],
        "legal_basis": [{"law": "法律援助法", "article": "第四十一条"}],
    }
    return Guide(**{**sound, **fields})


def told(store, *items) -> list[str]:
    """The problems of these items; missing topics and guides are left out."""
    knowledge = Knowledge(
        [item for item in items if isinstance(item, Entry)], [item for item in items if isinstance(item, Guide)]
    )
    problems = check_knowledge(knowledge, store)
    return [line for line in problems if not line.startswith(("主题", "服务类型"))]


def test_sound_items_have_no_problem(real_store):
    assert told(real_store, entry(), guide()) == []


def test_a_repealed_citation_tells_what_repealed_it_and_when(real_store):
    bad = entry(legal_basis=[{"law": "噪声污染防治法", "article": "第二条"}])
    assert told(real_store, bad) == [
        "labor-wages：《噪声污染防治法》第二条 已于 2026-08-15 被《生态环境法典》第一千二百四十二条废止，不能再引用"
    ]


def test_a_law_repealed_before_the_archive_began_is_known_too(real_store):
    [problem] = told(real_store, entry(legal_basis=[{"law": "合同法", "article": "第五十二条"}]))
    assert "《民法典》第一千二百六十条废止" in problem


def test_an_article_that_does_not_exist(real_store):
    [problem] = told(real_store, entry(legal_basis=[{"law": "劳动合同法", "article": "第九百条"}]))
    assert problem == "labor-wages：条文库里没有《劳动合同法》第九百条"


def test_a_short_name_must_be_spelled_out(real_store):
    [problem] = told(real_store, entry(legal_basis=[{"law": "消法", "article": "第五十五条"}]))
    assert problem == "labor-wages：法律名称请写全称（不带中华人民共和国）：消法 → 消费者权益保护法"


def test_the_country_in_front_is_told(real_store):
    [problem] = told(real_store, entry(legal_basis=[{"law": "中华人民共和国劳动法", "article": "第五十条"}]))
    assert "→ 劳动法" in problem


def test_a_further_basis_is_judged_where_its_text_was_imported(real_store):
    regulation = {"law": "工伤保险条例", "article": "第九百条"}
    assert told(real_store, entry(further_basis=[regulation])) == []
    known = {"law": "劳动法", "article": "第九百条"}
    assert told(real_store, entry(further_basis=[known])) == ["labor-wages：条文库里没有《劳动法》第九百条"]


def test_a_further_basis_known_to_be_repealed_is_told_anywhere(real_store):
    [problem] = told(real_store, entry(further_basis=[{"law": "继承法", "article": "第一条"}]))
    assert "废止" in problem


def test_follow_ups_are_checked(real_store):
    follow_up = {
        "when": ["没签合同"],
        "answer": "没签合同也能要工资，只要干了活就行。",
        "legal_basis": [{"law": "继承法", "article": "第一条"}],
    }
    [problem] = told(real_store, entry(follow_ups=[follow_up]))
    assert problem.startswith("labor-wages：《继承法》第一条 已于 2021-01-01")


def test_citations_in_running_text_are_checked(real_store):
    bad = entry(steps=["依据《劳动合同法》第三十条去要。", "再看合同法第52条。"])
    assert told(real_store, bad) == ["labor-wages：正文引用的《合同法》第五十二条查不到现行条文"]
    bad_guide = guide(tips=["按《法律援助法》第九百条办。"])
    assert told(real_store, bad_guide) == ["legal-aid-apply：正文引用的《法律援助法》第九百条查不到现行条文"]


def test_one_phrasing_in_two_places_and_twice_in_one(real_store):
    other = entry(id="labor-other", variants=["工资一直不发", "另一种", "又一种", "又一种"], question="另外一个问题？")
    assert told(real_store, entry(), other) == [
        "同一问法出现在多处：工资一直不发（labor-wages、labor-other）",
        "labor-other：问法重复：又一种",
    ]


def test_topics_and_services_without_content_are_told(real_store):
    problems = check_knowledge(Knowledge([entry()], [guide()]), real_store)
    assert "主题“婚姻家庭”还没有普法条目" in problems
    assert "服务类型 mediation 还没有办事指南" in problems
    assert not [line for line in problems if "劳动纠纷" in line or "legal_aid" in line]


def test_the_knowledge_served_has_no_problem(real_store):
    assert check_knowledge(load_knowledge(load_settings().knowledge_dir), real_store) == []
