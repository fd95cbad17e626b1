"""What changed between two versions of a law, article by article."""
from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Optional, Sequence

from bot.statutes.law_text import wording
from bot.statutes.model import Article

# From this likeness on, an article that left and one that came are the same rule under a new number.
_MOVED = 0.75


@dataclass(frozen=True)
class Change:
    """An article before and after; one side is ``None`` where it came or fell away."""

    old: Optional[Article]
    new: Optional[Article]


def changes(old: Sequence[Article], new: Sequence[Article]) -> list[Change]:
    """All differences in wording, in the order of the new text; rules that only moved to another number are paired."""
    before = {article.number: wording(article.text) for article in old}
    changed = [article for article in new if before.get(article.number) != wording(article.text)]
    unchanged = {article.number for article in new} - {article.number for article in changed}
    left = [article for article in old if article.number not in unchanged]
    pairs: dict[str, Article] = {}
    for counterpart in (_same_wording, _most_like, _same_number):
        for article in changed:
            match = None if article.number in pairs else counterpart(article, left)
            if match:
                pairs[article.number] = match
                left.remove(match)
    return [Change(pairs.get(article.number), article) for article in changed] + [Change(gone, None) for gone in left]


def side_by_side(change: Change) -> list[str]:
    """The change in lines: ``-`` old, ``+`` new, with the article's number in front."""
    lines = []
    for mark, article in (("-", change.old), ("+", change.new)):
        if article:
            lines += [f"{mark} {article.number} {line}" for line in article.text.split("\n")]
    return lines


def _same_wording(article: Article, old: Sequence[Article]) -> Optional[Article]:
    return next((candidate for candidate in old if wording(candidate.text) == wording(article.text)), None)


def _most_like(article: Article, old: Sequence[Article]) -> Optional[Article]:
    best: tuple[float, Optional[Article]] = (_MOVED, None)
    for candidate in old:
        matcher = difflib.SequenceMatcher(None, candidate.text, article.text, autojunk=False)
        if matcher.real_quick_ratio() >= best[0] and matcher.quick_ratio() >= best[0] and matcher.ratio() >= best[0]:
            best = (matcher.ratio(), candidate)
    return best[1]


def _same_number(article: Article, old: Sequence[Article]) -> Optional[Article]:
    return next((candidate for candidate in old if candidate.number == article.number), None)
