"""Time to answer over HTTP: questions against the same server's health probe and its greeting (Rasa alone).

Every message is different and comes from a sender of its own, so that neither the encoder's cache nor a known
conversation helps; the greeting repeats its text and needs neither retrieval nor knowledge.
"""
from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any, Awaitable, Callable, Iterable, Iterator, Optional

import aiohttp
import typer

from benchmarks.common import load_test_data, percentile, print_machine, print_table, run, stop, times
from benchmarks.live_server import live_server

REQUEST_SECONDS = 60


@dataclass
class Result:
    """Of one phase."""

    seconds: list[float] = field(default_factory=list)
    errors: int = 0
    unexpected: int = 0
    wall: float = 0.0


def main(
    url: Optional[str] = typer.Option(None, help="已在运行的服务，如 http://127.0.0.1:5005；默认另起一个"),
    messages: int = typer.Option(200, min=1, help="每一轮发多少条互不相同的问题"),
    clients: int = typer.Option(32, min=2, help="并发的客户端数"),
) -> None:
    """回答一个问题要多久：先一个客户端，再多个并发，对照健康检查与问候（只经过 Rasa）。"""
    questions = _questions()
    if 2 * messages > len(questions):
        stop(f"互不相同的问题只有 {len(questions)} 条，两轮最多各 {len(questions) // 2} 条")
    phases = (
        (1, questions[:messages]),
        (clients, questions[messages : 2 * messages]),
    )
    with _server(url) as address:
        asyncio.run(_measure(address, phases))


@contextlib.contextmanager
def _server(url: Optional[str]) -> Iterator[str]:
    if url:
        yield url.rstrip("/")
        return
    from bot.settings import load_settings

    with live_server(load_settings()) as server:
        yield server.url


def _questions() -> list[str]:
    """One of each topic in turn, so that both phases see the same mixture."""
    rounds = zip_longest(*load_test_data("topics").values())
    return list(dict.fromkeys(text for row in rounds for text in row if text))


async def _measure(address: str, phases: Iterable[tuple[int, list[str]]]) -> None:
    rows: list[list[Any]] = []
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=REQUEST_SECONDS)
    ) as session:

        async def probe(_text: str) -> bool:
            async with session.get(f"{address}/healthz") as answer:
                answer.raise_for_status()
                return (await answer.json())["status"] == "ok"

        def says(wanted: Callable[[dict], bool]) -> Callable[[str], Awaitable[bool]]:
            async def ask(text: str) -> bool:
                body = {"sender": f"benchmark-{secrets.token_hex(8)}", "message": text}
                async with session.post(f"{address}/webhooks/rest/webhook", json=body) as answer:
                    answer.raise_for_status()
                    said = await answer.json()
                    return bool(said) and wanted(said[0])

            return ask

        for clients, questions in phases:
            greetings = ["你好"] * len(questions)
            measured = {
                "/healthz": await _phase(clients, greetings, probe),
                # The greeting is a fixed text: it has no structured form.
                "问候（只经过 Rasa，基线）": await _phase(clients, greetings, says(lambda said: not said["custom"])),
                "法律问题": await _phase(clients, questions, says(lambda said: bool(said["custom"]))),
            }
            baseline = measured["问候（只经过 Rasa，基线）"]
            for name, result in measured.items():
                if not result.seconds:
                    stop(f"{name}：{len(questions)} 次请求全部失败，请检查服务 {address}")
                p50, p95 = (percentile(result.seconds, share) * 1000 for share in (50, 95))
                rows.append(
                    [
                        clients,
                        name,
                        len(questions),
                        f"{p50:.1f}",
                        f"{p95:.1f}",
                        f"{max(result.seconds) * 1000:.1f}",
                        f"{len(result.seconds) / result.wall:.1f}",
                        times(p50 / 1000, percentile(baseline.seconds, 50)) if baseline.seconds else "—",
                        result.errors,
                        result.unexpected,
                    ]
                )
    print_machine()
    print_table(
        ["客户端", "请求", "次数", "p50 毫秒", "p95 毫秒", "最长毫秒", "每秒回答", "p50 ÷ 问候", "错误", "类型不符"], rows
    )
    print("错误：连接失败、超时或状态码不是 200。类型不符：问候没有得到问候，或法律问题没有得到结构化的回答（被当作闲聊等）。")


async def _phase(clients: int, texts: list[str], request: Callable[[str], Awaitable[bool]]) -> Result:
    """Send ``texts`` by ``clients`` that each wait for the answer before they send the next."""
    result = Result()
    waiting = iter(texts)

    async def client() -> None:
        for text in waiting:
            started = time.perf_counter()
            try:
                expected = await request(text)
            except (aiohttp.ClientError, asyncio.TimeoutError):
                result.errors += 1
                continue
            result.seconds.append(time.perf_counter() - started)
            result.unexpected += not expected

    started = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    result.wall = time.perf_counter() - started
    return result


if __name__ == "__main__":
    run(main)
