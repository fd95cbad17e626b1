"""Write entries as YAML in the style of ``knowledge/entries``: blocks for people to read, citations on one line."""
from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Sequence

import yaml

from bot.content.schema import Entry


class _OneLine(dict):
    """A mapping written as ``{law: …, article: …}``."""


class _OneLineList(list):
    """A list written as ``[a, b]``."""


class _Dumper(yaml.SafeDumper):
    """Indents lists under their key, as the files are written by hand."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


_Dumper.add_representer(_OneLine, lambda dumper, data: dumper.represent_mapping("tag:yaml.org,2002:map", data, True))
_Dumper.add_representer(
    _OneLineList, lambda dumper, data: dumper.represent_sequence("tag:yaml.org,2002:seq", data, True)
)


def entries_yaml(topic: str, entries: Sequence[Entry]) -> str:
    """A whole file of entries of one topic."""
    blocks = [_indented(_dump([_plain(entry)])) for entry in entries]
    return f"topic: {topic}\nentries:\n" + "\n".join(blocks)


def entry_block(values: dict[str, Any]) -> str:
    """One entry, complete or not, as it stands in the list of a file."""
    return _indented(_dump([values]))


def write_whole(path: Path, text: str) -> None:
    """Write ``text`` to ``path``, whole or not at all."""
    unfinished = path.with_name(path.name + ".new")
    unfinished.write_text(text, encoding="utf-8")
    os.replace(unfinished, path)


def _plain(entry: Entry) -> dict[str, Any]:
    """The entry's fields in the order of the schema; empty ones are left out."""
    values = {name: value for name, value in entry.dict().items() if name != "topic" and value}
    for name in ("legal_basis", "further_basis"):
        if name in values:
            values[name] = [_OneLine(basis) for basis in values[name]]
    for name in ("services", "keywords"):
        if name in values:
            values[name] = _OneLineList(values[name])
    if "special_groups" in values:
        values["special_groups"] = [_OneLine(group) for group in values["special_groups"]]
    for follow_up in values.get("follow_ups", ()):
        follow_up["when"] = _OneLineList(follow_up["when"])
        if follow_up["legal_basis"]:
            follow_up["legal_basis"] = _OneLineList(map(_OneLine, follow_up["legal_basis"]))
        else:
            del follow_up["legal_basis"]
    return values


def _dump(value: Any) -> str:
    return yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10_000)


def _indented(text: str) -> str:
    return "".join(f"  {line}" if line.strip() else line for line in text.splitlines(keepends=True))
