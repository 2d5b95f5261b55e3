"""Our own programs as processes of a test's own, forked from one that has imported them: a start costs no imports.

They are as real as any: a pid, a log, signals, `kill -9`. How they start from nothing is what the devstack's and the
browser's tests see.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

PROGRAMS = ("stripe_webhooks.__main__", "trueup_sandbox.__main__", "trueup_operator.__main__")


@dataclass(frozen=True)
class Forked:
    """A running program."""

    process: ForkServerProcess

    def poll(self) -> int | None:
        """Its exit code, if it has ended; minus the signal that ended it."""
        return self.process.exitcode

    def wait(self, timeout_s: float | None = None) -> int:
        """Its exit code.

        Raises:
            TimeoutError: it still runs.
        """
        self.process.join(timeout_s)
        if self.process.exitcode is None:
            raise TimeoutError(f"process {self.process.pid} still runs after {timeout_s} s")
        return self.process.exitcode

    def send_signal(self, number: signal.Signals) -> None:
        """As `kill` does; nothing if it has ended."""
        if self.process.pid is not None and self.poll() is None:
            os.kill(self.process.pid, number)

    def kill(self) -> None:
        """At once, also while it is stopped."""
        self.send_signal(signal.SIGKILL)


@cache
def _server() -> ForkServerContext:
    """By whom all are forked: it has imported the programs, and what the operator's tool loads by name."""
    points = entry_points()
    named = {
        point.module for group in points.groups if group.startswith("trueup.") for point in points.select(group=group)
    }
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*PROGRAMS, *sorted(named)])
    return context


def start(module: str, log: Path, env: Mapping[str, str], argv: Sequence[str] = ()) -> Forked:
    """Run `python -m module argv...` with these variables beside our own; all it writes goes to the end of the log."""
    process = _server().Process(target=_run, args=(module, str(log), os.environ | env, list(argv)), daemon=True)
    process.start()
    return Forked(process)


def _run(module: str, log: str, env: dict[str, str], argv: list[str]) -> None:
    """In the new process: become the program."""
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(output, sys.stdout.fileno())
    os.dup2(output, sys.stderr.fileno())
    os.environ.clear()
    os.environ.update(env)
    sys.argv = [module, *argv]
    sys.modules.pop(f"{module}.__main__", None)
    runpy.run_module(module, run_name="__main__")
