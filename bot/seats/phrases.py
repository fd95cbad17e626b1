"""标准答问: the team's own phrases, from ``knowledge/phrases.yml``; ``{…}`` marks what the seat fills in."""
from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Phrase:
    """One phrase, in a group."""

    id: str
    group: str
    title: str
    text: str


def load_phrases(path: Path) -> list[dict[str, Any]]:
    """All phrases, in the order of the file."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [
        asdict(Phrase(phrase["id"], group["group"], phrase["title"], phrase["text"]))
        for group in content["groups"]
        for phrase in group["phrases"]
    ]
