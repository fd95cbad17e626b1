"""Many requests for one piece of work, done once for all of them a moment later."""
from __future__ import annotations

import asyncio
from typing import Any, Callable, Coroutine, Optional

import structlog

log = structlog.get_logger()


class Soon:
    """Runs ``work`` within ``seconds`` of being asked; asked again meanwhile, it runs once more afterwards."""

    def __init__(self, work: Callable[[], Coroutine[Any, Any, None]], seconds: float) -> None:
        self._work = work
        self._seconds = seconds
        self._wanted = False
        self._task: Optional[asyncio.Task] = None

    def ask(self) -> None:
        """Have the work done. To be called in the event loop's thread."""
        self._wanted = True
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._run())

    async def _run(self) -> None:
        while self._wanted:
            await asyncio.sleep(self._seconds)
            self._wanted = False
            try:
                await self._work()
            except Exception:
                log.exception("work put off failed")
