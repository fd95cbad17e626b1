from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Sequence

import pytest
import sqlalchemy as sa

from bot.settings import PROJECT_ROOT, load_settings
from bot.statutes.importer import ImportReport, import_files, replace_archive
from bot.statutes.model import Level, Validity
from bot.statutes.parse import parse_law
from bot.statutes.readers import read_file
from bot.statutes.store import StatuteStore, StatuteStoreError

TODAY = dt.date(2026, 11, 22)
IMPORT = "import sys; from pathlib import Path; from bot.statutes.importer import import_files; import_files([Path(sys.argv[1])], Path(sys.argv[2]))"


@pytest.fixture
def store_path(real_store: StatuteStore, tmp_path: Path) -> Path:
    """A copy of the store `fawen setup` made, to import into."""
    return Path(shutil.copy(load_settings().statutes_path, tmp_path / "statutes.db"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "laws"
    path.mkdir()
    return path


def write(folder: Path, title: str, *articles: str, info: str = "2020年1月1日 公布", name: str = "") -> Path:
    """A law file of the shape of the collections."""
    numbered = "\n\n".join(f"第{'一二三四五六七八九'[at]}条 {text}" for at, text in enumerate(articles))
    file = folder / f"{name or title}.md"
    file.write_text(f"# {title}\n\n{info}\n\n<!-- INFO END -->\n\n{numbered}\n", encoding="utf-8")
    return file


def counts(report: ImportReport) -> tuple[int, int, int]:
    return report.added, report.replaced, report.unchanged


def contents(path: Path) -> str:
    """Changes with anything the store says."""
    store = StatuteStore(path, TODAY)
    parts = [*map(str, store.all_versions()), *map(str, store.findings()), *map(str, store.articles_in_force())]
    store.engine.dispose()
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def test_an_imported_law_is_in_force_and_found_by_its_title(store_path, folder):
    write(folder, "样例条例", "工资按月发。", "有下列情形：\n\n（一）甲；\n\n（二）乙。", info="2020年1月1日 国务院令第1号公布")
    report = import_files([folder], store_path)
    assert (counts(report), report.articles, report.failed, report.conflicts) == ((1, 0, 0), 2, [], [])
    store = StatuteStore(store_path, TODAY)
    article = store.find("样例条例", "第二条")
    assert article is not None
    assert (article.text, article.level) == ("有下列情形：\n（一）甲；\n（二）乙。", Level.REGULATION)
    assert article in store.articles_in_force()
    assert [str(c) for c in store.parser.parse("样例条例第2条")] == ["《样例条例》第二条"]


def test_again_without_effect(store_path, folder):
    write(folder, "样例条例", "甲。")
    write(folder, "中华人民共和国样例法", "乙。", "本法自2020年2月1日起施行。")
    assert counts(import_files([folder], store_path)) == (2, 0, 0)
    before = contents(store_path)
    report = import_files([folder, folder / "样例条例.md"], store_path)
    assert (counts(report), report.articles, report.conflicts) == ((0, 0, 2), 0, [])
    assert contents(store_path) == before


def test_a_changed_file_takes_the_place_of_the_old_text_and_this_is_told(store_path, folder):
    write(folder, "样例条例", "甲。", "乙。")
    import_files([folder], store_path)
    write(folder, "样例条例", "甲。", "丙。", "丁。")
    report = import_files([folder], store_path)
    assert counts(report) == (0, 1, 0)
    [(title, published, message)] = report.conflicts
    assert (title, published) == ("样例条例", dt.date(2020, 1, 1))
    assert "以新导入的" in message
    store = StatuteStore(store_path, TODAY)
    assert [article.text for article in store.articles_of("样例条例@2020-01-01")] == ["甲。", "丙。", "丁。"]


def test_the_archive_wins_over_a_file_of_the_same_law_and_day(store_path, folder, real_store):
    kept = real_store.find("劳动合同法", "第三十条")
    assert kept is not None
    write(folder, "中华人民共和国劳动合同法", "篡改过的第一条。", info=f"{kept.published:%Y年%m月%d日} 修正")
    report = import_files([folder], store_path)
    assert counts(report) == (0, 0, 1)
    [(title, published, message)] = report.conflicts
    assert (title, published) == ("劳动合同法", kept.published)
    assert "保留内置的" in message
    assert StatuteStore(store_path, TODAY).find("劳动合同法", "第三十条") == kept


def test_a_later_version_takes_over_on_its_day(store_path, folder):
    write(folder, "样例条例", "旧。", "自2020年1月1日起施行。", name="旧")
    write(folder, "样例条例", "新。", "自2027年3月1日起施行。", info="2026年10月1日 修订", name="新")
    import_files([folder], store_path)
    store = StatuteStore(store_path, TODAY)
    old, new = store.find("样例条例", "第一条"), store.find("样例条例", "第一条", dt.date(2027, 3, 1))
    assert (old.text, new.text) == ("旧。", "新。")
    assert store.validity_of(new) is Validity.NOT_YET


def test_a_law_that_repeals_another_ends_it(store_path, folder):
    write(folder, "旧样例条例", "旧。")
    write(folder, "新样例条例", "新。", "本条例自2025年1月1日起施行。《旧样例条例》同时废止。", info="2024年10月1日 公布")
    import_files([folder], store_path)
    store = StatuteStore(store_path, TODAY)
    assert store.find("旧样例条例", "第一条") is None
    assert store.find("旧样例条例", "第一条", dt.date(2024, 12, 31)) is not None
    assert store.repeal_of("旧样例条例").by == "新样例条例"


def test_the_parts_of_a_code_in_several_files_are_one_law(store_path, folder):
    for name, article in (("总则", "第一条 甲。"), ("合同编", "第二条 乙。\n第三条 丙。"), ("附则", "第四条 丁。")):
        (folder / f"{name}.md").write_text(f"# 样例法典\n# {name}\n2020年1月1日 通过\n<!-- INFO END -->\n{article}\n")
    assert counts(import_files([folder], store_path)) == (1, 0, 0)
    articles = StatuteStore(store_path, TODAY).articles_of("样例法典@2020-01-01")
    assert {(article.number, article.chapter) for article in articles} == {
        ("第一条", "总则"),
        ("第二条", "合同编"),
        ("第三条", "合同编"),
        ("第四条", "附则"),
    }


def test_files_that_cannot_be_read_are_named_and_the_rest_imported(store_path, folder):
    write(folder, "样例条例", "甲。")
    write(folder, "没有日期条例", "甲。", info="某部门")
    (folder / "坏.docx").write_bytes(b"PK\x03\x04 not a word file")
    (folder / "半个.docx").write_bytes(b"")
    (folder / "空.md").write_bytes(b"")
    (folder / "程序.txt").write_bytes(b"\x7fELF\x02\x01\x01\0\0\0\0")
    (folder / "乱码.txt").write_bytes(b"\xff\xff\xfe\x81")
    with (folder / "巨大.txt").open("wb") as huge:
        huge.truncate(50 * 1024 * 1024)
    (folder / "图.png").write_bytes(b"\x89PNG")
    report = import_files([folder, folder / "图.png"], store_path)
    assert counts(report) == (1, 0, 0)
    reasons = {Path(file).name: reason for file, reason in report.failed}
    assert set(reasons) == {"没有日期条例.md", "坏.docx", "半个.docx", "空.md", "程序.txt", "乱码.txt", "巨大.txt", "图.png"}
    for name, what in {
        "没有日期条例.md": "日期",
        "坏.docx": "损坏",
        "半个.docx": "损坏",
        "空.md": "没有内容",
        "程序.txt": "不是文本文件",
        "乱码.txt": "编码",
        "巨大.txt": "太大（50 MB）",
        "图.png": "不认识",
    }.items():
        assert what in reasons[name]
    assert StatuteStore(store_path, TODAY).find("样例条例", "第一条") is not None


def test_progress_counts_every_file(store_path, folder):
    for number in range(3):
        write(folder, f"样例条例{number}", "甲。")
    seen: list[tuple[int, int]] = []
    import_files([folder], store_path, lambda done, total: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_without_a_store_one_is_told_what_to_run(tmp_path, folder):
    write(folder, "样例条例", "甲。")
    with pytest.raises(StatuteStoreError, match="fawen setup"):
        import_files([folder], tmp_path / "none.db")
    assert not (tmp_path / "none.db").exists()


LOCAL_INFO = "（2019年8月1日浙江省第十三届人民代表大会常务委员会第十三次会议通过）"


@pytest.mark.parametrize(("region", "evidence"), [("", False), ("浙江省杭州市", True), ("江苏省南京市", False)])
@pytest.mark.parametrize("info", ["2019年8月1日 公布", LOCAL_INFO, "2019年8月1日 浙江省第十三届人民代表大会常务委员会通过"])
def test_local_rules_are_evidence_only_in_their_region(store_path, folder, region, evidence, info):
    write(folder, "浙江省样例条例", "电动车不得进楼道。", info=info)
    import_files([folder], store_path)
    store = StatuteStore(store_path, TODAY, region)
    assert ("浙江省样例条例" in {article.law for article in store.articles_in_force()}) is evidence
    found = store.find("浙江省样例条例", "第一条")
    assert (found.level, found.region) == (Level.LOCAL, "浙江省")


def test_killed_in_the_middle_the_store_is_as_before(store_path, tmp_path):
    folder = tmp_path / "many"
    folder.mkdir()
    body = [f"第{number}项规定。" + "很长的条文。" * 400 for number in range(9)]
    for number in range(400):
        write(folder, f"样例条例之{number}", *body)
    before = contents(store_path)
    journal = store_path.with_name(f"{store_path.name}-journal")
    # The journal stands from the first write of the transaction to its end.
    assert _killed_once(journal, [sys.executable, "-c", IMPORT, str(folder), str(store_path)])
    assert journal.exists()
    assert contents(store_path) == before
    assert counts(import_files([folder], store_path)) == (400, 0, 0)


def _killed_once(sign: Path, command: Sequence[str]) -> bool:
    """Run ``command`` and kill it once ``sign`` is there; whether it was still at work."""
    process = subprocess.Popen(command, cwd=PROJECT_ROOT, env=os.environ)
    try:
        while process.poll() is None and not (sign.exists() and sign.stat().st_size):
            time.sleep(0.001)
    finally:
        process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


def old_schema(path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE law_versions (id TEXT, title TEXT)"))
        connection.execute(sa.text("INSERT INTO law_versions VALUES ('a', '旧法')"))
    engine.dispose()


def not_a_database(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\0" + bytes(4096))


@pytest.mark.parametrize("make", [old_schema, not_a_database])
def test_a_store_this_code_cannot_use_is_told_and_left_as_it_is(tmp_path, folder, make):
    path = tmp_path / "old.db"
    make(path)
    before = path.read_bytes()
    write(folder, "样例条例", "工资按月发。")
    with pytest.raises(StatuteStoreError, match="fawen setup"):
        import_files([folder], path)
    with pytest.raises(StatuteStoreError, match="fawen setup"):
        StatuteStore(path, TODAY)
    assert path.read_bytes() == before


@pytest.mark.parametrize("make", [old_schema, not_a_database])
def test_the_archive_takes_the_place_of_a_store_this_code_cannot_use(tmp_path, folder, make):
    path = tmp_path / "old.db"
    make(path)
    file = write(folder, "样例条例", "工资按月发。", info="2020年1月1日 国务院令第1号公布")
    law = parse_law(read_file(file), file.stem, file.parts[:-1])
    assert replace_archive([law], path, "first") == 1
    assert StatuteStore(path, TODAY).find("样例条例", "第一条") is not None
    assert sorted(file.name for file in tmp_path.iterdir()) == ["laws", "old.db"]
