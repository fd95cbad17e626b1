"""Emergencies: the right numbers first, at once, whatever else was said. Texts are in ``knowledge/emergency.yml``."""
from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.services import replies
from bot.services.quotes import quote
from bot.services.replies import Reply
from bot.statutes.store import StatuteStore
from bot.text.normalize import normalize

# What a quick reply's payload can hold.
LONGEST_WORDS = 100
_UNSENDABLE = re.compile(r'[{}"\n]')


@dataclass(frozen=True)
class EmergencyKind:
    """One kind of emergency: the words that tell it, whom to call, what to do."""

    id: str
    words: tuple[str, ...]
    hotlines: tuple[dict[str, str], ...]
    text: str
    advice: tuple[str, ...]
    legal_basis: tuple[dict[str, str], ...]


class Emergencies:
    """Chooses and words the answer to a cry for help."""

    def __init__(self, path: Path, statutes: StatuteStore) -> None:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        self._closing: str = content["closing"]
        self._statutes = statutes
        self.kinds = [
            EmergencyKind(
                kind["id"],
                tuple(kind["words"]),
                tuple(kind["hotlines"]),
                kind["text"],
                tuple(kind["advice"]),
                tuple(kind.get("legal_basis", ())),
            )
            for kind in content["kinds"]
        ]

    def reply(self, text: str) -> Reply:
        """The answer to ``text``: the first kind one of whose words occurs in it, else the last kind."""
        plain = normalize(text)
        kind = next((kind for kind in self.kinds if any(word in plain for word in kind.words)), self.kinds[-1])
        numbers = "  ".join(f"{line['number']}（{line['name']}）" for line in kind.hotlines)
        advice = "\n".join(f"· {line}" for line in kind.advice)
        articles = [self._statutes.find(basis["law"], basis["article"]) for basis in kind.legal_basis]
        in_force = [article for article in articles if article]
        return Reply(
            text=f"【请先拨打】{numbers}\n{kind.text}\n\n{advice}\n\n{self._closing}",
            buttons=[replies.HUMAN, *_not_now(plain)],
            kind="emergency",
            shown={
                "text": kind.text,
                "hotlines": list(kind.hotlines),
                "advice": [*kind.advice, self._closing],
                "legal_basis": [quote(article, self._statutes) for article in in_force],
            },
            handoff=True,
            citations=[[article.law, article.number] for article in in_force],
        )


def _not_now(text: str) -> list[dict[str, str]]:
    """A way on for whoever was taken for being in danger and is not: the same words as a question."""
    words = _UNSENDABLE.sub("", text)[:LONGEST_WORDS]
    return [{"title": "现在没有危险，我是咨询", "payload": f"/legal_consultation {words}"}] if words.strip() else []
