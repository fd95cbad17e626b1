from __future__ import annotations

import datetime as dt
import sqlite3
from pathlib import Path

import pytest

from bot.statutes import archive, importer
from bot.statutes.model import Validity
from bot.statutes.store import StatuteStore, StatuteStoreError

TODAY = dt.date(2026, 11, 22)

# law_id, law_name, doc_type, publish_date, effective_date, status
LAWS = [
    ("x1", "中华人民共和国刑法", "法律", "2020-12-26", "1997-10-01", "已被修改"),
    ("x2", "中华人民共和国刑法修正案（九十九）", "修正案", "2023-12-29", "2024-03-01", "现行有效"),
    ("h1", "中华人民共和国合同法", "法律", "1999-03-15", "1999-10-01", "已废止"),
    ("m1", "中华人民共和国民法典", "法律", "2020-05-28", "2021-01-01", "现行有效"),
    ("z1", "中华人民共和国组织法", "法律", "2025-10-28", "1998-11-04", "现行有效"),
    ("z0", "中华人民共和国组织法", "法律", "2018-12-29", "1998-11-04", "历史版本"),
    ("d1", "关于修改《中华人民共和国组织法》的决定", "修改决定", "2025-10-28", "2026-01-01", "现行有效"),
    ("t1", "中华人民共和国农村土地承包法", "法律", "2018-12-29", "2018-12-29", "已废止"),
]
# law_id, chapter, section, article_no, article_text
ARTICLES = [
    ("x1", "第一章 罪", None, "第一条", " 旧的话。\n第二款。 "),
    ("x1", "第一章 罪", "第一节 盗", "第二条", "不变的话。"),
    ("x2", None, None, "条目一", '将刑法第一条第一款修改为："新的话。"'),
    ("x2", None, None, "条目二", "本修正案自2024年3月1日起施行。"),
    ("h1", None, None, "第一条", "合同的话。"),
    ("m1", None, None, "第一条", "民法的话。"),
    ("m1", None, None, "第二条", "本法自2021年1月1日起施行。《中华人民共和国合同法》同时废止。"),
    ("z1", None, None, "第一条", "新的组织。"),
    ("z0", None, None, "第一条", "旧的组织。"),
    ("d1", None, None, "条目一", "本决定自2026年1月1日起施行。"),
    ("t1", None, None, "第一条", "承包的话。"),
]


def write_archive(path: Path, articles=ARTICLES) -> Path:
    """A small archive of the shape of ``laws.db``."""
    with sqlite3.connect(path) as connection:
        connection.execute(
            "CREATE TABLE laws (law_id TEXT PRIMARY KEY, law_name TEXT, doc_type TEXT, issuing_body TEXT,"
            " publish_date TEXT, effective_date TEXT, status TEXT)"
        )
        connection.execute(
            "CREATE TABLE articles (id INTEGER PRIMARY KEY, law_id TEXT, chapter TEXT, section TEXT,"
            " article_no TEXT, article_text TEXT)"
        )
        connection.executemany("INSERT INTO laws VALUES (?, ?, ?, '人大', ?, ?, ?)", LAWS)
        connection.executemany(
            "INSERT INTO articles (law_id, chapter, section, article_no, article_text) VALUES (?, ?, ?, ?, ?)", articles
        )
    connection.close()
    return path


@pytest.fixture
def laws_db(tmp_path: Path) -> Path:
    return write_archive(tmp_path / "laws.db")


@pytest.fixture
def store(tmp_path: Path, laws_db: Path) -> StatuteStore:
    path = tmp_path / "var" / "statutes.db"
    archive.import_archive(laws_db, path, "abc")
    return StatuteStore(path, TODAY)


def test_every_article_is_imported_and_the_consolidated_text_too(tmp_path, laws_db):
    count = archive.import_archive(laws_db, tmp_path / "statutes.db", "abc")
    assert count == len(ARTICLES) + 2


def test_titles_are_short_texts_trimmed_chapters_joined(store):
    article = store.find("刑法", "第二条")
    assert article is not None
    assert article.citation == "《刑法》第二条"
    assert article.chapter == "第一章 罪 第一节 盗"
    assert article.text == "不变的话。"


