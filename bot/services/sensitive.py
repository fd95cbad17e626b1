"""Matters in which a citizen is better served by a person. The list is ``knowledge/sensitive.yml``."""
from __future__ import annotations

from pathlib import Path
from typing import Optional

import yaml

from bot.text.normalize import normalize


class SensitiveMatters:
    """Finds such a matter in what a citizen says."""

    def __init__(self, path: Path) -> None:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        self._matters = [(matter["name"], tuple(matter["words"])) for matter in content["matters"]]

    def find(self, text: str) -> Optional[str]:
        """The name of the first matter one of whose words occurs in ``text``, or ``None``."""
        plain = normalize(text)
        return next((name for name, words in self._matters if any(word in plain for word in words)), None)
