"""The terminal of the ``fawen`` command: messages and progress go to stderr, results to stdout."""
from __future__ import annotations

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

err = Console(stderr=True, highlight=False, soft_wrap=True)


def progress_bar(name: str) -> Progress:
    """A bar for the work called ``name``: how much is done, how long it took and how long it will take."""
    return Progress(
        SpinnerColumn(),
        TextColumn(f"{name}：{{task.description}}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=err,
    )
