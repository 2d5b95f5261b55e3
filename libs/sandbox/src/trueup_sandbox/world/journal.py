"""The journal: what cannot be made again from the seed, one JSON line each, written before anybody is told.

Each line goes to the operating system in one write, so a killed process loses at most a line nobody heard of.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Journal:
    """An append-only file; without a path, memory forgets."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: int | None = None

    def read(self) -> Iterator[dict[str, Any]]:
        """Every whole line, oldest first; a torn last line is cut off for good."""
        if self._path is None or not self._path.exists():
            return
        whole = 0
        with self._path.open("rb") as lines:
            for line in lines:
                if not line.endswith(b"\n"):
                    break
                whole += len(line)
                yield json.loads(line)
        os.truncate(self._path, whole)

    def write(self, entry: dict[str, Any]) -> None:
        """Append one entry."""
        if self._path is None:
            return
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.write(self._file, json.dumps(entry, separators=(",", ":")).encode() + b"\n")

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
