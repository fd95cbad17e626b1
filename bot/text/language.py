"""The language a citizen writes in, as far as it matters for who can talk to them."""
from __future__ import annotations


def language_of(text: str) -> str:
    """``en`` for a text in Latin letters, else ``zh``."""
    letters = [character for character in text if character.isalpha()]
    latin = sum(character.isascii() for character in letters)
    return "en" if len(letters) >= 10 and latin > 0.8 * len(letters) else "zh"
