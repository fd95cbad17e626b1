"""What retrieval returns: one type for entries, guides and articles."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Optional

Kind = Literal["entry", "guide", "statute"]
KINDS: tuple[Kind, ...] = ("entry", "guide", "statute")


@dataclass(frozen=True)
class Evidence:
    """One hit. ``id`` is the entry's or guide's id, or the article's row id in the statute store.

    ``law`` and ``article`` are set for statutes only. ``score`` orders hits of one kind; it is no probability.
    """

    kind: Kind
    id: str
    title: str
    score: float
    law: Optional[str] = None
    article: Optional[str] = None
