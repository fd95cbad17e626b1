"""`fawen knowledge …` as an editor uses it, on a copy of the knowledge."""
from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from support import fawen

from bot.settings import Settings, load_settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(load_settings().knowledge_dir, tmp_path / "knowledge"))


def edit(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run ``fawen knowledge`` on the copy in ``folder``."""
    return fawen("knowledge", *words, FAWEN_KNOWLEDGE_DIR=str(folder))


def test_a_new_entry_is_written_and_must_be_filled_in(settings: Settings, folder: Path) -> None:
    done = edit(
        folder, "new", "--topic", "劳动纠纷", "--id", "labor-trial-entry", "--question", "老板拖欠工资怎么办", "--file", "labor.yml"
    )
    assert done.returncode == 0, done.stderr
    assert "labor-unpaid-wages" in done.stdout  # the entry that already answers it
    checked = edit(folder, "check")
    assert checked.returncode == 1
    assert "labor-trial-entry" in checked.stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--topic", "天文", "--id", "a-b", "--question", "问什么", "--file", "a.yml"), "没有“天文”这个主题"),
        (("--topic", "劳动纠纷", "--id", "labor-unpaid-wages", "--question", "问什么", "--file", "labor.yml"), "已经有了"),
        (("--topic", "劳动纠纷", "--id", "labor-x", "--question", "问什么", "--file", "family.yml"), "请换一个文件"),
    ],
)
def test_what_can_not_be_added_is_told(folder: Path, words: tuple[str, ...], told: str) -> None:
    done = edit(folder, "new", *words)
    assert done.returncode == 2
    assert told in done.stderr


def test_no_two_entries_answer_the_same_question(settings: Settings, folder: Path) -> None:
    done = edit(folder, "duplicates")
    assert done.returncode == 0, done.stdout


def test_coverage_lists_questions_without_a_good_entry(settings: Settings, folder: Path, tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    log.write_text('老板拖欠工资不给怎么办\n{"question": "火星上的石头归谁所有 能挖回来卖吗"}\n', encoding="utf-8")
    done = edit(folder, "coverage", str(log))
    assert done.returncode == 0, done.stderr
    assert "火星" in done.stdout and "拖欠" not in done.stdout
    assert "2 个问题，1 个没有好的条目" in done.stderr


def test_out_to_a_spreadsheet_and_back_changes_nothing(folder: Path, tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in (folder / "entries").iterdir()}
    assert edit(folder, "export", str(tmp_path / "e.xlsx")).returncode == 0
    done = edit(folder, "import", str(tmp_path / "e.xlsx"))
    assert "改写了 0 个文件" in done.stderr
    assert {path.name: path.read_bytes() for path in (folder / "entries").iterdir()} == before


def test_confirming_needs_known_ids(folder: Path) -> None:
    assert "没有这个编号" in edit(folder, "confirm", "no-such-entry").stderr
    assert "--all" in edit(folder, "confirm").stderr
