"""Time from one end to the other while many citizens talk to many seats, against a ping on the same sockets.

This process only generates the load; the server runs in one of its own, on the machine's (or ``--server-cores``) cores.
"""
from __future__ import annotations

import asyncio
import contextlib
import os
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, AsyncIterator, Optional

import aiohttp
import typer

from benchmarks.common import note, percentile, print_machine, print_table, run, stop, times
from benchmarks.live_server import ServerProcess, server_folder
from benchmarks.memory import MIB, resident
from benchmarks.seat_pages import Citizen, GaveUp, Page, Seat

PASSWORD = "benchmark-password"
PATIENCE = 300.0
# How many citizens ask for a person at a time, and accounts are made at a time.
AT_ONCE, ACCOUNTS_AT_ONCE = 10, 2
PINGS_PER_SECOND = 5.0
# After the last message, for those under way.
AFTERWARDS = 10.0
TO_SEAT, TO_CITIZEN, PING = "市民 → 席位", "席位 → 市民", "ping → pong（基线）"


@dataclass
class Measured:
    """What happened after everybody was connected."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: {TO_SEAT: [], TO_CITIZEN: [], PING: []})
    sent: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    memory: list[tuple[str, int]] = field(default_factory=list)
    server_cpu: float = 0.0
    own_cpu: float = 0.0
    wall: float = 0.0


def main(
    citizens: int = typer.Option(300, min=1, help="同时连接并由席位接谈的市民数"),
    seats: int = typer.Option(30, min=1, help="席位数，平均分担市民"),
    rate: float = typer.Option(20.0, min=0.1, help="每秒一共说多少句，两个方向各一半"),
    minutes: float = typer.Option(10.0, min=0.1, help="测多少分钟"),
    server_cores: Optional[int] = typer.Option(None, min=1, help="只给服务这么多个核；默认不限"),
    seed: int = typer.Option(1, help="随机数的种子"),
) -> None:
    """席位与市民的并发接谈：一端发出到另一端收到要多久，对照同一批连接上的 ping，以及服务的内存与 CPU。"""
    capacity = -(-citizens // seats)
    if capacity > 20:
        stop("一个席位最多同时接谈 20 人，请增加 --seats")
    from bot.settings import load_settings

    random.seed(seed)
    with server_folder(load_settings()) as var_dir:
        # Seats take citizens one after another; offers must not lapse meanwhile.
        server = ServerProcess(var_dir, FAWEN_OFFER_SECONDS="600", FAWEN_SEAT_GRACE_SECONDS="600")
        load = Load(server, citizens, seats, capacity, rate, minutes, server_cores)
        try:
            measured = asyncio.run(load.run())
        except GaveUp as failure:
            stop(str(failure))
        finally:
            server.stop()
    print_machine()
    print(f"{citizens} 位市民、{seats} 个席位，每秒 {rate:g} 句，{minutes:g} 分钟\n")
    _print(measured)


def _print(measured: Measured) -> None:
    baseline = measured.seconds[PING]
    rows = []
    for name, seconds in measured.seconds.items():
        if not seconds:
            stop(f"{name}：一条也没有收到")
        shares = [(percentile(seconds, share) * 1000, percentile(baseline, share) * 1000) for share in (50, 95, 99)]
        rows.append(
            [
                name,
                measured.sent[name],
                measured.sent[name] - len(seconds),
                *(f"{value:.1f}" for value, _ in shares),
                f"{max(seconds) * 1000:.1f}",
                *(times(value, base) for value, base in shares),
            ]
        )
    print_table(
        ["方向", "发出", "没收到", "p50 毫秒", "p95 毫秒", "p99 毫秒", "最长毫秒", "p50 ÷ ping", "p95 ÷ ping", "p99 ÷ ping"], rows
    )
    first = measured.memory[0][1]
    print_table(
        ["时刻", "服务常驻内存 MiB", "÷ 启动后"],
        [[when, f"{size / MIB:.0f}", times(size, first)] for when, size in measured.memory],
    )
    errors = "，".join(f"{name} {count}" for name, count in measured.errors.items()) or "没有"
    print(f"错误：{errors}")
    print(f"服务占用 CPU：一个核的 {measured.server_cpu / measured.wall:.0%}；发压进程：{measured.own_cpu / measured.wall:.0%}")


class Load:
    """One run."""

    def __init__(
        self,
        server: ServerProcess,
        citizens: int,
        seats: int,
        capacity: int,
        rate: float,
        minutes: float,
        server_cores: Optional[int],
    ) -> None:
        self._server = server
        self._count = citizens
        self._seat_names = [f"seat{number:02d}" for number in range(seats)]
        self._capacity = capacity
        self._rate = rate
        self._seconds = minutes * 60
        self._server_cores = server_cores
        self._measured = Measured()
        # Texts under way: when they were sent, and in which direction.
        self._under_way: dict[str, tuple[float, str]] = {}
        self._number = 0
        self._citizens: list[Citizen] = []
        self._seats: list[Seat] = []
        self._measuring = False

    async def run(self) -> Measured:
        """Connect everybody, then measure."""
        note(f"正在建立 {len(self._seat_names)} 个席位账号……")
        await self._make_accounts()
        note("正在启动服务……")
        await asyncio.to_thread(self._server.start)
        if self._server_cores:
            _confine(self._server.pid, self._server_cores)
        self._remember("启动后")
        async with self._everybody():
            await self._measure()
        return self._measured

    async def _make_accounts(self) -> None:
        at_once = asyncio.Semaphore(ACCOUNTS_AT_ONCE)

        async def make(name: str) -> None:
            async with at_once:
                arguments = ("seats", "add", name, "--name", f"{name[-2:]}号", "--capacity", str(self._capacity))
                await asyncio.to_thread(self._server.run, *arguments, "--password-stdin", stdin=PASSWORD)

        # The first one makes the tables.
        await make(self._seat_names[0])
        await asyncio.gather(*(make(name) for name in self._seat_names[1:]))

    @contextlib.asynccontextmanager
    async def _everybody(self) -> AsyncIterator[None]:
        """All seats at work, every citizen talking to one."""
        url = self._server.url
        pages: list[Page] = []
        async with contextlib.AsyncExitStack() as stack:
            for name in self._seat_names:
                # The server is at a bare IP address, for which aiohttp keeps no cookies unless told to.
                jar = aiohttp.CookieJar(unsafe=True)
                http = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar))
                seat = Seat(http, url, name, self._journal)
                await seat.log_in(PASSWORD)
                self._seats.append(seat)
            http = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
            self._citizens = [Citizen(http, url, f"市民{n:03d}", self._journal) for n in range(self._count)]
            pages += self._seats
            try:
                for seat in self._seats:
                    seat.start()
                    await seat.until(lambda seat=seat: seat.online, PATIENCE, "在线")
                note("市民正在接入……")
                at_once = asyncio.Semaphore(AT_ONCE)
                await asyncio.gather(*(self._come(citizen, at_once) for citizen in self._citizens))
                await asyncio.wait_for(self._all_held(), PATIENCE)
                yield
            finally:
                await asyncio.gather(*(page.stop() for page in [*pages, *self._citizens]))

    async def _all_held(self) -> None:
        """A citizen may hear of the seat before the seat hears of the citizen."""
        citizens = {str(citizen.conversation) for citizen in self._citizens}
        while not citizens <= set().union(*(seat.mine for seat in self._seats)):
            await asyncio.sleep(0.1)

    async def _come(self, citizen: Citizen, at_once: asyncio.Semaphore) -> None:
        async with at_once:
            citizen.start()
            await citizen.until(lambda: citizen.transcript.last_seq > 0, PATIENCE, "问候")
            await citizen.say("转人工", payload="/human_handoff")
            await citizen.until(lambda: citizen.handoff["state"] == "active", PATIENCE, "席位接入")

    async def _measure(self) -> None:
        self._remember("全部接谈后")
        server_cpu, own_cpu = cpu_seconds(self._server.pid), time.process_time()
        started = time.perf_counter()
        self._measuring = True
        tasks = [
            asyncio.ensure_future(work) for work in (self._talk(started), self._ping(started), self._watch(started))
        ]
        await asyncio.gather(*tasks)
        deadline = time.perf_counter() + AFTERWARDS
        while self._under_way and time.perf_counter() < deadline:
            await asyncio.sleep(0.1)
        self._measuring = False
        measured = self._measured
        measured.wall = time.perf_counter() - started
        measured.server_cpu = cpu_seconds(self._server.pid) - server_cpu
        measured.own_cpu = time.process_time() - own_cpu
        self._remember("结束")

    async def _talk(self, started: float) -> None:
        """Messages at random moments, ``rate`` a second on average, whether or not the last ones have arrived."""
        holder = {name: seat for seat in self._seats for name in seat.mine}
        at = started
        while (at := at + random.expovariate(self._rate)) < started + self._seconds:
            await asyncio.sleep(max(0.0, at - time.perf_counter()))
            self._number += 1
            citizen = random.choice(self._citizens)
            direction = TO_SEAT if self._number % 2 else TO_CITIZEN
            text = f"第 {self._number} 句：请问劳动仲裁要准备哪些材料，在哪里申请，多久有结果？"
            self._measured.sent[direction] += 1
            self._under_way[text] = (time.perf_counter(), direction)
            speaking = citizen.say(text) if direction == TO_SEAT else holder[str(citizen.conversation)].say(
                str(citizen.conversation), text
            )
            # Not awaited: a slow socket must not slow the others' pace.
            task = asyncio.ensure_future(speaking)
            task.add_done_callback(lambda done: done.exception() and self._measured.errors.update(["发送失败"]))

    async def _ping(self, started: float) -> None:
        """One ping at a time, on a random socket of either side."""
        while time.perf_counter() < started + self._seconds:
            side: list[Page] = [*self._seats] if random.random() < 0.5 else [*self._citizens]
            page = random.choice(side)
            sent = time.perf_counter()
            self._measured.sent[PING] += 1
            await page.send({"type": "ping"})
            with contextlib.suppress(GaveUp):
                await page.until(lambda page=page, sent=sent: page.pong_at >= sent, AFTERWARDS, "pong")
                self._measured.seconds[PING].append(page.pong_at - sent)
            await asyncio.sleep(random.expovariate(PINGS_PER_SECOND))

    async def _watch(self, started: float) -> None:
        minute = 1
        while minute * 60 < self._seconds:
            await asyncio.sleep(max(0.0, started + minute * 60 - time.perf_counter()))
            self._remember(f"{minute} 分钟")
            arrived = sum(len(self._measured.seconds[name]) for name in (TO_SEAT, TO_CITIZEN))
            note(f"{minute} 分钟：送到 {arrived} 句")
            minute += 1
        await asyncio.sleep(max(0.0, started + self._seconds - time.perf_counter()))

    def _remember(self, when: str) -> None:
        self._measured.memory.append((when, resident(self._server.pid)))

    def _journal(self, event: str, page: Page, **values: Any) -> None:
        if event == "received":
            sent = self._under_way.get(values["text"])
            # The sender gets its own words, too.
            if sent and isinstance(page, Seat) == (sent[1] == TO_SEAT):
                del self._under_way[values["text"]]
                self._measured.seconds[sent[1]].append(time.perf_counter() - sent[0])
            elif not values["new"]:
                self._measured.errors["重复收到"] += 1
        elif event == "refused" and self._measuring:
            self._measured.errors[f"被拒绝（{values['code']}）"] += 1
        elif event == "lost" and self._measuring:
            self._measured.errors["断线"] += 1


def cpu_seconds(pid: int) -> float:
    """Processor time that process ``pid`` has used."""
    try:
        import psutil

        used = psutil.Process(pid).cpu_times()
        return float(used.user + used.system)
    except ImportError:
        pass
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
    except OSError:
        stop("本机没有 /proc，请先安装 psutil：pip install psutil")
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _confine(pid: int, cores: int) -> None:
    if not hasattr(os, "sched_setaffinity"):
        stop("本机不能限定核数，请去掉 --server-cores")
    allowed = sorted(os.sched_getaffinity(pid))[:cores]
    for thread in os.listdir(f"/proc/{pid}/task"):
        os.sched_setaffinity(int(thread), allowed)


if __name__ == "__main__":
    run(main)
