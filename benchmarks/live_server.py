"""A ``fawen serve`` of one's own on a free port, with the built model and index but databases that are thrown away."""
from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, Optional

from benchmarks.common import note, stop
from bot.settings import PROJECT_ROOT, Settings

# What the server reads of var/; the databases it writes are its own.
_READ_ONLY = ("models", "index", "statutes.db", "calibration.json")
_START_SECONDS = 180


@dataclass(frozen=True)
class LiveServer:
    """A running server."""

    url: str
    pid: int
    start_seconds: float


@contextlib.contextmanager
def live_server(settings: Settings) -> Iterator[LiveServer]:
    """Start the server, wait until it is healthy, and stop it at the end."""
    with server_folder(settings) as folder:
        process = ServerProcess(folder)
        note("正在启动服务……")
        try:
            start_seconds = process.start()
            yield LiveServer(process.url, process.pid, start_seconds)
        finally:
            process.stop()


@contextlib.contextmanager
def server_folder(settings: Settings) -> Iterator[Path]:
    """A ``var/`` for a server of one's own, thrown away at the end."""
    with tempfile.TemporaryDirectory(prefix="fawen-benchmark-") as folder:
        yield borrowed_var(settings, Path(folder), _READ_ONLY)


class ServerProcess:
    """A server that can be killed and started again on its port and its database."""

    def __init__(self, var_dir: Path, **environment: str) -> None:
        port = _free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.log_file = var_dir / "server.log"
        self.environment = {
            **os.environ,
            "FAWEN_VAR_DIR": str(var_dir),
            "FAWEN_HOST": "127.0.0.1",
            "FAWEN_PORT": str(port),
            # Benchmark messages must not land among real ones.
            "FAWEN_DATABASE_URL": f"sqlite:///{var_dir / 'fawen.db'}",
            **environment,
        }
        self._process: Optional[subprocess.Popen] = None

    @property
    def pid(self) -> int:
        """The process started last."""
        assert self._process
        return self._process.pid

    def run(self, *arguments: str, stdin: str = "") -> None:
        """Run another ``fawen`` command on the server's database."""
        command = [sys.executable, "-m", "bot.cli", *arguments]
        done = subprocess.run(
            command, cwd=PROJECT_ROOT, env=self.environment, input=stdin, capture_output=True, text=True
        )
        if done.returncode:
            stop(f"fawen {' '.join(arguments)}：{done.stderr.strip()}")

    def start(self) -> float:
        """Start and wait until healthy; returns how many seconds that took."""
        started = time.perf_counter()
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot.cli", "serve"],
                cwd=PROJECT_ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        _wait(self._process, self.url, self.log_file)
        return time.perf_counter() - started

    def kill(self) -> None:
        """SIGKILL: the server can't say goodbye."""
        assert self._process
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """End the server in peace."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()


def borrowed_var(settings: Settings, folder: Path, names: tuple[str, ...]) -> Path:
    """``folder`` as a ``var/`` of one's own, with links to what is built in the real one."""
    for name in names:
        source = settings.var_dir / name
        if not source.exists():
            stop(f"缺少 {name}，请先运行：fawen setup")
        (folder / name).symlink_to(source.resolve())
    return folder


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(process: subprocess.Popen, url: str, log_file: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            stop(f"服务没有启动：\n{_tail(log_file)}")
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    stop(f"服务 {_START_SECONDS} 秒内没有就绪：\n{_tail(log_file)}")


def _tail(log_file: Path) -> str:
    return "\n".join(log_file.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
