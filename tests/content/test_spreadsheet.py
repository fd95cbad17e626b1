"""Entries in a spreadsheet and back: nothing is lost, and what can't be read is named by row."""
from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from bot.content import spreadsheet
from bot.content.loader import KnowledgeError, load_knowledge
from bot.content.writer import entries_yaml
from bot.settings import load_settings


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    path = tmp_path / "entries.xlsx"
    spreadsheet.export(load_knowledge(load_settings().knowledge_dir), path)
    return path


def change(path: Path, cell: str, value: str) -> None:
    book = load_workbook(path)
    book.worksheets[0][cell] = value
    book.save(path)


def test_every_entry_comes_back_as_it_was(exported: Path, tmp_path: Path) -> None:
    knowledge = load_knowledge(load_settings().knowledge_dir)
    folder = tmp_path / "knowledge" / "entries"
    folder.mkdir(parents=True)
    for name, entries in spreadsheet.read(exported).items():
        (folder / name).write_text(entries_yaml(entries[0].topic, entries), encoding="utf-8")
    again = load_knowledge(folder.parent)
    assert again.entries == knowledge.entries
    assert {entry.id: again.file_of[entry.id] for entry in again.entries} == {
        entry.id: knowledge.file_of[entry.id] for entry in knowledge.entries
    }


def test_an_edited_cell_is_read(exported: Path) -> None:
    change(exported, "D2", "改过的问题怎么办？")
    assert next(iter(spreadsheet.read(exported).values()))[0].question == "改过的问题怎么办？"


@pytest.mark.parametrize(
    ("cell", "value", "told"),
    [
        ("H2", "劳动合同法第三十条", "第 2 行 法律依据应写成"),
        ("H3", "", "第 3 行 legal_basis"),
        ("K4", "怎么办", "第 4 行 追问的每一行"),
        ("C5", "天文", "第 5 行 topic"),
        ("A6", "../x.yml", "第 6 行 文件名"),
        ("B1", "号", "第一行缺少这些列：编号"),
    ],
)
def test_what_can_not_be_read_is_named(exported: Path, cell: str, value: str, told: str) -> None:
    change(exported, cell, value)
    with pytest.raises(KnowledgeError, match=told):
        spreadsheet.read(exported)


def test_a_file_that_is_no_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"not a spreadsheet")
    with pytest.raises(KnowledgeError, match="不是能读的"):
        spreadsheet.read(path)
