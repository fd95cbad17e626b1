"""Messages between citizens and seats while the server is killed again and again and lines are cut at random.

Both ends behave as the pages do (``benchmarks.seat_pages``) and write down what they send and get; afterwards these logs
are verified (``benchmarks.fault_check``): every message exactly once, in order, unchanged, on both sides.
"""
from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import json
import random
import shutil
import time
from collections import Counter
from pathlib import Path
from typing import Any, AsyncIterator, Optional, TextIO

import aiohttp
import typer

from benchmarks.common import note, percentile, print_machine, print_table, run
from benchmarks.fault_check import CITIZENS, SEATS, SERVER, Report, check_logs
from benchmarks.live_server import ServerProcess, server_folder
from benchmarks.seat_pages import Citizen, GaveUp, Page, Seat
from bot.settings import PROJECT_ROOT

PASSWORD = "benchmark-password"
CAPACITY = 20
# The longest the server allows: a restart under load must not cost a session.
GRACE_SECONDS = 600
PATIENCE = 900.0
# A page that has found nobody for a while tries every half a minute: without most of them there is little to break.
CONNECTED = 0.75
# Messages of one side in one conversation that may wait for their acknowledgement, and the pause between two.
WINDOW = 2
PAUSE_SECONDS = 2.0
SEAT_CUTS = 0.3
QUESTIONS = ("老板拖欠工资怎么办", "离婚后孩子归谁", "邻居漏水泡了我家怎么赔", "网上买到假货怎么办", "借钱不还怎么起诉")
# Sanic leaves a waiting task behind whenever a client vanishes without a word.
SANIC_NOISE = "Task was destroyed but it is pending"
ASK_FOR_A_PERSON = "转人工"
# What must arrive as it was written.
FILLINGS = (
    "您好，请问需要带哪些材料？",
    "<script>alert('x')</script> & <b>粗体</b>",
    "第一行\n第二行\n\n第四行",
    '引号 "双" \'单\' 反斜线 \\ 和 {"type":"end"}',
    "表情 😀👍🏽 生僻字 𠮷𡃁 全角ＡＢＣ 繁體字",
    "制表\t符、百分号 %s %00 &nbsp; ' OR 1=1 --",
    "很长的话。" * 120,
)


def main(
    messages: int = typer.Option(6000, min=10, help="市民与席位之间一共说多少句"),
    kills: int = typer.Option(20, min=0, help="强杀（SIGKILL）并重启服务多少次"),
    conversations: int = typer.Option(60, min=1, help="同时多少个对话"),
    seats: int = typer.Option(3, min=1, help=f"多少个席位，每个最多接谈 {CAPACITY} 人"),
    cuts: int = typer.Option(300, min=0, help="大约随机切断多少次连接"),
    seed: int = typer.Option(1, help="随机数的种子"),
    folder: Optional[Path] = typer.Option(None, help="两端日志写到哪里；默认 var/faults/ 下新建"),
    check: Optional[Path] = typer.Option(None, help="不运行，只核对这个目录里已有的日志"),
) -> None:
    """故障注入：强杀服务、切断连接之下，市民与席位的消息不丢、不重、不乱、不变。"""
    if check:
        raise typer.Exit(print_report(check_logs(check)))
    if conversations > seats * CAPACITY:
        raise typer.BadParameter(f"{seats} 个席位最多接谈 {seats * CAPACITY} 人")
    from bot.settings import load_settings

    target = folder or PROJECT_ROOT / "var" / "faults" / f"{dt.datetime.now():%Y%m%d-%H%M%S}"
    target.mkdir(parents=True, exist_ok=True)
    random.seed(seed)
    with server_folder(load_settings()) as var_dir, contextlib.ExitStack() as files:
        server = ServerProcess(var_dir, FAWEN_SEAT_GRACE_SECONDS=str(GRACE_SECONDS))
        logs = {name: files.enter_context((target / name).open("w", encoding="utf-8")) for name in (CITIZENS, SEATS, SERVER)}
        trial = Trial(server, logs, messages, kills, conversations, seats, cuts)
        try:
            asyncio.run(trial.run())
        finally:
            server.stop()
            shutil.copy(server.log_file, target / "server.log")
    report = check_logs(target)
    print_machine()
    trial.print_figures(report)
    status = print_report(report)
    for failure in trial.failures:
        print(f"没有做完：{failure}")
    note(f"日志：{target}")
    raise typer.Exit(1 if trial.failures else status)


def print_report(report: Report) -> int:
    """Print the verification; the exit status."""
    print_table(
        ["核对", "核对了", "违反"], [[check.name, check.looked_at, len(check.broken)] for check in report.checks]
    )
    for check in report.checks:
        for where in check.broken[:5]:
            print(f"违反“{check.name}”：{where}")
    print("结论：没有违反" if not report.broken else f"结论：违反 {report.broken} 处")
    return 1 if report.broken else 0


