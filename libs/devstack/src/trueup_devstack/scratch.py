"""Throw-away servers on free ports, for tests and benchmarks: started, awaited, stopped, forgotten."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from trueup_devstack import jars
from trueup_devstack.errors import DevstackError
from trueup_devstack.kafka import Kafka
from trueup_devstack.postgres import Postgres
from trueup_devstack.privileges import Identity

READY_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 20.0


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def folder(name: str) -> Iterator[Path]:
    """An empty folder that goes away again; any user may pass it, for servers that run as another one."""
    place = Path(tempfile.mkdtemp(prefix=f"trueup-{name}-"))
    place.chmod(0o711)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def answers(port: int) -> bool:
    """Whether somebody listens on 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def running(
    command: Sequence[str],
    *,
    log: Path,
    ready: Callable[[], bool],
    stop_signal: signal.Signals = signal.SIGTERM,
    identity: Identity | None = None,
) -> Iterator[int]:
    """A server from ready to stopped; yields its pid."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            start_new_session=True,
            user=identity.uid if identity else None,
            group=identity.gid if identity else None,
            extra_groups=[] if identity else None,
        )
    try:
        deadline = time.monotonic() + READY_TIMEOUT_S
        while not ready():
            if process.poll() is not None or time.monotonic() > deadline:
                raise DevstackError(f"{Path(command[0]).name} did not start: {log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)
        yield process.pid
    finally:
        process.send_signal(stop_signal)
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def postgres(**settings: str) -> Iterator[Postgres]:
    """A PostgreSQL that trusts everyone on 127.0.0.1 and, unless told `fsync="on"`, does not care for its disk."""
    wanted = {"fsync": "off", "max_connections": "300"} | settings
    with folder("postgres") as place:
        server = Postgres(place / "postgres", free_port(), settings=tuple(wanted.items()))
        server.initialise()
        with running(
            server.command(),
            log=place / "log",
            ready=server.accepts,
            stop_signal=signal.SIGINT,
            identity=server.identity,
        ):
            yield server


@contextmanager
def kafka(settings: Mapping[str, str] | None = None) -> Iterator[Kafka]:
    """A Kafka broker without topics; the first one on a machine downloads its jars."""
    with folder("kafka") as place:
        broker = Kafka(place / "kafka", jars.prepare(print), free_port(), free_port(), settings or {})
        broker.initialise()
        with running(broker.command(), log=place / "log", ready=broker.accepts):
            yield broker
