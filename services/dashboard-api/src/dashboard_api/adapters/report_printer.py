"""Setting reports in processes of their own: the event loop never waits, and one that hangs is killed and replaced."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from dashboard_api.domain.errors import Unavailable
from trueup_kit.logs import get_logger

_LENGTH_BYTES = 4
_DONE = b"\x00"
_BUSY = "Reports cannot be made at the moment. Nothing was counted; try again."
_log = get_logger(__name__)


def worker_command(font_folder: str | None = None) -> tuple[str, ...]:
    """How a worker is started."""
    extra = (font_folder,) if font_folder else ()
    return (sys.executable, "-I", "-m", "dashboard_api.adapters.report_worker", *extra)


class ReportFailed(Exception):
    """The worker could not set the report."""


class WorkerReportPrinter:
    """A few workers, each setting one report at a time. They know nothing of the environment and of each other."""

    def __init__(self, *, workers: int, timeout_s: float, command: Sequence[str] | None = None) -> None:
        self._timeout_s = timeout_s
        self._command = command or worker_command()
        self._idle: asyncio.LifoQueue[Process | None] = asyncio.LifoQueue()
        for _ in range(workers):
            self._idle.put_nowait(None)

    async def print(self, report: Mapping[str, Any]) -> bytes:
        """The PDF.

        Raises:
            Unavailable: no worker was free in time, or the one that was took too long.
            ReportFailed: the worker could not set it.
        """
        body = json.dumps(report).encode()
        try:
            async with asyncio.timeout(self._timeout_s):
                worker = await self._idle.get()
        except TimeoutError:
            raise Unavailable(_BUSY, code="report_unavailable") from None
        kept: Process | None = None
        try:
            async with asyncio.timeout(self._timeout_s):
                # Assigned only where it is sure to be in step again; whatever else happens, it is replaced.
                worker = worker if worker is not None and worker.returncode is None else await self._start()
                verdict, content = await _ask(worker, body)
                kept = worker
        except (TimeoutError, asyncio.IncompleteReadError, OSError) as error:
            _log.error("report worker replaced", error=type(error).__name__)
            raise Unavailable(_BUSY, code="report_unavailable") from None
        finally:
            if kept is None:
                _kill(worker)
            self._idle.put_nowait(kept)
        if verdict != _DONE:
            raise ReportFailed(content.decode())
        return content

    async def start(self) -> None:
        """Have one worker ready before the first report is asked for."""
        if await self._idle.get() is None:
            self._idle.put_nowait(await self._start())

    async def close(self) -> None:
        """End all workers; for when nothing is asked any more."""
        while not self._idle.empty():
            worker = self._idle.get_nowait()
            _kill(worker)
            if worker is not None:
                await worker.wait()

    async def _start(self) -> Process:
        # No secret of ours reaches the worker: it gets what finds its programs and temporary files, and no more.
        kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
        return await asyncio.create_subprocess_exec(*self._command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=kept)


async def _ask(worker: Process, body: bytes) -> tuple[bytes, bytes]:
    assert worker.stdin is not None  # noqa: S101  both are pipes
    assert worker.stdout is not None  # noqa: S101
    worker.stdin.write(len(body).to_bytes(_LENGTH_BYTES) + body)
    await worker.stdin.drain()
    verdict = await worker.stdout.readexactly(1)
    length = int.from_bytes(await worker.stdout.readexactly(_LENGTH_BYTES))
    return verdict, await worker.stdout.readexactly(length)


def _kill(worker: Process | None) -> None:
    if worker is not None and worker.returncode is None:
        with suppress(ProcessLookupError):
            worker.kill()
