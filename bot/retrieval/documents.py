"""What goes into the index: each document's texts for the dense side and its text for the lexical side."""
from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Optional, Sequence

from bot.content.loader import Knowledge
from bot.retrieval.evidence import Kind
from bot.statutes.model import Article, Level
from bot.text.normalize import normalize

# What the title of a judicial interpretation says beside its subject, in the order in which it is taken off.
_TITLE_FRAME = (
    re.compile(r"^(最高人民法院|最高人民检察院|公安部|司法部|国家安全部|、|和|与)+(关于)?"),
    re.compile(
        r"(适用|执行)?(有关)?(法律|法规)?(若干|具体|有关|几个)*(适用)?(法律)?(若干|具体|有关|几个)*问题的"
        r"(解释|规定|批复|意见|通知|决定|解答|答复|复函)(（[一二三四五六七八九十]+）)?$"
    ),
    re.compile(r"^(关于)?(审理|办理|适用|依法|正确|人民法院)+"),
    re.compile(r"中华人民共和国"),
    re.compile(r"的(解释|规定|批复|意见)(（[一二三四五六七八九十]+）)?$"),
)


@dataclass(frozen=True)
class Document:
    """One document. ``queries`` are ways citizens ask for it, ``passages`` its own texts; both are encoded.

    ``group`` is the law of an article, the topic of an entry or the service type of a guide.
    ``cites`` holds (law, article) pairs, the most deciding first.
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
        of_follow_ups = [basis for follow_up in entry.follow_ups for basis in follow_up.legal_basis]
        bases = [*entry.legal_basis, *entry.further_basis, *of_follow_ups]
        documents.append(
            Document(
                kind="entry",
                id=entry.id,
                title=entry.question,
                group=entry.topic,
                text=" ".join([*entry.phrasings, entry.answer, *entry.keywords]),
                queries=_questions(entry.phrasings),
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
                queries=_questions(guide.phrasings),
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
            passages=(_passage(article),),
            law=article.law,
            article=article.number,
            level=article.level,
        )
        for article in articles
    ]


def subject(title: str) -> str:
    """What an interpretation is about: 最高人民法院关于审理民间借贷案件适用法律若干问题的规定 → 民间借贷案件."""
    left = title
    for frame in _TITLE_FRAME:
        left = frame.sub("", left)
    return left or title


def _questions(phrasings: Sequence[str]) -> tuple[str, ...]:
    # In the form in which a citizen's question is searched for.
    return tuple(normalize(phrasing) for phrasing in phrasings)


def _passage(article: Article) -> str:
    # The encoder reads only the beginning of an article, and an interpretation's title would take half of it.
    if article.level is Level.INTERPRETATION:
        return f"{subject(article.law)} {article.text}"
    return f"{article.law}{article.number} {article.text}"


def citation_counts(documents: Sequence[Document]) -> Counter[str]:
    """How often the knowledge cites each law: what citizens' questions are decided by."""
    return Counter(law for document in documents for law, _article in document.cites)
