"""The language data of ``nlu_data/lexicon``: legal terms, synonyms, typos."""
from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml

LEXICON_DIR = Path(__file__).resolve().parents[2] / "nlu_data" / "lexicon"


@dataclass(frozen=True)
class Lexicon:
    """``terms`` for the segmenter; ``synonyms`` from a colloquial word to statutory ones; ``typos`` wrong → right."""

    terms: list[str] = field(default_factory=list)
    synonyms: dict[str, list[str]] = field(default_factory=dict)
    typos: dict[str, str] = field(default_factory=dict)


@cache
def load_lexicon(folder: Path = LEXICON_DIR) -> Lexicon:
    """Read the lexicon; a word said in several groups gets the statutory words of all of them."""
    terms = [line.strip() for line in (folder / "terms.txt").read_text(encoding="utf-8").splitlines()]
    synonyms: dict[str, list[str]] = {}
    for group in _yaml(folder / "synonyms.yml"):
        for word in group["say"]:
            known = synonyms.setdefault(word, [])
            known += [statutory for statutory in group["statute"] if statutory not in known]
    return Lexicon([term for term in terms if term], synonyms, _yaml(folder / "typos.yml"))


def _yaml(path: Path):  # noqa: ANN202 - each file has its own shape
    return yaml.safe_load(path.read_text(encoding="utf-8"))
