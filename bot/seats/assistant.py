"""The answer assistant: for what a citizen says, the entries, guides and articles a seat may use; and a citation check."""
from __future__ import annotations

from typing import Any, Optional

from bot.content.loader import Knowledge
from bot.retrieval.evidence import KINDS, Evidence, Kind
from bot.retrieval.retriever import Match, Retriever
from bot.service_types import SERVICE_TYPES
from bot.services.consultation import SURE
from bot.statutes.model import Article
from bot.statutes.store import StatuteStore
from bot.statutes.verify import Status, verify

SUGGESTED, GUIDES, ARTICLES, FOUND = 4, 2, 5, 20
# What is less likely than this is not worth a seat's glance.
LEAST_CONFIDENCE = 0.05


class Assistant:
    """Looks things up for seats; keeps nothing between questions."""

    def __init__(self, retriever: Retriever, knowledge: Knowledge, statutes: StatuteStore) -> None:
        self._retriever = retriever
        self._knowledge = knowledge
        self._statutes = statutes

    def suggest(self, text: str, about: str = "", topics: Optional[dict[str, float]] = None) -> dict[str, Any]:
        """What fits ``text``: entries and guides with the probability that they answer it, and articles.

        «三个月了» means something only with what the conversation is ``about``: when nothing fits the words alone, they
        are looked up together with it.
        """
        entries = self._retriever.match(text, topics=topics, k=SUGGESTED)
        if about and (not entries or entries[0].confidence < SURE):
            together = f"{about} {text}"
            more = self._retriever.match(together, k=SUGGESTED)
            if more and (not entries or more[0].confidence > entries[0].confidence):
                text, entries = together, more
        guides = self._retriever.match(text, kind="guide", k=GUIDES)
        articles = self._retriever.search(text, ARTICLES, kind="statute")
        return {
            "suggestions": self._likely(entries),
            "guides": self._likely(guides),
            "articles": [self._shown(hit) for hit in articles],
        }

    def search(self, text: str, kind: Optional[Kind] = None) -> list[dict[str, Any]]:
        """The best hits of one kind, or of each kind."""
        cited = [self._article(article) for article in self._cited(text)] if kind in (None, "statute") else []
        found = [
            self._shown(hit) for wanted in (KINDS if kind is None else (kind,)) for hit in self._retriever.search(text, FOUND // 2, wanted)
        ]
        known = {hit["id"] for hit in cited if hit["kind"] == "statute"}
        return cited + [hit for hit in found if hit["kind"] != "statute" or hit["id"] not in known]

    def check_citations(self, text: str) -> list[dict[str, Any]]:
        """Every citation in ``text`` that names a law, with whether it holds."""
        return [
            {
                "written": text[verdict.citation.start : verdict.citation.end],
                "status": verdict.status.value,
                "message": str(verdict),
                "ok": verdict.status is Status.IN_FORCE,
            }
            for verdict in verify(text, self._statutes)
            if verdict.status is not Status.NO_LAW_NAMED
        ]

    def _likely(self, matches: list[Match]) -> list[dict[str, Any]]:
        return [self._shown(match.evidence, match) for match in matches if match.confidence >= LEAST_CONFIDENCE]

    def _cited(self, text: str) -> list[Article]:
        found = [self._statutes.resolve(citation) for citation in self._statutes.parser.parse(text) if citation.law]
        return [article for article in found if article]

    def _shown(self, hit: Evidence, match: Optional[Match] = None) -> dict[str, Any]:
        confidence = round(match.confidence, 2) if match else None
        if hit.kind == "entry":
            entry = self._knowledge.entry_by_id[hit.id]
            steps = "\n".join(f"{number}. {step}" for number, step in enumerate(entry.steps, start=1))
            further = [self._statutes.find(basis.law, basis.article) for basis in entry.further_basis]
            citations = [basis.citation for basis in entry.legal_basis]
            citations += [article.citation for article in further if article]
            insert = f"{entry.answer}\n{steps}\n法律依据：{'、'.join(citations)}"
            return _row("entry", hit.id, entry.question, f"{entry.answer}\n{steps}", confidence, citations, insert)
        if hit.kind == "guide":
            guide = self._knowledge.guide_by_id[hit.id]
            steps = "\n".join(f"{number}. {step}" for number, step in enumerate(guide.procedure, start=1))
            materials = f"需要的材料：{'；'.join(guide.materials)}" if guide.materials else ""
            text = "\n".join(filter(None, [guide.summary, steps, materials]))
            title = f"{SERVICE_TYPES[guide.service_type]}：{guide.title}"
            citations = [basis.citation for basis in guide.legal_basis]
            return _row("guide", hit.id, title, text, confidence, citations, text)
        article = self._statutes.articles_by_id([int(hit.id)])[int(hit.id)]
        return self._article(article)

    def _article(self, article: Article) -> dict[str, Any]:
        text = article.text.replace("\n", "")
        insert = f"{article.citation}规定：{text}"
        return _row("statute", str(article.id), article.citation, article.text, None, [article.citation], insert)


def _row(
    kind: str, row_id: str, title: str, text: str, confidence: Optional[float], citations: list[str], insert: str
) -> dict[str, Any]:
    return {
        "kind": kind,
        "id": row_id,
        "title": title,
        "text": text,
        "confidence": confidence,
        "citations": citations,
        "insert": insert,
    }
