"""The text of a file: Markdown, plain text in UTF-8 or GB18030, or a Word document."""
from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Iterator, Sequence

from docx.opc.exceptions import OpcError

from bot.statutes.parse import UnreadableLaw

ENDINGS = (".md", ".markdown", ".txt", ".docx")
# What a damaged file raises: none of the libraries has one error for it.
_DAMAGED = (
    OpcError,  # python-docx: not a package
    ValueError,  # python-docx: a package, but not of a Word document
    KeyError,  # python-docx: a part or relationship is missing
    zipfile.BadZipFile,
    EOFError,  # zipfile: cut off
    zlib.error,  # zipfile: a damaged member
    NotImplementedError,  # zipfile: a compression it doesn't know
    RuntimeError,  # zipfile: encrypted
    SyntaxError,  # lxml: XMLSyntaxError
)
# The longest code in force has less than 1 MB of text; a Word file may hold pictures.
LARGEST = 20 * 1024 * 1024


def law_files(paths: Sequence[Path]) -> Iterator[Path]:
    """The files to read: those named, and all of a known kind in the folders named (index and readme files are not laws)."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for file in sorted(path.rglob("*")):
            if file.is_file() and file.suffix.lower() in ENDINGS and not _is_index(file):
                yield file


def read_file(path: Path) -> str:
    """The text of ``path``. Raises :class:`UnreadableLaw` saying what is wrong with it."""
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise UnreadableLaw(f"文件太大（{size / 1024**2:.0f} MB），最大 {LARGEST // 1024**2} MB")
        if path.suffix.lower() == ".docx":
            return _word(path)
        if path.suffix.lower() not in ENDINGS:
            raise UnreadableLaw(f"不认识这种文件，可用：{' '.join(ENDINGS)}")
        return _decoded(path.read_bytes())
    except OSError as error:
        raise UnreadableLaw(error.strerror or str(error)) from error


def _decoded(raw: bytes) -> str:
    if b"\0" in raw:
        raise UnreadableLaw("不是文本文件")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableLaw("文字编码既不是 UTF-8 也不是 GB18030")


def _word(path: Path) -> str:
    import docx

    try:
        document = docx.Document(str(path))
        return "\n".join(paragraph.text for paragraph in document.paragraphs)
    except _DAMAGED as error:
        raise UnreadableLaw("Word 文件打不开，可能已损坏；旧的 .doc 格式请先另存为 .docx") from error


def _is_index(path: Path) -> bool:
    return path.stem.lower() in ("_index", "index", "readme")
