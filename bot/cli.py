"""The ``fawen`` command: set up, serve, and try the system on one's own data."""
from __future__ import annotations

from bot import quiet  # isort: skip - sets the environment before the heavy imports

import json
import logging
import sys
from pathlib import Path
from typing import Any, Callable, Iterable, Iterator, Optional

import typer

from bot import cli_knowledge, cli_seats, cli_statutes
from bot.console import err
from bot.settings import SettingsError, load_settings

app = typer.Typer(
    help="法问：12348 公共法律服务咨询机器人。第一次使用请先运行 fawen setup，再运行 fawen serve。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(cli_knowledge.app, name="knowledge")
app.add_typer(cli_statutes.app, name="statutes")
app.add_typer(cli_seats.app, name="seats")


INPUT = typer.Option(..., "--input", "-i", help="输入文件（JSON Lines，UTF-8），- 为标准输入")
OUTPUT = typer.Option("-", "--output", "-o", help="输出文件（JSON Lines），- 为标准输出")


def main() -> None:
    """Run the command; every expected failure is one clear line on stderr and exit status 2."""
    quiet.configure_logging(logging.WARNING)
    try:
        app()
    except KeyboardInterrupt:
        err.print("已停止。再次运行会从中断处继续。")
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)
    except _expected_errors() as error:
        err.print(f"[red]错误[/]：{error}")
        sys.exit(2)
    except OSError as error:
        err.print(f"[red]错误[/]：{error.strerror or error}（{error.filename or ''}）")
        sys.exit(2)


def _expected_errors() -> tuple[type[Exception], ...]:
    """The errors whose message is written for the person at the terminal."""
    from bot.content.loader import KnowledgeError
    from bot.provisioning.archives import ProvisioningError
    from bot.retrieval.encoder import EncoderError
    from bot.retrieval.index import IndexUnusable
    from bot.seats.model import SeatError
    from bot.services.hours import HoursError
    from bot.statutes.store import StatuteStoreError
    from bot.store.database import DatabaseError

    errors: list[type[Exception]] = [
        SettingsError,
        KnowledgeError,
        ProvisioningError,
        EncoderError,
        IndexUnusable,
        SeatError,
        HoursError,
        StatuteStoreError,
        DatabaseError,
    ]
    if "bot.dialogue.agent" in sys.modules:
        from bot.dialogue.agent import AgentError
        from bot.dialogue.training import TrainingError

        errors += [AgentError, TrainingError]
    if "bot.server" in sys.modules:
        from bot.server import ServerError

        errors.append(ServerError)
    return tuple(errors)


@app.command()
def setup() -> None:
    """准备好运行所需的一切：模型、条文库、索引、对话模型。可以反复运行，已完成的步骤会跳过。"""
    from bot.provisioning.setup import Setup

    Setup(load_settings()).run()


@app.command()
def serve(
    host: Optional[str] = typer.Option(None, help="监听地址，默认取 FAWEN_HOST"),
    port: Optional[int] = typer.Option(None, help="监听端口，默认取 FAWEN_PORT"),
) -> None:
    """启动服务：演示页与聊天窗口在 /，REST 接口在 /webhooks/rest/webhook。"""
    from bot.runtime import use_settings
    from bot.server import serve as run_server

    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = load_settings(**given)
    use_settings(settings)
    err.print(f"正在启动…… 就绪后请打开 http://{settings.host}:{settings.port}/ （Ctrl+C 停止）")
    run_server(settings)


@app.command()
def classify(input: str = INPUT, output: str = OUTPUT) -> None:
    """判断每条消息的服务类型、法律主题和是否紧急。输入行：{"id","text"}。"""
    from bot.dialogue.offline import Classifier

    _each_line(input, output, "text", Classifier(load_settings()).classify)


@app.command()
def search(
    input: str = INPUT,
    output: str = OUTPUT,
    k: int = typer.Option(10, min=1, max=1000, help="每个问题返回几条"),
    kind: Optional[str] = typer.Option(None, help="只查一种：statute（条文）、entry（普法条目）、guide（办事指南）"),
) -> None:
    """检索条文、普法条目与办事指南。输入行：{"id","question"}。"""
    from bot.retrieval.evidence import KINDS
    from bot.runtime import load_retriever

    if kind is not None and kind not in KINDS:
        raise SettingsError(f"--kind 应为 {'、'.join(KINDS)} 之一")
    retriever = load_retriever(load_settings())

    def find(question: str) -> dict[str, Any]:
        hits = retriever.search(question, k, kind) if question.strip() else []
        return {"hits": [vars(hit) for hit in hits]}

    _each_line(input, output, "question", find)


@app.command()
def ask(input: str = INPUT, output: str = OUTPUT) -> None:
    """新对话里机器人会怎样回答。输入行：{"id","question"}。"""
    from bot.dialogue.offline import Conversations

    _each_line(input, output, "question", Conversations(load_settings()).ask)


@app.command()
def converse(input: str = INPUT, output: str = OUTPUT) -> None:
    """完整的多轮对话。输入行：{"id","turns":["…","…"]}。"""
    from bot.dialogue.offline import Conversations

    _each_line(input, output, "turns", Conversations(load_settings()).converse, wanted=list)


def _each_line(
    source: str, target: str, field: str, work: Callable[[Any], dict[str, Any]], wanted: type = str
) -> None:
    """Run ``work`` on ``field`` of each JSON line. A bad line is reported with its number and skipped; exit status 1."""
    bad = 0
    with _writer(target) as sink, err.status("处理中……") as status:
        for number, line in enumerate(_lines(source), start=1):
            if not line.strip():
                continue
            try:
                item = json.loads(line)
                if not isinstance(item, dict) or "id" not in item:
                    raise ValueError('应为含 "id" 的 JSON 对象')
                if not isinstance(item.get(field), wanted):
                    raise ValueError(f'"{field}" 应为{"字符串" if wanted is str else "字符串列表"}')
                if wanted is list and not all(isinstance(part, str) for part in item[field]):
                    raise ValueError(f'"{field}" 应为字符串列表')
                result = {"id": item["id"], **work(item[field])}
            except (ValueError, RecursionError) as error:
                bad += 1
                err.print(f"第 {number} 行跳过：{error}")
                continue
            sink.write(json.dumps(result, ensure_ascii=False) + "\n")
            sink.flush()
            if number % 10 == 0:
                status.update(f"处理中…… 已完成 {number} 行")
    if bad:
        raise typer.Exit(1)


def _lines(source: str) -> Iterator[str]:
    if source == "-":
        raw: Iterable[bytes] = sys.stdin.buffer
        yield from (line.decode("utf-8", errors="replace") for line in raw)
        return
    try:
        with open(source, "rb") as lines:
            yield from (line.decode("utf-8-sig" if number == 0 else "utf-8", errors="replace") for number, line in enumerate(lines))
    except FileNotFoundError as error:
        raise SettingsError(f"没有这个文件：{source}") from error


def _writer(target: str):  # noqa: ANN202 - a context manager around a text stream
    from contextlib import nullcontext

    return nullcontext(sys.stdout) if target == "-" else Path(target).open("w", encoding="utf-8")


if __name__ == "__main__":
    main()
