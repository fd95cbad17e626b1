"""Run the real command; start the real server and talk to it."""
from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Coroutine, Iterator, TypeVar

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 120

Result = TypeVar("Result")


@contextlib.contextmanager
def run_server(folder: Path, port: int | None = None, **environment: str) -> Iterator[str]:
    """Start the real server and wait until it answers; its log and database are in ``folder``."""
    port = port or free_port()
    process = start_server(folder, port, **environment)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def start_server(folder: Path, port: int, **environment: str) -> subprocess.Popen:
    """Like :func:`run_server`, for a test that ends the server itself."""
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "serve"],
            cwd=ROOT,
            env={
                **os.environ,
                "FAWEN_PORT": str(port),
                "FAWEN_HOST": "127.0.0.1",
                "FAWEN_DATABASE_URL": database_url(folder),
                **environment,
            },
            stdout=log,
            stderr=log,
        )
    try:
        _wait_until_ready(f"http://127.0.0.1:{port}", process, folder / "server.log")
    except BaseException:
        process.kill()
        process.wait()
        raise
    return process


def database_url(folder: Path) -> str:
    """The database of a server whose files are in ``folder``."""
    return f"sqlite:///{folder / 'fawen.db'}"


def fawen(*arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the ``fawen`` command, with more in its environment."""
    return subprocess.run(
        [sys.executable, "-m", "bot.cli", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=300,
    )


def run_async(work: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine in a thread of its own: Playwright's synchronous API keeps an event loop in the main thread."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, work).result()


def free_port() -> int:
    """A port nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def post(url: str, body: bytes, content_type: str = "application/json") -> tuple[int, object]:
    """POST to the REST webhook of ``url``; returns the status and the decoded JSON."""
    request = urllib.request.Request(f"{url}/webhooks/rest/webhook", body, {"Content-Type": content_type})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def say(url: str, sender: str, text: str) -> list[dict]:
    """What the bot answers to ``text`` over REST."""
    status, messages = post(url, json.dumps({"sender": sender, "message": text}).encode())
    assert status == 200, messages
    assert isinstance(messages, list)
    return messages


def _wait_until_ready(url: str, process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server stopped with {process.returncode}: {log.read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"the server did not answer within {START_SECONDS} s: {log.read_text()[-2000:]}")
