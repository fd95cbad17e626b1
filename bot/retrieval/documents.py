"""What goes into the index: each document's texts for the dense side and its text for the lexical side."""
from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Optional, Sequence

from bot.content.loader import Knowledge
from bot.retrieval.evidence import Kind
from bot.statutes.model import Article, Level


@dataclass(frozen=True)
class Document:
    """One document. ``queries`` are ways citizens ask for it, ``passages`` its own texts; both are encoded.

    ``group`` is the law of an article, the topic of an entry or the service type of a guide.
    ``cites`` holds (law, article) pairs.
    """

    kind: Kind
    id: str
    title: str
    group: str
    text: str
    queries: tuple[str, ...] = ()
    passages: tuple[str, ...] = ()
    law: Optional[str] = None
    article: Optional[str] = None
    level: Optional[Level] = None
    cites: tuple[tuple[str, str], ...] = field(default=())


def knowledge_documents(knowledge: Knowledge) -> list[Document]:
    """Entries, then guides."""
    documents = []
    for entry in knowledge.entries:
        bases = [*entry.legal_basis, *(basis for follow in entry.follow_ups for basis in follow.legal_basis)]
        documents.append(
            Document(
                kind="entry",
                id=entry.id,
                title=entry.question,
                group=entry.topic,
                text=" ".join([*entry.phrasings, entry.answer, *entry.keywords]),
                queries=tuple(entry.phrasings),
                passages=(f"{entry.question}{entry.answer}",),
                cites=tuple((basis.law, basis.article) for basis in bases),
            )
        )
    for guide in knowledge.guides:
        documents.append(
            Document(
                kind="guide",
                id=guide.id,
                title=guide.title,
                group=guide.service_type,
                text=" ".join([*guide.phrasings, guide.summary]),
                queries=tuple(guide.phrasings),
                passages=(f"{guide.title}：{guide.summary}",),
                cites=tuple((basis.law, basis.article) for basis in guide.legal_basis),
            )
        )
    return documents


def article_documents(articles: Sequence[Article]) -> list[Document]:
    """Articles, in the order given (law by law: neighbours lend each other context)."""
    return [
        Document(
            kind="statute",
            id=str(article.id),
            title=article.citation,
            group=article.law,
            text=f"{article.law}{article.number}{article.text}",
            passages=(f"{article.law}{article.number} {article.text}",),
            law=article.law,
            article=article.number,
            level=article.level,
        )
        for article in articles
    ]


def citation_counts(documents: Sequence[Document]) -> Counter[str]:
    """How often the knowledge cites each law: what citizens' questions are decided by."""
    return Counter(law for document in documents for law, _article in document.cites)
