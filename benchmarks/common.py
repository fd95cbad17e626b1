"""What the benchmarks share: tables, the description of the machine, percentiles, test data, failing clearly."""
from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any, Callable, NoReturn, Sequence

import numpy as np
import typer
import yaml

from bot.settings import PROJECT_ROOT, SettingsError

TEST_DATA = PROJECT_ROOT / "tests" / "data"
# Real questions that are no part of the project.
EVAL_DIR = PROJECT_ROOT.parent / "shared" / "eval"


def run(command: Callable[..., None]) -> None:
    """Run a benchmark's function as a command line; an expected failure is one line on stderr and exit status 2."""
    from bot.content.loader import KnowledgeError
    from bot.retrieval.encoder import EncoderError
    from bot.retrieval.index import IndexUnusable
    from bot.statutes.store import StatuteStoreError

    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    app.command()(command)
    try:
        app()
    except (SettingsError, KnowledgeError, EncoderError, IndexUnusable, StatuteStoreError) as error:
        typer.echo(f"错误：{error}", err=True)
        raise SystemExit(2) from error


def stop(reason: str) -> NoReturn:
    """End the benchmark with ``reason`` on stderr and exit status 2."""
    typer.echo(f"错误：{reason}", err=True)
    raise typer.Exit(2)


def note(text: str) -> None:
    """Progress for the person who waits: standard output belongs to the table."""
    typer.echo(text, err=True)


def print_table(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print a Markdown table; floats with three digits."""
    print(f"| {' | '.join(header)} |")
    print(f"|{'---|' * len(header)}")
    for row in rows:
        print(f"| {' | '.join(_cell(cell) for cell in row)} |")
    print()


def _cell(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def times(value: float, baseline: float) -> str:
    """``value`` as a multiple of ``baseline``."""
    return f"{value / baseline:.2f}×" if baseline else "—"


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` percent of ``values`` do not exceed."""
    return float(np.percentile(values, share))


def print_machine() -> None:
    """One line on the machine: a figure means nothing without it."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        model = names[0].split(":", 1)[1].strip() if names else model
    print(f"机器：{model}，{os.cpu_count()} 核，负载 {os.getloadavg()[0]:.1f}；Python {platform.python_version()}\n")


def load_test_data(name: str) -> Any:
    """A file of ``tests/data``."""
    path = TEST_DATA / f"{name}.yml"
    if not path.exists():
        stop(f"没有测试数据 {path.relative_to(PROJECT_ROOT)}")
    return yaml.safe_load(path.read_text(encoding="utf-8"))
