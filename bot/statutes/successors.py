"""What governs now in the place of a repealed law: a small table, for people who still cite the old one."""
from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Optional

import yaml

TABLE = Path(__file__).with_name("successors.yml")


@dataclass(frozen=True)
class Successor:
    """``law`` took the place of a repealed one; ``articles`` are those that hold what the old article held."""

    law: str
    articles: tuple[str, ...] = ()


def successor_of(law: str, article: Optional[str]) -> Optional[Successor]:
    """What took the place of ``article`` (第五十二条) of ``law`` (short title), as far as the table knows."""
    entry = _table().get(law)
    if entry is None:
        return None
    return Successor(entry["law"], tuple((entry.get("articles") or {}).get(article, ())))


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    return yaml.safe_load(TABLE.read_text(encoding="utf-8"))
