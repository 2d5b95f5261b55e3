"""One supervised process: started, watched until ready, restarted with growing pauses, stopped in order."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from trueup_devstack.backoff import Backoff
from trueup_devstack.identity import Known, start_time
from trueup_devstack.privileges import Identity

PROBE_STARTING_S = 0.1
PROBE_READY_S = 2.0


class State(StrEnum):
    """What a process is doing; `unready` runs but says it cannot work now."""

    STARTING = "starting"
    READY = "ready"
    UNREADY = "unready"
    WAITING = "waiting"
    STOPPING = "stopping"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Spec:
    """How to run one process and how to ask whether it is ready."""

    name: str
    service: str
    argv: tuple[str, ...]
    log: Path
    ready: Callable[[], Awaitable[bool]]
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path = Path("/")
    port: int | None = None
    identity: Identity | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    stop_timeout_s: float = 15.0


class Child:
    """Keeps one process running from `start` to `stop`."""

    def __init__(self, make_spec: Callable[[], Spec], *, changed: Callable[[], None]) -> None:
        """`make_spec` is asked anew at each start; `changed` is called whenever pid or state change."""
        self._make_spec = make_spec
        self._changed = changed
        self.spec = make_spec()
        self.state = State.STOPPED
        self.restarts = 0
        self.last_exit: int | None = None
        self.known: Known | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None
        self._stop = asyncio.Event()

    @property
    def pid(self) -> int | None:
        return self.known.pid if self.known else None

    def start(self) -> None:
        """Start unless it runs."""
        if self._task is None or self._task.done():
            self._stop.clear()
            self._task = asyncio.create_task(self._keep_running(), name=self.spec.name)

    async def stop(self) -> None:
        """Ask it to stop, wait as long as its specification says, then kill it."""
        self._stop.set()
        if self._task is None:
            return
        if self._process is not None:
            self._enter(State.STOPPING)
        self._signal(self.spec.stop_signal)
        done, _ = await asyncio.wait([self._task], timeout=self.spec.stop_timeout_s)
        if not done:
            self._signal(signal.SIGKILL)
            await asyncio.wait([self._task])
        self._task = None

    def _signal(self, what: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(what)

    def _enter(self, state: State) -> None:
        if state is not self.state:
            self.state = state
            self._changed()

    async def _keep_running(self) -> None:
        backoff = Backoff()
        while not self._stop.is_set():
            began = time.monotonic()
            self.last_exit = await self._run_once()
            if self._stop.is_set():
                break
            self.restarts += 1
            self._enter(State.WAITING)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), backoff.after(time.monotonic() - began))
        self._enter(State.STOPPED)

    async def _run_once(self) -> int:
        """Run it until it ends by itself or is stopped; returns the exit code."""
        self.spec = self._make_spec()
        try:
            process = await self._spawn()
        except OSError as error:
            self._note(f"could not be started: {error}")
            return 127
        self._process = process
        self.known = Known(self.spec.name, process.pid, start_time(process.pid), int(self.spec.stop_signal))
        self.state = State.STARTING
        self._changed()
        watch = asyncio.create_task(self._watch())
        if self._stop.is_set():
            self._signal(self.spec.stop_signal)
        try:
            return await process.wait()
        finally:
            watch.cancel()
            self._process, self.known = None, None
            self._changed()

    async def _spawn(self) -> asyncio.subprocess.Process:
        spec = self.spec
        spec.log.parent.mkdir(parents=True, exist_ok=True)
        with spec.log.open("ab") as output:
            return await asyncio.create_subprocess_exec(
                *spec.argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=spec.cwd,
                env={**os.environ, **spec.env},
                start_new_session=True,
                user=spec.identity.uid if spec.identity else None,
                group=spec.identity.gid if spec.identity else None,
                extra_groups=[] if spec.identity else None,
            )

    async def _watch(self) -> None:
        while True:
            ready = await self.spec.ready()
            if self._stop.is_set():
                return
            if ready:
                self._enter(State.READY)
            elif self.state is State.READY:
                self._enter(State.UNREADY)
            await asyncio.sleep(PROBE_READY_S if self.state is State.READY else PROBE_STARTING_S)

    def _note(self, text: str) -> None:
        with self.spec.log.open("a") as log:
            log.write(f"supervisor: {self.spec.name} {text}\n")
