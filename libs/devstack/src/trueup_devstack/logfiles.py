"""Logs of the local stack: bounded in size, shown from the end, followed while they grow."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
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


class Follower:
    """Reads what is added to logs from now on."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._positions = {path: _size(path) for path in paths}

    def added(self) -> list[tuple[Path, str]]:
        """Whole lines written since the last call; starts over where a log was trimmed."""
        lines: list[tuple[Path, str]] = []
        for path, position in self._positions.items():
            start = position if _size(path) >= position else 0
            with contextlib.suppress(FileNotFoundError), path.open("rb") as log:
                log.seek(start)
                chunk = log.read()
                whole = chunk[: chunk.rfind(b"\n") + 1]
                self._positions[path] = start + len(whole)
                lines += [(path, line) for line in whole.decode(errors="replace").splitlines()]
        return lines


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
