"""Put texts of laws into the store, in one transaction: whole or not at all, and again without effect."""
from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Iterable, Optional, Sequence

import sqlalchemy as sa
import yaml

from bot.statutes import validity
from bot.statutes.citations import BRACKETED_TITLE, short_title
from bot.statutes.law_text import LawText
from bot.statutes.model import Level
from bot.statutes.parse import UnreadableLaw, parse_law
from bot.statutes.readers import law_files, read_file
from bot.statutes.store import (
    StatuteStoreError,
    archive_table,
    articles_table,
    findings_table,
    metadata,
    open_database,
    repeals_table,
    versions_table,
)

# The source of what `fawen setup` imports; its texts win over a file of the same law and day.
ARCHIVE = "archive"

Progress = Callable[[int, int], None]


@dataclass
class ImportReport:
    """What an import did. ``failed``: (file, why); ``conflicts``: (title, day, what was done)."""

    added: int = 0
    replaced: int = 0
    unchanged: int = 0
    articles: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    conflicts: list[tuple[str, dt.date, str]] = field(default_factory=list)


def import_files(paths: Sequence[Path], store_path: Path, progress: Optional[Progress] = None) -> ImportReport:
    """Import files and folders. A file that can't be read is named in the report, and the rest goes on.

    ``progress`` gets (files read, files in all). Raises :class:`StatuteStoreError` when there is no store yet.
    """
    engine = open_database(store_path)
    report = ImportReport()
    files = list(law_files(paths))
    texts: dict[str, tuple[LawText, str]] = {}
    for number, file in enumerate(files, start=1):
        try:
            law = parse_law(read_file(file), file.stem, file.parts[:-1])
            known = texts.get(law.id)
            texts[law.id] = (_together(known[0], law) if known else law, known[1] if known else str(file.name))
        except UnreadableLaw as error:
            report.failed.append((str(file), str(error)))
        if progress:
            progress(number, len(files))
    try:
        with engine.begin() as connection:
            for law, source in texts.values():
                _put(connection, law, source, report)
            if report.added or report.replaced:
                decide_validity(connection)
    finally:
        engine.dispose()
    return report


def replace_archive(laws: Sequence[LawText], store_path: Path, fingerprint: str) -> int:
    """Put the archive's texts in the place of those of an earlier archive; returns the number of articles.

    What was imported from files stays, save texts the archive has, too. A store that older code made can't be taken
    over: its place is taken, when all is in it, by a new one.
    """
    try:
        engine = open_database(store_path)
        made_anew = False
    except StatuteStoreError:
        engine = _new_database(store_path)
        made_anew = True
    report = ImportReport()
    try:
        with engine.begin() as connection:
            _delete(connection, versions_table.c.source == ARCHIVE)
            _delete(connection, versions_table.c.id.in_([law.id for law in laws]))
            for law in laws:
                _put(connection, law, ARCHIVE, report)
            decide_validity(connection)
            connection.execute(sa.delete(archive_table))
            connection.execute(sa.insert(archive_table), {"fingerprint": fingerprint})
    finally:
        engine.dispose()
    if made_anew:
        os.replace(_unfinished(store_path), store_path)
    return report.articles


def decide_validity(connection: sa.engine.Connection) -> None:
    """Decide anew, over all texts in the store, which version is in force when."""
    rows = connection.execute(sa.select(versions_table)).all()
    versions = [_version(row) for row in rows]
    by_id = {version.id: version for version in versions}
    titles = {version.title for version in versions}
    amending = {row.id for row in rows if row.amending}
    repeals: list[validity.Repeal] = []
    starts: dict[tuple[str, dt.date], dt.date] = {}
    # Only these can say anything about validity; SQLite finds them faster than Python.
    telling = articles_table.c.text.like("%废止%") | (
        articles_table.c.text.like("%施行%") & articles_table.c.version_id.in_(amending)
    )
    for article in connection.execute(sa.select(articles_table).where(telling)):
        version = by_id[article.version_id]
        repeals += validity.repeals_in(version.title, version.effective, article.number, article.text)
        stated = validity.stated_start(article.text) if article.version_id in amending else None
        if stated:
            for title in map(short_title, BRACKETED_TITLE.findall(version.title)):
                if title in titles:
                    starts[(title, version.published)] = stated
    repeals += validity.repeals_with_their_law(versions, repeals)
    periods, findings = validity.decide(versions, repeals, starts, load_overrides())
    update = sa.update(versions_table).where(versions_table.c.id == sa.bindparam("version"))
    connection.execute(
        update.values({name: sa.bindparam(f"new_{name}") for name in ("begins", "ends", "ended_by", "reason")}),
        [
            {
                "version": version.id,
                "new_begins": periods[version.id].begins,
                "new_ends": periods[version.id].ends,
                "new_ended_by": periods[version.id].ended_by.value,
                "new_reason": periods[version.id].reason,
            }
            for version in versions
        ],
    )
    connection.execute(sa.delete(repeals_table))
    connection.execute(sa.delete(findings_table))
    _insert(
        connection,
        repeals_table,
        [{"title": r.title, "repealed_on": r.on, "by_title": r.by, "clause": r.clause} for r in repeals],
    )
    _insert(connection, findings_table, [vars(finding) for finding in findings])


