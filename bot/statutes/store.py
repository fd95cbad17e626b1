"""The statute store: versions of laws and their articles in SQLite, with the period each is in force."""
from __future__ import annotations

import datetime as dt
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Iterable, Optional

import sqlalchemy as sa
import yaml

from bot.settings import Settings
from bot.statutes.citations import Citation, CitationParser, short_title
from bot.statutes.law_text import ANNEX, PREAMBLE
from bot.statutes.model import Article, LawVersion, Level, Period, Validity
from bot.statutes.regions import holds_in
from bot.statutes.validity import Repeal

metadata = sa.MetaData()

versions_table = sa.Table(
    "law_versions",
    metadata,
    sa.Column("id", sa.String(240), primary_key=True),
    sa.Column("title", sa.String(200), nullable=False, index=True),
    sa.Column("full_title", sa.String(200), nullable=False),
    sa.Column("level", sa.String(20), nullable=False),
    sa.Column("region", sa.String(40), nullable=False),
    sa.Column("amending", sa.Boolean, nullable=False),
    sa.Column("issuer", sa.String(100), nullable=False),
    sa.Column("published", sa.Date, nullable=False),
    sa.Column("effective", sa.Date),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("source_flag", sa.String(20), nullable=False),
    sa.Column("fingerprint", sa.String(32), nullable=False),
    # Decided by validity.py over all that the store holds, anew after every import.
    sa.Column("begins", sa.Date),
    sa.Column("ends", sa.Date),
    sa.Column("ended_by", sa.String(10)),
    sa.Column("reason", sa.Text),
)
articles_table = sa.Table(
    "articles",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("version_id", sa.ForeignKey("law_versions.id"), nullable=False),
    sa.Column("number", sa.String(30), nullable=False),
    sa.Column("chapter", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Index("articles_of_version", "version_id", "number"),
)
repeals_table = sa.Table(
    "repeals",
    metadata,
    sa.Column("title", sa.String(200), nullable=False, index=True),
    sa.Column("repealed_on", sa.Date, nullable=False),
    sa.Column("by_title", sa.String(200), nullable=False),
    sa.Column("clause", sa.String(30), nullable=False),
)
findings_table = sa.Table(
    "findings",
    metadata,
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("published", sa.Date, nullable=False),
    sa.Column("message", sa.Text, nullable=False),
)
archive_table = sa.Table("archive", metadata, sa.Column("fingerprint", sa.String(80), nullable=False))


class StatuteStoreError(Exception):
    """The store is missing or was made by another version; the message says what to run."""


def open_database(path: Path) -> sa.engine.Engine:
    """Open the file of a store. Raises :class:`StatuteStoreError` when there is none that this code can use."""
    if not path.exists():
        raise StatuteStoreError(f"还没有法律条文库（{path}）。请先运行：fawen setup")
    # Connections are kept open: SQLAlchemy's default for SQLite opens the file anew for each query.
    engine = sa.create_engine(
        f"sqlite:///{path}", poolclass=sa.pool.QueuePool, connect_args={"check_same_thread": False}
    )
    try:
        inspector = sa.inspect(engine)
        usable = all(
            {column["name"] for column in inspector.get_columns(table.name)} == set(table.columns.keys())
            for table in metadata.sorted_tables
        )
    except (sa.exc.NoSuchTableError, sa.exc.DatabaseError):
        usable = False
    if not usable:
        engine.dispose()
        raise StatuteStoreError(
            f"法律条文库（{path}）已损坏，或是旧版本建的。请运行：fawen setup；另外导入过的法规要再导入一次"
        )
    return engine


class StatuteStore:
    """Read access to the law. All questions of validity are asked for a day.

    ``region`` (浙江省杭州市) is that of the service: local rules hold only there.
    """

    def __init__(self, path: Path, today: dt.date, region: str = "") -> None:
        self.engine = open_database(path)
        self.today = today
        self.region = region
        # The store never changes while it is open, and every answer quotes a few articles.
        self._find = lru_cache(maxsize=4096)(self._find_uncached)

    @cached_property
    def parser(self) -> CitationParser:
        """The citation parser that knows every title, alias and repealed predecessor in the store."""
        with self.engine.connect() as connection:
            titles = [row[0] for row in connection.execute(sa.select(versions_table.c.title).distinct())]
            gone = [row[0] for row in connection.execute(sa.select(repeals_table.c.title).distinct())]
        return CitationParser(titles + gone, load_aliases())

    def articles_in_force(self, day: Optional[dt.date] = None) -> list[Article]:
        """Every article that may be used as evidence on ``day`` (default: today), in order of law and number.

        Local rules of other regions than the store's are left out.
        """
        evidence = articles_table.c.number.notin_((PREAMBLE, ANNEX))
        found = self._articles(sa.and_(_in_force(day or self.today), ~versions_table.c.amending, evidence))
        return [article for article in found if holds_in(article.region, self.region)]

    def articles_by_id(self, ids: Iterable[int]) -> dict[int, Article]:
        """Articles by their ids, whatever their validity."""
        return {article.id: article for article in self._articles(articles_table.c.id.in_(list(ids)))}

    def find(self, law: str, number: str, day: Optional[dt.date] = None) -> Optional[Article]:
        """The article ``number`` (第三十八条) of ``law`` (title or alias) in force on ``day``, or ``None``."""
        return self._find(self.parser.canonical(law), number, day or self.today)

    def _find_uncached(self, title: str, number: str, day: dt.date) -> Optional[Article]:
        found = self._articles(
            sa.and_(
                versions_table.c.title == title,
                articles_table.c.number == number,
                ~versions_table.c.amending,
                _in_force(day),
            )
        )
        return found[0] if found else None

    def find_any(self, law: str, number: str) -> list[Article]:
        """The article in every version of ``law``, newest first: to tell what became of one not in force."""
        title = self.parser.canonical(law)
        found = self._articles(sa.and_(versions_table.c.title == title, articles_table.c.number == number))
        return sorted(found, key=lambda article: article.period.begins, reverse=True)

    def resolve(self, citation: Citation) -> Optional[Article]:
        """The article in force today that ``citation`` names, or ``None``."""
        if citation.law is None or citation.article is None:
            return None
        return self.find(citation.law, citation.article)

    def repeal_of(self, law: str) -> Optional[Repeal]:
        """Who repealed ``law`` and when, if a law in the store says so and that day has come."""
        title = self.parser.canonical(law)
        query = (
            sa.select(repeals_table)
            .where(repeals_table.c.title == title, repeals_table.c.repealed_on <= self.today)
            .order_by(repeals_table.c.repealed_on)
        )
        with self.engine.connect() as connection:
            row = connection.execute(query).first()
        return Repeal(row.title, row.repealed_on, row.by_title, row.clause) if row else None

    def titles_in_force(self) -> list[str]:
        """Short titles of all laws in force today."""
        query = sa.select(versions_table.c.title).where(_in_force(self.today)).distinct()
        with self.engine.connect() as connection:
            return sorted(row[0] for row in connection.execute(query))

    def versions(self, law: str) -> list[LawVersion]:
        """All versions of ``law`` (title or alias), newest first."""
        return self._versions(versions_table.c.title == self.parser.canonical(law))

    def all_versions(self) -> list[LawVersion]:
        """Every version of every law, by title, newest first."""
        return self._versions(sa.true())

    def articles_of(self, version_id: str) -> list[Article]:
        """The units of one version, in order."""
        return self._articles(articles_table.c.version_id == version_id)

    def validity_of(self, article: Article) -> Validity:
        """The article's validity today."""
        return article.period.validity_on(self.today)

    def findings(self) -> list[tuple[str, dt.date, str]]:
        """Contradictions between the source's flags and the rule: (title, published, message)."""
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sa.select(findings_table))]

    def _versions(self, condition: sa.sql.ColumnElement) -> list[LawVersion]:
        query = (
            sa.select(versions_table, sa.func.count(articles_table.c.id).label("articles"))
            .outerjoin(articles_table)
            .where(condition)
            .group_by(versions_table.c.id)
            .order_by(versions_table.c.title, versions_table.c.published.desc())
        )
        with self.engine.connect() as connection:
            return [
                LawVersion(
                    id=row.id,
                    title=row.title,
                    level=Level(row.level),
                    region=row.region,
                    published=row.published,
                    period=Period(row.begins, row.ends, Validity(row.ended_by), row.reason),
                    source=row.source,
                    articles=row.articles,
                )
                for row in connection.execute(query)
            ]

    def _articles(self, condition: sa.sql.ColumnElement) -> list[Article]:
        query = (
            sa.select(
                articles_table,
                versions_table.c.title,
                versions_table.c.level,
                versions_table.c.region,
                versions_table.c.published,
                versions_table.c.begins,
                versions_table.c.ends,
                versions_table.c.ended_by,
                versions_table.c.reason,
            )
            .join(versions_table)
            .where(condition)
            .order_by(articles_table.c.id)
        )
        with self.engine.connect() as connection:
            return [
                Article(
                    id=row.id,
                    law=row.title,
                    number=row.number,
                    text=row.text,
                    chapter=row.chapter,
                    period=Period(row.begins, row.ends, Validity(row.ended_by), row.reason),
                    published=row.published,
                    level=Level(row.level),
                    region=row.region,
                )
                for row in connection.execute(query)
            ]


def open_statutes(settings: Settings) -> StatuteStore:
    """The store the settings name, for their day and region."""
    return StatuteStore(settings.statutes_path, settings.current_date(), settings.region)


def load_aliases() -> dict[str, str]:
    """The reviewed short names of laws (``aliases.yml``), alias → title."""
    text = Path(__file__).with_name("aliases.yml").read_text(encoding="utf-8")
    return {short_title(alias): title for alias, title in yaml.safe_load(text).items()}


def _in_force(day: dt.date) -> sa.sql.ColumnElement:
    ends = versions_table.c.ends
    return sa.and_(versions_table.c.begins <= day, sa.or_(ends.is_(None), ends > day))
