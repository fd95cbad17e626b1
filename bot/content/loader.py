"""Read ``knowledge/``. Every problem is reported with file, entry id and field, in Chinese."""
from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Iterator, Optional, Type, TypeVar, Union

import yaml
from pydantic import ValidationError

from bot.content.schema import Entry, Guide

Item = TypeVar("Item", Entry, Guide)

# Pydantic's own messages, in the words of the editor who reads them.
_MESSAGES = {
    "value_error.missing": "缺少这一项",
    "value_error.extra": "没有这一项，请检查拼写",
    "value_error.any_str.min_length": "太短，至少 {limit_value} 个字",
    "value_error.any_str.max_length": "太长，最多 {limit_value} 个字",
    "value_error.list.min_items": "至少要有 {limit_value} 条",
    "value_error.list.max_items": "最多 {limit_value} 条",
    "type_error.list": "应当是列表（每条前加 - ）",
    "type_error.str": "应当是文字",
    "type_error.dict": "应当是“名称: 内容”的形式",
    "type_error.none.not_allowed": "不能为空",
}


class KnowledgeError(Exception):
    """The knowledge folder can't be used; ``problems`` are lines of Chinese text."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Knowledge:
    """All entries and guides, in the order of the files."""

    entries: list[Entry] = field(default_factory=list)
    guides: list[Guide] = field(default_factory=list)
    # The name of the file each entry and guide stands in.
    file_of: dict[str, str] = field(default_factory=dict)

    @property
    def items(self) -> list[Union[Entry, Guide]]:
        """Entries, then guides."""
        return [*self.entries, *self.guides]

    @cached_property
    def entry_by_id(self) -> dict[str, Entry]:
        """Entries by their id."""
        return {entry.id: entry for entry in self.entries}

    @cached_property
    def guide_by_id(self) -> dict[str, Guide]:
        """Guides by their id."""
        return {guide.id: guide for guide in self.guides}

    def guides_for(self, service_type: str) -> list[Guide]:
        """The guides of one service type, the main one first."""
        return [guide for guide in self.guides if guide.service_type == service_type]


def load_knowledge(folder: Path) -> Knowledge:
    """Load everything below ``folder``. Raises :class:`KnowledgeError` listing all problems at once."""
    problems: list[str] = []
    entries = list(_load(folder / "entries", "entries", "topic", Entry, problems))
    guides = list(_load(folder / "guides", "guides", "service_type", Guide, problems))
    knowledge = Knowledge(
        [entry for _file, entry in entries],
        [guide for _file, guide in guides],
        {**{entry.id: file for file, entry in entries}, **{guide.id: file for file, guide in guides}},
    )
    seen: set[str] = set()
    for item in knowledge.items:
        if item.id in seen:
            problems.append(f"编号重复：{item.id}")
        seen.add(item.id)
    if not entries and not problems:
        problems.append(f"{folder / 'entries'} 里没有普法条目")
    if problems:
        raise KnowledgeError(problems)
    return knowledge


def describe(error: ValidationError) -> list[str]:
    """Pydantic's findings, field by field, in the words of the editor who reads them."""
    found = []
    for problem in error.errors():
        where = ".".join(str(part + 1) if isinstance(part, int) else part for part in problem["loc"])
        template = _MESSAGES.get(problem["type"], problem["msg"])
        found.append(f"{where}：{template.format(**problem.get('ctx', {}))}")
    return found


def _load(
    folder: Path, key: str, shared: str, kind: Type[Item], problems: list[str]
) -> Iterator[tuple[str, Item]]:
    """(file name, item) of every sound item; ``problems`` gets the others."""
    for path in sorted(folder.glob("*.yml")):
        try:
            content = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        except UnicodeDecodeError:
            problems.append(f"{path.name}：不是 UTF-8 编码，请另存为 UTF-8")
            continue
        except yaml.YAMLError as error:
            problems.append(f"{path.name}：YAML 格式有误：{error}")
            continue
        if not isinstance(content, dict) or not isinstance(content.get(key), list) or shared not in content:
            problems.append(f"{path.name}：开头要有 {shared}: …，然后是 {key}: 列表")
            continue
        for position, fields in enumerate(content[key], start=1):
            item = _item(path.name, position, fields, {shared: content[shared]}, kind, problems)
            if item:
                yield path.name, item


def _item(
    file: str, position: int, fields: Any, shared: dict[str, Any], kind: Type[Item], problems: list[str]
) -> Optional[Item]:
    if not isinstance(fields, dict):
        problems.append(f"{file} 第 {position} 条：应当是“名称: 内容”的形式")
        return None
    name = fields.get("id", f"第 {position} 条")
    try:
        return kind(**{**shared, **fields})
    except ValidationError as error:
        problems += [f"{file} {name} {problem}" for problem in describe(error)]
        return None
