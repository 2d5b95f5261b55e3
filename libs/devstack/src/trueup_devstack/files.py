"""Files that are whole or not there: written beside, then renamed."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def write_whole(path: Path, text: str, *, mode: int = 0o600) -> None:
    """Replace the file in one step, so that a crash never leaves half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.partial-{os.getpid()}")
    partial.touch(mode=mode)
    partial.write_text(text)
    partial.replace(path)


def write_json(path: Path, value: object) -> None:
    """Replace the file by a JSON document, readable by its owner only."""
    write_whole(path, json.dumps(value, indent=1))


def read_json(path: Path) -> Any:  # noqa: ANN401  JSON
    """The document, or None where there is none or it cannot be read."""
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return None


@contextmanager
def one_at_a_time(lock: Path, *, busy: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Wait for one's turn, calling `busy` if another has it; the turn ends with the process at the latest."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as turn:
        try:
            fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            busy()
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield
