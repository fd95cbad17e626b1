"""Resident memory of the server after start and after many messages, against a process with Rasa and Sanic alone."""
from __future__ import annotations

import asyncio
import os
import secrets
import subprocess
import sys
import time
from pathlib import Path

import aiohttp
import typer

from benchmarks.common import load_test_data, print_machine, print_table, run, stop, times
from benchmarks.live_server import live_server
from bot.settings import PROJECT_ROOT

MIB = 1024 * 1024
# Imports what any Rasa server imports, and tells its own memory.
_BARE_RASA = (
    "from bot import quiet; quiet.configure_logging(); "
    "import rasa.core.agent, rasa.model_training, sanic; "
    "from benchmarks.memory import resident; import os; print(resident(os.getpid()))"
)


def main(
    messages: int = typer.Option(1000, min=1, help="发多少条互不相同的消息"),
    clients: int = typer.Option(8, min=1, help="同时发消息的客户端数"),
) -> None:
    """服务占用的常驻内存：启动后、发完消息后，对照只载入 Rasa 的进程。"""
    texts = _messages()
    if messages > len(texts):
        stop(f"互不相同的消息只有 {len(texts)} 条")
    resident(os.getpid())
    from bot.settings import load_settings

    bare = int(subprocess.check_output([sys.executable, "-c", _BARE_RASA], cwd=PROJECT_ROOT).split()[-1])
    with live_server(load_settings()) as server:
        started = resident(server.pid)
        half = messages // 2
        errors = asyncio.run(_send(server.url, texts[:half], clients))
        halfway = resident(server.pid)
        errors += asyncio.run(_send(server.url, texts[half:messages], clients))
        # What the last answers held is given back first.
        time.sleep(2)
        finished = resident(server.pid)
        start_seconds = server.start_seconds
    print_machine()
    rows = [
        ["只载入 Rasa 与 Sanic（基线）", bare],
        ["服务启动后", started],
        [f"{half} 条消息后", halfway],
        [f"{messages} 条消息后", finished],
    ]
    print_table(
        ["时刻", "常驻内存 MiB", "÷ 基线", "÷ 启动后"],
        [[name, f"{size / MIB:.0f}", times(size, bare), times(size, started)] for name, size in rows],
    )
    print(f"后 {messages - half} 条消息的增长：{(finished - halfway) / MIB:+.1f} MiB")
    print(f"启动到可以回答：{start_seconds:.1f} 秒；失败的消息：{errors}")


def resident(pid: int) -> int:
    """Bytes of memory that process ``pid`` holds."""
    try:
        import psutil

        return int(psutil.Process(pid).memory_info().rss)
    except ImportError:
        pass
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        stop("本机没有 /proc，请先安装 psutil：pip install psutil")
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024


def _messages() -> list[str]:
    by_label = [*load_test_data("topics").values(), *load_test_data("service_types").values()]
    texts = [text for group in by_label for text in group] + load_test_data("not_emergencies")
    return list(dict.fromkeys(map(str, texts)))


async def _send(url: str, texts: list[str], clients: int) -> int:
    errors = 0
    waiting = iter(texts)
    async with aiohttp.ClientSession() as session:

        async def client() -> None:
            nonlocal errors
            for text in waiting:
                body = {"sender": f"benchmark-{secrets.token_hex(8)}", "message": text}
                try:
                    async with session.post(f"{url}/webhooks/rest/webhook", json=body) as answer:
                        answer.raise_for_status()
                        await answer.read()
                except (aiohttp.ClientError, asyncio.TimeoutError):
                    errors += 1

        await asyncio.gather(*(client() for _ in range(clients)))
    return errors


if __name__ == "__main__":
    run(main)
