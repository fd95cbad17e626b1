"""Consolidate the simple orders of an amending act into the text it amends.

The archive's 刑法 is the text of 2020; 刑法修正案（十二） changed seven of its articles. Each order it gives is a full
new wording: of an article (「将该条修改为：“…”」「将刑法第X条修改为：“…”」) or of its first paragraph
(「第一款修改为：“…”」). Only these two forms are applied; anything else is refused, never guessed.
"""
from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Optional

from bot.statutes import numerals

_ORDER = re.compile(
    rf"刑法第(?P<number>[{numerals.CHINESE_DIGITS}]+)条(?:之(?P<suffix>[一二三四五六七八九十]+))?"
    rf"(?P<paragraph>第一款)?(?:中[^。]{{0,20}}，将该条)?修改为[：:]"
)
_LINE_QUOTES = "\"“”"


@dataclass(frozen=True)
class Order:
    """New wording of ``article`` (第三百九十条), or of its first paragraph only."""

    article: str
    first_paragraph_only: bool
    text: str


def read_order(text: str) -> Optional[Order]:
    """Read one article of an amending act; ``None`` when it gives no order of a known form."""
    match = _ORDER.search(text)
    if not match:
        return None
    wording = "\n".join(line.strip().strip(_LINE_QUOTES) for line in text[match.end() :].splitlines())
    number = numerals.to_int(match["number"])
    if number is None:
        return None
    suffix = numerals.to_int(match["suffix"]) if match["suffix"] else None
    return Order(numerals.article_number(number, suffix), bool(match["paragraph"]), wording.strip())


def apply_order(order: Order, old_text: str) -> str:
    """The article's text after the order."""
    if not order.first_paragraph_only:
        return order.text
    _first, *rest = old_text.split("\n")
    return "\n".join([order.text, *rest])
