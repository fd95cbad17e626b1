"""Article numbers: 38 ↔ 三十八, 133 and 1 ↔ 第一百三十三条之一."""
from __future__ import annotations

from typing import Optional

import cn2an

CHINESE_DIGITS = "零〇一二三四五六七八九十百千两"
_FULL_WIDTH = str.maketrans("０１２３４５６７８９〇两", "0123456789零二")
LARGEST = 9999


def to_int(text: str) -> Optional[int]:
    """Read an Arabic (half or full width) or Chinese numeral from 1 to 9999; ``None`` when it isn't one."""
    plain = text.strip().translate(_FULL_WIDTH)
    if plain.isascii():
        value = int(plain) if plain.isdigit() and len(plain) <= len(str(LARGEST)) else 0
    elif not set(plain) <= set(CHINESE_DIGITS):
        return None
    else:
        try:
            value = int(cn2an.cn2an(plain, "smart"))
        except (ValueError, KeyError, IndexError, TypeError):
            return None
    return value if 1 <= value <= LARGEST else None


def to_chinese(number: int) -> str:
    """Write ``number`` (1 to 9999) as statutes do: 十二, 一百一十, 一千零七十九."""
    if not 1 <= number <= LARGEST:
        raise ValueError(f"article numbers run from 1 to {LARGEST}, got {number}")
    text = cn2an.an2cn(number)
    return text[1:] if text.startswith("一十") else text


def article_number(number: int, suffix: Optional[int] = None) -> str:
    """The article's designation: ``article_number(133, 1)`` is 第一百三十三条之一."""
    return f"第{to_chinese(number)}条" + (f"之{to_chinese(suffix)}" if suffix else "")
