"""The checks behind ``fawen knowledge check``: every citation resolves to an article in force."""
from __future__ import annotations

from collections import Counter
from typing import Iterator, Union

from bot.content.loader import Knowledge
from bot.content.review import cited
from bot.content.schema import Entry, Guide
from bot.service_types import GUIDE_SERVICE_TYPES, TOPICS
from bot.statutes.citations import Citation
from bot.statutes.store import StatuteStore, load_aliases


def check_knowledge(knowledge: Knowledge, store: StatuteStore) -> list[str]:
    """Return all problems as lines of Chinese text; an empty list means that the knowledge may be served."""
    problems: list[str] = []
    for item in knowledge.items:
        for basis in cited(item):
            problems += _citation_problem(item.id, basis.law, basis.article, store)
        for basis in item.further_basis if isinstance(item, Entry) else ():
            if _may_be_judged(basis.law, store):
                problems += _citation_problem(item.id, basis.law, basis.article, store)
        for citation in store.parser.parse("\n".join(_texts(item))):
            problems += _text_problem(item.id, citation, store)
    problems += _repeated_phrasings(knowledge)
    topics = {entry.topic for entry in knowledge.entries}
    problems += [f"主题“{topic}”还没有普法条目" for topic in TOPICS if topic not in topics]
    served = {guide.service_type for guide in knowledge.guides}
    problems += [f"服务类型 {service} 还没有办事指南" for service in GUIDE_SERVICE_TYPES if service not in served]
    in_force = set(store.titles_in_force())
    # Interpretations, regulations and rules (办法) come with an import, if at all.
    problems += [
        f"法律简称表：{alias} 指向的“{title}”不在库中，也没有废止记录"
        for alias, title in load_aliases().items()
        if title.endswith(("法", "法典")) and not title.endswith("办法") and title not in in_force and store.repeal_of(title) is None
    ]
    return problems


def _texts(item: Union[Entry, Guide]) -> Iterator[str]:
    if isinstance(item, Entry):
        yield item.answer
        yield from item.steps
        yield from (follow_up.answer for follow_up in item.follow_ups)
        yield from (group.note for group in item.special_groups)
        return
    yield item.summary
    yield from filter(None, [item.who, item.time_limit, item.fee, item.where, item.remedy])
    yield from [*item.conditions, *item.materials, *item.procedure, *item.tips]


def _may_be_judged(law: str, store: StatuteStore) -> bool:
    # Whether an article exists can only be told where its text was imported; a short name or a repeal, anywhere.
    return bool(store.parser.canonical(law) != law or store.versions(law) or store.repeal_of(law))


def _citation_problem(item_id: str, law: str, article: str, store: StatuteStore) -> list[str]:
    if store.parser.canonical(law) != law:
        return [f"{item_id}：法律名称请写全称（不带中华人民共和国）：{law} → {store.parser.canonical(law)}"]
    if store.find(law, article):
        return []
    repeal = store.repeal_of(law)
    if repeal:
        return [f"{item_id}：《{law}》{article} 已于 {repeal.on} 被《{repeal.by}》{repeal.clause}废止，不能再引用"]
    versions = store.find_any(law, article)
    if versions:
        return [f"{item_id}：《{law}》{article} 今日{store.validity_of(versions[0]).value}（{versions[0].period.reason}）"]
    return [f"{item_id}：条文库里没有《{law}》{article}"]


def _text_problem(item_id: str, citation: Citation, store: StatuteStore) -> list[str]:
    if citation.law is None or store.resolve(citation):
        return []
    return [f"{item_id}：正文引用的{citation}查不到现行条文"]


def _repeated_phrasings(knowledge: Knowledge) -> list[str]:
    owners: dict[str, list[str]] = {}
    for item in knowledge.items:
        for phrasing in set(item.phrasings):
            owners.setdefault(phrasing, []).append(item.id)
    problems = [f"同一问法出现在多处：{text}（{'、'.join(ids)}）" for text, ids in owners.items() if len(ids) > 1]
    for item in knowledge.items:
        problems += [f"{item.id}：问法重复：{text}" for text, n in Counter(item.phrasings).items() if n > 1]
    return problems
