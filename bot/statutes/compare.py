"""What changed between two versions of a law, article by article."""
from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Iterable, Optional, Sequence

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
    before = {article.number: article for article in old}
    after = {article.number: article for article in new}
    same_wording = {wording(article.text): article for article in old}
    found: list[Change] = []
    used: set[str] = set()
    moved = {
        article.number: match
        for article in new
        if not (article.number in before and wording(before[article.number].text) == wording(article.text))
        and (match := same_wording.get(wording(article.text)) or _most_like(article, old, after))
    }
    taken = {match.number for match in moved.values()}
    for article in new:
        counterpart = before.get(article.number)
        if counterpart and wording(counterpart.text) == wording(article.text):
            used.add(counterpart.number)
            continue
        match = moved.get(article.number) or (None if counterpart and counterpart.number in taken else counterpart)
        if match:
            used.add(match.number)
        found.append(Change(match, article))
    return found + [Change(article, None) for article in old if article.number not in used]


def side_by_side(change: Change) -> list[str]:
    """The change in lines: ``-`` old, ``+`` new, with the article's number in front."""
    lines = []
    for mark, article in (("-", change.old), ("+", change.new)):
        if article:
            lines += [f"{mark} {article.number} {line}" for line in article.text.split("\n")]
    return lines


def _most_like(article: Article, old: Iterable[Article], kept: dict[str, Article]) -> Optional[Article]:
    """The old article that ``article`` is a new wording of, among those whose own number now holds something else."""
    best: tuple[float, Optional[Article]] = (_MOVED, None)
    for candidate in old:
        holder = kept.get(candidate.number)
        if holder and candidate.number != article.number and wording(holder.text) == wording(candidate.text):
            continue
        matcher = difflib.SequenceMatcher(None, candidate.text, article.text, autojunk=False)
        if matcher.real_quick_ratio() >= best[0] and matcher.quick_ratio() >= best[0] and matcher.ratio() >= best[0]:
            best = (matcher.ratio(), candidate)
    return best[1]
