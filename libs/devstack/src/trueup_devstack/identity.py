"""Processes of ours, told from strangers by pid and start time: a pid alone may have been given away again."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from trueup_devstack.files import read_json, write_json

SAME_START_S = 2.0
"""Start times are read against the machine's boot time, which moves a little when the clock is set."""


@dataclass(frozen=True)
class Known:
    """One running process, as written down."""

    name: str
    pid: int
    started: float
    stop_signal: int = int(signal.SIGTERM)

    def alive(self) -> bool:
        """Whether this very process still runs."""
        try:
            process = psutil.Process(self.pid)
            same = abs(float(process.create_time()) - self.started) < SAME_START_S
            return same and process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False


def start_time(pid: int) -> float:
    """When it started, in seconds since the epoch; 0 when it is gone already."""
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.Error:
        return 0.0


def remember(path: Path, processes: Iterable[Known]) -> None:
    """Write down all running processes."""
    write_json(path, [asdict(process) for process in processes])


def recall(path: Path) -> list[Known]:
    """The processes written down that still run."""
    return [known for known in (Known(**entry) for entry in read_json(path) or []) if known.alive()]


def _send(known: Known, what: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(known.pid, what)


def stop_all(found: Sequence[Known], *, patience_s: float) -> None:
    """Ask each to stop, in the order given and all at once, then kill what is left after the patience."""
    for known in found:
        _send(known, known.stop_signal)
    deadline = time.monotonic() + patience_s
    while any(known.alive() for known in found) and time.monotonic() < deadline:
        time.sleep(0.05)
    for known in found:
        if known.alive():
            _send(known, signal.SIGKILL)
