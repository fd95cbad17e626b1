"""Which entries rest on articles whose wording has changed since an editor last confirmed them.

``knowledge/reviewed.json`` holds, for every entry and guide, a mark of the wording of each article it cites. When an
import brings a new wording, the mark no longer fits, and the entry waits for review (待复核) until it is confirmed.
"""
from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Iterable, Optional, Union

from pydantic import parse_obj_as

from bot.content.loader import Knowledge, KnowledgeError
from bot.content.schema import Entry, Guide, LegalBasis
from bot.content.writer import write_whole
from bot.statutes.law_text import wording
from bot.statutes.model import Article
from bot.statutes.store import StatuteStore

FILE = "reviewed.json"

Marks = dict[str, dict[str, str]]


@dataclass(frozen=True)
class Changed:
    """An article that ``item_id`` cites, as it read when confirmed (if the store still has it) and as it reads now."""

    item_id: str
    citation: str
    old: Optional[Article]
    new: Optional[Article]

    def __str__(self) -> str:
        before = self.old.text if self.old else "（旧文本不在条文库中）"
        after = self.new.text if self.new else "（已没有这一条现行条文）"
        return f"{self.item_id}　{self.citation}　待复核\n  旧：{_indented(before)}\n  新：{_indented(after)}"


def read_marks(knowledge_dir: Path) -> Marks:
    """The marks on file; empty when there is no file. Raises :class:`KnowledgeError` when it can't be read."""
    path = knowledge_dir / FILE
    if not path.exists():
        return {}
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(stored, dict):
            raise ValueError("not an object")
        return parse_obj_as(Marks, stored)
    except ValueError as error:
        raise KnowledgeError([f"{FILE} 读不出来。可以删掉它，再运行 fawen knowledge confirm --all"]) from error


def changed(knowledge: Knowledge, marks: Marks, store: StatuteStore) -> list[Changed]:
    """Every cited article whose wording is not the one confirmed. An item or citation without a mark is not judged."""
    found = []
    for item in knowledge.items:
        confirmed = marks.get(item.id, {})
        for basis in cited(item):
            mark = confirmed.get(_key(basis))
            now = store.find(basis.law, basis.article) if mark else None
            if mark and (now is None or _mark(now) != mark):
                versions = store.find_any(basis.law, basis.article)
                old = next((article for article in versions if _mark(article) == mark), None)
                found.append(Changed(item.id, basis.citation, old, now))
    return found


def unmarked(knowledge: Knowledge, marks: Marks) -> list[str]:
    """The ids of items with a citation that nobody has confirmed yet."""
    return [
        item.id
        for item in knowledge.items
        if any(_key(basis) not in marks.get(item.id, {}) for basis in cited(item))
    ]


def confirm(knowledge: Knowledge, ids: Iterable[str], store: StatuteStore, knowledge_dir: Path) -> int:
    """Record that these items fit the law as it stands; returns how many. Records of items that are gone are dropped."""
    wanted = set(ids)
    known = {item.id for item in knowledge.items}
    unknown = sorted(wanted - known)
    if unknown:
        raise KnowledgeError([f"没有这个编号：{item_id}" for item_id in unknown])
    marks = {item_id: mark for item_id, mark in read_marks(knowledge_dir).items() if item_id in known}
    for item in knowledge.items:
        if item.id in wanted:
            articles = {_key(basis): store.find(basis.law, basis.article) for basis in cited(item)}
            marks[item.id] = {key: _mark(article) for key, article in articles.items() if article}
    lines = [f"{json.dumps(key)}: {json.dumps(marks[key], ensure_ascii=False, sort_keys=True)}" for key in sorted(marks)]
    write_whole(knowledge_dir / FILE, "{\n" + ",\n".join(lines) + "\n}\n")
    return len(wanted)


def cited(item: Union[Entry, Guide]) -> list[LegalBasis]:
    """All citations of an item, those of its follow-ups included."""
    follow_ups = item.follow_ups if isinstance(item, Entry) else []
    return [*item.legal_basis, *(basis for follow_up in follow_ups for basis in follow_up.legal_basis)]


def _key(basis: LegalBasis) -> str:
    return f"{basis.law}{basis.article}"


def _mark(article: Article) -> str:
    return hashlib.sha256(wording(article.text).encode()).hexdigest()[:8]


def _indented(text: str) -> str:
    return text.replace("\n", "\n　　　")