class Trial:
    """One run."""

    def __init__(
        self,
        server: ServerProcess,
        logs: dict[str, TextIO],
        messages: int,
        kills: int,
        conversations: int,
        seats: int,
        cuts: int,
    ) -> None:
        self.failures: list[str] = []
        self._server = server
        self._logs = logs
        self._messages = messages
        self._kills = kills
        self._conversations = conversations
        self._seat_names = [f"seat{number:02d}" for number in range(seats)]
        self._cut_share = cuts / messages
        self._acked = 0
        self._served = 0
        self._events: Counter[str] = Counter()
        self._start_seconds: list[float] = []
        self._seconds = 0.0
        self._citizens: list[Citizen] = []
        self._seats: list[Seat] = []

    async def run(self) -> None:
        """Connect everybody, let them talk, break things meanwhile."""
        note(f"正在建立 {len(self._seat_names)} 个席位账号，启动服务……")
        for name in self._seat_names:
            arguments = ("seats", "add", name, "--name", f"{name[-2:]}号", "--capacity", str(CAPACITY), "--password-stdin")
            await asyncio.to_thread(self._server.run, *arguments, stdin=PASSWORD)
        self._start_seconds.append(await asyncio.to_thread(self._server.start))
        self._tell("ready")
        started = time.monotonic()
        async with self._everybody():
            talks = [asyncio.ensure_future(self._talk(number, citizen)) for number, citizen in enumerate(self._citizens)]
            chaos = asyncio.ensure_future(self._break(talks))
            for result in await asyncio.gather(*talks, return_exceptions=True):
                if isinstance(result, GaveUp):
                    self.failures.append(str(result))
                elif isinstance(result, BaseException):
                    raise result
            await chaos
        self._seconds = time.monotonic() - started

    def print_figures(self, report: Report) -> None:
        """What was done and what it took."""
        print_table(
            ["", "市民一侧", "席位一侧"],
            [
                ["页面", self._conversations, len(self._seat_names)],
                ["说出的话（市民含问机器人、转人工）", *_both(report.exchanged)],
                ["被切断的连接", *_both(report.cuts)],
                ["重发", *_both(report.resent)],
                ["想接而已被别人接走", *_both(report.taken)],
                ["收到的重复（按序号去掉）", *_both(report.raw_duplicates)],
                *(
                    [f"到对方收到，{label}", *(f"{percentile(report.seconds[side], share):.2f} 秒" for side in ("user", "seat"))]
                    for label, share in (("p50", 50), ("p95", 95), ("最长（含停机）", 100))
                    if all(report.seconds.values())
                ),
            ],
        )
        restarts = self._start_seconds[1:]
        slowest = f"，重启到可用中位 {percentile(restarts, 50):.1f} 秒" if restarts else ""
        print(f"强杀 {len(restarts)} 次{slowest}；全程 {self._seconds:.0f} 秒；服务日志里的错误 {self._errors_in_log()} 条\n")

    @contextlib.asynccontextmanager
    async def _everybody(self) -> AsyncIterator[None]:
        """All pages, open."""
        url = self._server.url
        async with contextlib.AsyncExitStack() as stack:
            for name in self._seat_names:
                # The server is at a bare IP address, for which aiohttp keeps no cookies unless told to.
                jar = aiohttp.CookieJar(unsafe=True)
                http = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar))
                seat = Seat(http, url, name, self._journal)
                await seat.log_in(PASSWORD)
                self._seats.append(seat)
            http = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
            self._citizens = [Citizen(http, url, f"市民{n:03d}", self._journal) for n in range(self._conversations)]
            pages: list[Page] = [*self._seats, *self._citizens]
            for page in pages:
                page.start()
            try:
                for seat in self._seats:
                    await seat.until(lambda seat=seat: seat.online, PATIENCE, "在线")
                yield
            finally:
                await asyncio.gather(*(page.stop() for page in pages))

    async def _talk(self, number: int, citizen: Citizen) -> None:
        """One citizen's way: perhaps the bot, then a person, then perhaps the bot again."""
        await citizen.until(lambda: citizen.transcript.last_seq > 0, PATIENCE, "问候")
        if number % 3 == 0:
            await self._ask_the_bot(citizen, f"{random.choice(QUESTIONS)}？")
        await citizen.say(ASK_FOR_A_PERSON)
        await citizen.until(lambda: citizen.handoff["state"] == "active", PATIENCE, "席位接入")
        conversation = str(citizen.conversation)
        share = self._messages // self._conversations + (number < self._messages % self._conversations)
        texts = [f"{number}-{at} {random.choice(FILLINGS)}" for at in range(share)]
        asked, told = [f"市民 {text}" for text in texts[::2]], [f"席位 {text}" for text in texts[1::2]]
        await asyncio.gather(self._citizen_says(citizen, asked), self._seat_says(conversation, told))
        await citizen.until(lambda: set(told) <= citizen.transcript.texts("seat"), PATIENCE, "席位的话")
        seat = await self._seat_of(conversation)
        heard = seat.transcripts[conversation]
        await seat.until(lambda: set(asked) <= heard.texts("user"), PATIENCE, "市民的话")
        await seat.end(conversation, PATIENCE)
        await citizen.until(lambda: citizen.handoff["state"] == "ended", PATIENCE, "结束的通知")
        if number % 3 == 1:
            await self._ask_the_bot(citizen, f"{random.choice(QUESTIONS)}？谢谢")
        self._served += 1

    async def _ask_the_bot(self, citizen: Citizen, question: str) -> None:
        before = citizen.transcript.last_seq
        await citizen.say(question)
        await citizen.until(
            lambda: any(frame["role"] == "bot" for frame in citizen.transcript.messages[before:]), PATIENCE, "机器人的回答"
        )

    async def _citizen_says(self, citizen: Citizen, texts: list[str]) -> None:
        for text in texts:
            await citizen.until(lambda: citizen.unsent < WINDOW, PATIENCE, "确认")
            await citizen.say(text)
            await asyncio.sleep(random.expovariate(1 / PAUSE_SECONDS))

    async def _seat_says(self, conversation: str, texts: list[str]) -> None:
        under_way: list[str] = []
        for text in texts:
            seat = await self._seat_of(conversation)

            def ready(seat: Seat = seat) -> bool:
                under_way[:] = [message_id for message_id in under_way if not seat.has_acked(message_id)]
                return len(under_way) < WINDOW

            await seat.until(ready, PATIENCE, "确认")
            under_way.append(await seat.say(conversation, text))
            await asyncio.sleep(random.expovariate(1 / PAUSE_SECONDS))

    async def _seat_of(self, conversation: str) -> Seat:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for seat in self._seats:
                if conversation in seat.mine:
                    return seat
            await asyncio.sleep(0.1)
        raise GaveUp(f"{conversation}：没有席位接谈")

    async def _break(self, talks: list[asyncio.Future[None]]) -> None:
        """Kill the server: once while citizens are handed over, once near the end, the others evenly between."""
        handed_over = self._conversations + self._conversations // 3
        for number in range(self._kills):
            if number == 0:
                wanted = self._conversations // 2
            else:
                share = number + random.uniform(-0.3, 0.3) if number < self._kills - 1 else self._kills - 0.7
                wanted = handed_over + round(share / self._kills * self._messages)
            while (self._acked < wanted or not self._connected()) and not all(talk.done() for talk in talks):
                await asyncio.sleep(0.02)
            await asyncio.sleep(random.uniform(0, 0.3))
            self._tell("killed")
            self._server.kill()
            seconds = await asyncio.to_thread(self._server.start)
            self._start_seconds.append(seconds)
            self._tell("ready")
            note(
                f"第 {number + 1}/{self._kills} 次强杀：已确认 {self._acked}/{self._messages + handed_over} 条，"
                f"{self._served} 个对话已完成，切断 {self._events['cut']} 次，重启 {seconds:.1f} 秒"
            )

    def _connected(self) -> bool:
        pages: list[Page] = [*self._seats, *self._citizens]
        return sum(page.ready for page in pages) >= CONNECTED * len(pages)

    def _journal(self, event: str, page: Page, **values: Any) -> None:
        self._events[event] += 1
        name = SEATS if isinstance(page, Seat) else CITIZENS
        line = {"time": time.time(), "event": event, "page": page.name, "connection": page.connection, **values}
        self._logs[name].write(json.dumps(line, ensure_ascii=False) + "\n")
        if event == "acked":
            self._acked += 1
            if random.random() < self._cut_share:
                pages = self._seats if random.random() < SEAT_CUTS else self._citizens
                asyncio.get_running_loop().call_soon(random.choice(pages).cut)

    def _tell(self, event: str) -> None:
        self._logs[SERVER].write(json.dumps({"time": time.time(), "event": event}) + "\n")

    def _errors_in_log(self) -> int:
        lines = (Path(self._logs[SERVER].name).parent / "server.log").read_text(encoding="utf-8", errors="replace")
        return sum(("[error" in line or " ERROR " in line) and SANIC_NOISE not in line for line in lines.splitlines())


def _both(counts: dict[str, int]) -> tuple[int, int]:
    return counts["user"], counts["seat"]


if __name__ == "__main__":
    run(main)
