"""One normal form for what citizens type: Simplified characters, half-width forms, known typos mended."""
from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from opencc import OpenCC

from bot.text.lexicon import load_lexicon

_CONTROL = re.compile(r"[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufe00-\ufe0f]")
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
_SPACES = re.compile(r"\s+")
_REPEATED = re.compile(r"([^\w\s])\1{2,}")


@lru_cache(maxsize=1)
def _traditional_to_simplified() -> OpenCC:
    return OpenCC("t2s")


@lru_cache(maxsize=1)
def _typo_pattern() -> re.Pattern[str]:
    wrong = sorted(load_lexicon().typos, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, wrong)) or r"(?!)")


def clean(text: str) -> str:
    """Drop control, invisible and broken characters; keep everything a person meant to type."""
    return _LONE_SURROGATE.sub("", _CONTROL.sub("", text.replace("\r", "\n"))).strip()


@lru_cache(maxsize=4096)
def normalize(text: str) -> str:
    """The form that is classified and searched for.

    NFKC folds full-width letters, digits and punctuation; OpenCC turns Traditional characters into Simplified
    ones; runs of spaces and of repeated punctuation shrink; typos of ``lexicon/typos.yml`` are mended.
    The function is idempotent.
    """
    plain = unicodedata.normalize("NFKC", clean(text))
    if not plain.isascii():
        plain = _traditional_to_simplified().convert(plain)
    plain = _REPEATED.sub(r"\1", _SPACES.sub(" ", plain)).strip()
    return _mend_typos(plain)


def _mend_typos(text: str) -> str:
    """Replace typos until none is left: mending one may complete another beside it."""
    mended = _typo_pattern().sub(lambda match: load_lexicon().typos[match[0]], text)
    return mended if mended == text else _mend_typos(mended)


def has_words(text: str) -> bool:
    """Whether there is any letter, digit or Chinese character in ``text`` (emoji and punctuation are none)."""
    return any(unicodedata.category(character)[0] in "LN" for character in text)
