"""Quote the law from the store: nothing about a law is ever made up at run time."""
from __future__ import annotations

from typing import Any, Iterable

from bot.statutes.model import Article, Validity
from bot.statutes.store import StatuteStore

# Characters of an article shown in plain text before it is folded.
FOLD_AT = 120


def quote(article: Article, store: StatuteStore) -> dict[str, Any]:
    """The article for the widget: whole text, and a note on validity and date."""
    return {
        "law": article.law,
        "article": article.number,
        "citation": article.citation,
        "text": article.text,
        "note": validity_note(article, store),
    }


def validity_note(article: Article, store: StatuteStore) -> str:
    """「现行有效 · 2012-12-28 公布」, and the date a newer text takes over, if one is known."""
    validity = store.validity_of(article)
    note = f"{validity.value} · {article.published} 公布"
    if validity is Validity.NOT_YET:
        note += f" · {article.period.begins} 起施行"
    elif article.period.ends and validity is Validity.IN_FORCE:
        note += f" · {article.period.ends} 起由新文本取代"
    elif article.period.ends:
        note += f" · {article.period.ends} 起失效"
    return note


def folded(article: Article) -> str:
    """「《劳动合同法》第三十条：…」 in one paragraph, cut at a sentence when long."""
    text = article.text.replace("\n", "")
    if len(text) > FOLD_AT:
        cut = max(text.rfind(mark, 40, FOLD_AT) for mark in "。；：，")
        text = text[: cut + 1 if cut > 0 else FOLD_AT].rstrip("，：；") + "……"
    return f"{article.citation}：{text}"


def legal_basis_text(articles: Iterable[Article]) -> str:
    """The block 「法律依据」 of a plain-text answer."""
    lines = [folded(article) for article in articles]
    return "法律依据：\n" + "\n".join(lines) if lines else ""