def test_the_amendment_is_worked_into_the_law(store):
    article = store.find("刑法", "第一条")
    assert article is not None
    assert article.text == "新的话。\n第二款。"
    assert article.period.begins == dt.date(2024, 3, 1)
    before = store.find("刑法", "第一条", dt.date(2024, 2, 29))
    assert before is not None and before.text == "旧的话。\n第二款。"


def test_amending_acts_are_kept_but_are_no_evidence(store):
    assert store.find("刑法修正案（九十九）", "条目一") is None
    assert "刑法修正案（九十九）" not in {article.law for article in store.articles_in_force()}
    assert len(store.find_any("刑法修正案（九十九）", "条目一")) == 1


def test_an_amended_text_begins_when_the_decision_says(store):
    today = store.find("组织法", "第一条")
    last_year = store.find("组织法", "第一条", dt.date(2025, 12, 31))
    assert today is not None and today.text == "新的组织。"
    assert last_year is not None and last_year.text == "旧的组织。"


def test_repeals_and_overrides_are_applied(store):
    assert store.find("合同法", "第一条") is None
    [gone] = store.find_any("合同法", "第一条")
    assert store.validity_of(gone) is Validity.REPEALED
    repeal = store.repeal_of("合同法")
    assert repeal is not None and (repeal.by, repeal.clause) == ("民法典", "第二条")
    assert store.find("农村土地承包法", "第一条") is not None


def test_a_repeal_whose_day_has_not_come_is_not_told(store, tmp_path):
    earlier = StatuteStore(tmp_path / "var" / "statutes.db", dt.date(2020, 12, 31))
    assert earlier.repeal_of("合同法") is None
    assert earlier.find("合同法", "第一条") is not None


def test_current_means_this_archive_and_this_code(tmp_path, laws_db, monkeypatch):
    path = tmp_path / "statutes.db"
    assert not archive.is_current(path, "abc")
    archive.import_archive(laws_db, path, "abc")
    assert archive.is_current(path, "abc")
    assert not archive.is_current(path, "other")
    monkeypatch.setattr(archive, "IMPORT_REVISION", archive.IMPORT_REVISION + 1)
    assert not archive.is_current(path, "abc")


def test_a_file_that_is_no_store_is_not_current(tmp_path):
    path = tmp_path / "statutes.db"
    path.write_bytes(b"not a database at all" * 100)
    assert not archive.is_current(path, "abc")
    path.unlink()
    sqlite3.connect(path).close()
    path.write_bytes(b"")
    assert not archive.is_current(path, "abc")


def test_an_interrupted_import_leaves_the_old_store(tmp_path, laws_db, monkeypatch):
    path = tmp_path / "statutes.db"
    archive.import_archive(laws_db, path, "abc")
    before = StatuteStore(path, TODAY).articles_in_force()

    def pulled_plug(*_arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(importer, "decide_validity", pulled_plug)
        with pytest.raises(KeyboardInterrupt):
            archive.import_archive(laws_db, path, "def")
    assert StatuteStore(path, TODAY).articles_in_force() == before
    assert archive.is_current(path, "abc")

    archive.import_archive(laws_db, path, "def")  # what was left behind is no obstacle
    assert archive.is_current(path, "def")


def test_a_broken_archive_leaves_the_old_store(tmp_path, laws_db):
    path = tmp_path / "statutes.db"
    archive.import_archive(laws_db, path, "abc")
    broken = write_archive(tmp_path / "broken.db", [*ARTICLES, ("m1", None, None, "第三条", None)])
    with pytest.raises(Exception):  # noqa: B017 - whatever the archive's fault raises
        archive.import_archive(broken, path, "def")
    assert archive.is_current(path, "abc")


def test_without_a_store_the_message_says_what_to_run(tmp_path):
    with pytest.raises(StatuteStoreError, match="fawen setup"):
        StatuteStore(tmp_path / "missing.db", TODAY)


def test_importing_again_gives_the_same(tmp_path, laws_db):
    path = tmp_path / "statutes.db"
    first = archive.import_archive(laws_db, path, "abc")
    again = archive.import_archive(laws_db, path, "abc")
    assert first == again
    assert len(StatuteStore(path, TODAY).articles_in_force()) == 6
