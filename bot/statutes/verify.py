"""Check every citation in a text: does it exist, is it in force, and what holds in its place if not."""
from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Optional

from bot.statutes.citations import Citation
from bot.statutes.model import Article, Validity
from bot.statutes.store import StatuteStore
from bot.statutes.successors import successor_of

# From this share of common pairs of characters on, two wordings are taken for the same rule renumbered.
_SAME_RULE = 0.5


class Status(str, Enum):
    """What a citation is worth."""

    IN_FORCE = "现行有效"
    NOT_YET = "尚未施行"
    REPEALED = "已废止"
    RENUMBERED = "条号已变"
    NO_ARTICLE = "没有这一条"
    NO_LAW = "库中没有这部法律"
    NO_LAW_NAMED = "没有写明是哪部法律"


@dataclass(frozen=True)
class Verdict:
    """One citation, what it is worth, why, and the articles that hold instead."""

    citation: Citation
    status: Status
    reason: str = ""
    instead: tuple[str, ...] = ()

    def __str__(self) -> str:
        text = f"{self.citation}：{self.status.value}"
        text += f"（{self.reason}）" if self.reason else ""
        return text + (f"；现行规定：{'、'.join(self.instead)}" if self.instead else "")


def verify(text: str, store: StatuteStore) -> list[Verdict]:
    """The verdict on every citation in ``text``, in order."""
    return [judge(citation, store) for citation in store.parser.parse(text)]


def judge(citation: Citation, store: StatuteStore) -> Verdict:
    """The verdict on one citation."""
    if citation.law is None or citation.article is None:
        return Verdict(citation, Status.NO_LAW_NAMED)
    found = store.resolve(citation)
    if found:
        return _paragraph(citation, found)
    versions = store.find_any(citation.law, citation.article)
    repeal = store.repeal_of(citation.law)
    if repeal and not any(version.period.validity_on(store.today) is Validity.NOT_YET for version in versions):
        reason = f"{repeal.on} 起由《{repeal.by}》{repeal.clause}废止"
        return Verdict(citation, Status.REPEALED, reason, replacements(citation, store))
    if versions:
        return _old_version(citation, versions[0], store)
    if store.versions(citation.law):
        return Verdict(citation, Status.NO_ARTICLE)
    return Verdict(citation, Status.NO_LAW)


def replacements(citation: Citation, store: StatuteStore) -> tuple[str, ...]:
    """The articles in force that took the place of a repealed one, or at least the law that did."""
    successor = successor_of(citation.law or "", citation.article)
    if successor is None:
        return ()
    articles = [store.find(successor.law, number) for number in successor.articles]
    return tuple(article.citation for article in articles if article) or (f"《{successor.law}》",)


def _paragraph(citation: Citation, article: Article) -> Verdict:
    held = len(article.paragraphs)
    if citation.paragraph and citation.paragraph > held:
        return Verdict(citation, Status.NO_ARTICLE, f"该条共 {held} 款")
    return Verdict(citation, Status.IN_FORCE)


def _old_version(citation: Citation, old: Article, store: StatuteStore) -> Verdict:
    status = old.period.validity_on(store.today)
    if status is Validity.NOT_YET:
        return Verdict(citation, Status.NOT_YET, f"{old.period.begins} 起施行")
    if status is Validity.REPEALED:
        return Verdict(citation, Status.REPEALED, old.period.reason, replacements(citation, store))
    moved = _same_rule(old, store)
    return Verdict(
        citation,
        Status.RENUMBERED if moved else Status.NO_ARTICLE,
        "现行文本没有这一条，旧文本有",
        (moved.citation,) if moved else (),
    )


def _same_rule(old: Article, store: StatuteStore) -> Optional[Article]:
    wanted = _pairs(old.text)
    current = next(
        (v for v in store.versions(old.law) if v.period.validity_on(store.today) is Validity.IN_FORCE), None
    )
    best: tuple[float, Optional[Article]] = (_SAME_RULE, None)
    for article in store.articles_of(current.id) if current else []:
        pairs = _pairs(article.text)
        alike = len(wanted & pairs) / max(1, len(wanted | pairs))
        if alike >= best[0]:
            best = (alike, article)
    return best[1]


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}
