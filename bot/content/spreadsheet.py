"""Entries in a spreadsheet and back without loss: one row each, for editors who don't write YAML.

Lists stand one item to a line. A citation reads 「劳动合同法 第三十条」; a follow-up is a block of 「问：」, 「答：」 and
「据：」 lines, blocks apart by an empty line; a special group reads 「农民工：…」.
"""
from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Callable, Sequence
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils.exceptions import InvalidFileException
from pydantic import ValidationError

from bot.content.loader import Knowledge, KnowledgeError, describe
from bot.content.schema import Entry

_WIDTHS = {"文件": 18, "编号": 28, "主题": 10, "问题": 30, "问法": 50, "回答": 60, "步骤": 50, "法律依据": 30, "追问": 50}


def export(knowledge: Knowledge, path: Path) -> int:
    """Write all entries to ``path`` (.xlsx); returns how many."""
    book = Workbook()
    sheet = book.active
    sheet.title = "普法条目"
    sheet.append(list(_COLUMNS))
    for entry in knowledge.entries:
        values = {"file": knowledge.file_of[entry.id], **entry.dict()}
        sheet.append([write(values[field]) for field, write, _read in _COLUMNS.values()])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        sheet.column_dimensions[cell.column_letter].width = _WIDTHS.get(str(cell.value), 20)
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "E2"
    book.save(path)
    return len(knowledge.entries)


def read(path: Path) -> dict[str, list[Entry]]:
    """Entries by file, in the order of the rows. Raises :class:`KnowledgeError` naming row and column."""
    try:
        book = load_workbook(path, read_only=True)
    except (InvalidFileException, BadZipFile, KeyError, ValueError, OSError, SyntaxError) as error:
        raise KnowledgeError([f"{path} 不是能读的 .xlsx 文件"]) from error
    rows = book.worksheets[0].iter_rows(values_only=True)
    header = [str(name or "").strip() for name in next(rows, ())]
    missing = [name for name in _COLUMNS if name not in header]
    if missing:
        raise KnowledgeError([f"第一行缺少这些列：{'、'.join(missing)}"])
    files: dict[str, list[Entry]] = {}
    problems: list[str] = []
    for number, row in enumerate(rows, start=2):
        cells = {name: str(value).strip() if value is not None else "" for name, value in zip(header, row)}
        if not any(cells.values()):
            continue
        try:
            values = {field: reader(cells[name]) for name, (field, _write, reader) in _COLUMNS.items()}
            file = values.pop("file")
            if not re.fullmatch(r"[\w-]+\.yml", file):
                raise ValueError(f"文件名应如 labor.yml：{file}")
            files.setdefault(file, []).append(Entry(**values))
        except ValidationError as error:
            problems += [f"第 {number} 行 {problem}" for problem in describe(error)]
        except ValueError as error:
            problems.append(f"第 {number} 行 {error}")
    for file, entries in files.items():
        topics = {entry.topic for entry in entries}
        if len(topics) > 1:
            problems.append(f"{file} 里有几个主题（{'、'.join(sorted(topics))}），一个文件只能有一个")
    if problems:
        raise KnowledgeError(problems)
    return files


def _lines(values: Sequence[str]) -> str:
    return "\n".join(values)


def _read_lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _bases(values: Sequence[dict[str, str]]) -> str:
    return _lines([f"{basis['law']} {basis['article']}" for basis in values])


def _read_bases(text: str) -> list[dict[str, str]]:
    return [_read_basis(line) for line in _read_lines(text)]


def _read_basis(text: str) -> dict[str, str]:
    law, _space, article = text.rpartition(" ")
    if not law:
        raise ValueError(f"法律依据应写成 劳动合同法 第三十条：{text}")
    return {"law": law.strip(), "article": article}


def _follow_ups(values: Sequence[dict[str, Any]]) -> str:
    return "\n\n".join(
        "\n".join(
            [
                f"问：{' / '.join(follow_up['when'])}",
                f"答：{follow_up['answer']}",
                *(f"据：{basis['law']} {basis['article']}" for basis in follow_up["legal_basis"]),
            ]
        )
        for follow_up in values
    )


def _read_follow_ups(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for line in _read_lines(text):
        mark, _colon, said = line.partition("：")
        if mark == "问":
            found.append({"when": [part.strip() for part in said.split(" / ")], "answer": "", "legal_basis": []})
        elif mark in ("答", "据") and found:
            if mark == "答":
                found[-1]["answer"] = said
            else:
                found[-1]["legal_basis"].append(_read_basis(said))
        else:
            raise ValueError(f"追问的每一行应以 问：、答： 或 据： 开头：{line}")
    return found


def _groups(values: Sequence[dict[str, str]]) -> str:
    return _lines([f"{group['group']}：{group['note']}" for group in values])


def _read_groups(text: str) -> list[dict[str, str]]:
    parts = [line.partition("：") for line in _read_lines(text)]
    return [{"group": group, "note": note} for group, _colon, note in parts]


# Heading → field, how it is written into a cell, how it is read from one.
_COLUMNS: dict[str, tuple[str, Callable[[Any], str], Callable[[str], Any]]] = {
    "文件": ("file", str, str),
    "编号": ("id", str, str),
    "主题": ("topic", str, str),
    "问题": ("question", str, str),
    "问法": ("variants", _lines, _read_lines),
    "回答": ("answer", str, str),
    "步骤": ("steps", _lines, _read_lines),
    "法律依据": ("legal_basis", _bases, _read_bases),
    "其他依据": ("further_basis", _bases, _read_bases),
    "服务": ("services", _lines, _read_lines),
    "追问": ("follow_ups", _follow_ups, _read_follow_ups),
    "照顾对象": ("special_groups", _groups, _read_groups),
    "关键词": ("keywords", _lines, _read_lines),
}