def load_overrides() -> list[validity.Override]:
    """The reviewed decisions of ``overrides.yml``."""
    text = Path(__file__).with_name("overrides.yml").read_text(encoding="utf-8")
    return [
        validity.Override(entry["law"], entry["in_force"], entry["reason"], entry.get("published"), entry.get("ends"))
        for entry in yaml.safe_load(text)
    ]


def _unfinished(store_path: Path) -> Path:
    return store_path.with_name(store_path.name + ".new")


def _new_database(store_path: Path) -> sa.engine.Engine:
    store_path.parent.mkdir(parents=True, exist_ok=True)
    _unfinished(store_path).unlink(missing_ok=True)
    engine = sa.create_engine(f"sqlite:///{_unfinished(store_path)}")
    metadata.create_all(engine)
    return engine


def _put(connection: sa.engine.Connection, law: LawText, source: str, report: ImportReport) -> None:
    query = sa.select(versions_table.c.fingerprint, versions_table.c.source).where(versions_table.c.id == law.id)
    known = connection.execute(query).first()
    if known and known.fingerprint == law.fingerprint:
        report.unchanged += 1
        return
    if known and known.source == ARCHIVE:
        report.unchanged += 1
        report.conflicts.append((law.title, law.published, f"{source} 的文字与内置条文库不同，保留内置的"))
        return
    if known:
        _delete(connection, versions_table.c.id == law.id)
        report.replaced += 1
        report.conflicts.append((law.title, law.published, f"文字与 {known.source} 不同，以新导入的 {source} 为准"))
    else:
        report.added += 1
    connection.execute(sa.insert(versions_table), _version_row(law, source))
    rows = [
        {"version_id": law.id, "number": unit.number, "chapter": unit.chapter, "text": unit.text} for unit in law.units
    ]
    connection.execute(sa.insert(articles_table), rows)
    report.articles += len(rows)


def _together(known: LawText, more: LawText) -> LawText:
    """One law from two files: a code whose parts come in files of their own. The same unit counts once."""
    numbers = {unit.number for unit in known.units}
    new = [unit for unit in more.units if unit.number not in numbers]
    return LawText(**{**vars(known), "units": (*known.units, *new)})


def _delete(connection: sa.engine.Connection, condition: sa.sql.ColumnElement) -> None:
    chosen = sa.select(versions_table.c.id).where(condition)
    connection.execute(sa.delete(articles_table).where(articles_table.c.version_id.in_(chosen)))
    connection.execute(sa.delete(versions_table).where(condition))


def _version_row(law: LawText, source: str) -> dict[str, Any]:
    return {
        "id": law.id,
        "title": law.title,
        "full_title": law.full_title,
        "level": law.level.value,
        "region": law.region,
        "amending": law.amending,
        "issuer": law.issuer,
        "published": law.published,
        "effective": law.effective,
        "source": source,
        "source_flag": law.flag,
        "fingerprint": law.fingerprint,
    }


def _version(row: sa.engine.Row) -> validity.Version:
    return validity.Version(
        id=row.id,
        title=row.title,
        published=row.published,
        effective=row.effective or row.published,
        flag=row.source_flag,
        interpretation=row.level == Level.INTERPRETATION.value,
    )


def _insert(connection: sa.engine.Connection, table: sa.Table, rows: Iterable[dict[str, Any]]) -> None:
    rows = list(rows)
    if rows:
        connection.execute(sa.insert(table), rows)
