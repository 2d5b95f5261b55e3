"""Logs of the local stack: bounded in size, shown from the end, followed while they grow."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

BYTES_MAX = 32 * 1024 * 1024
EVERY_S = 30.0


def trim(path: Path, *, bytes_max: int = BYTES_MAX) -> None:
    """Move what a log holds to `<name>.1` when it has grown too long. Writers append, so they go on at the start."""
    if path.stat().st_size <= bytes_max:
        return
    content = path.read_bytes()
    path.with_name(f"{path.name}.1").write_bytes(content[-bytes_max:])
    with path.open("r+b") as log:
        log.truncate(0)


def _trim_all(folder: Path) -> None:
    for path in folder.glob("*.log"):
        trim(path)


async def keep_short(folder: Path) -> None:
    """Trim every log now and then, for ever."""
    while True:
        await asyncio.to_thread(_trim_all, folder)
        await asyncio.sleep(EVERY_S)


def tail(path: Path, lines: int) -> list[str]:
    """The last lines of a file; none when it is not there."""
    try:
        with path.open("rb") as log:
            log.seek(max(0, path.stat().st_size - 400 * lines - 65536))
            return log.read().decode(errors="replace").splitlines()[-lines:]
    except FileNotFoundError:
        return []


def follow(paths: Sequence[Path], *, interval_s: float = 0.2) -> Iterator[tuple[Path, str]]:
    """Lines as they are written, for ever; starts over when a log is trimmed."""
    positions = {path: path.stat().st_size if path.exists() else 0 for path in paths}
    while True:
        for path in paths:
            size = path.stat().st_size if path.exists() else 0
            if size < positions[path]:
                positions[path] = 0
            if size > positions[path]:
                with path.open("rb") as log:
                    log.seek(positions[path])
                    chunk = log.read(size - positions[path])
                whole = chunk[: chunk.rfind(b"\n") + 1]
                positions[path] += len(whole)
                for line in whole.decode(errors="replace").splitlines():
                    yield path, line
        time.sleep(interval_s)
