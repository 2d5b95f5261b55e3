"""What the `trueup backfill` commands share: the days asked for, a bookmark to go on from, and a bar that tells how far it is."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import date
from typing import Any, TextIO

from sqlalchemy.ext.asyncio import AsyncEngine

from trueup_kit.postgres import raw

BAR_CELLS = 30
_SAVE = "INSERT INTO cursors (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value"


class BadDays(Exception):
    """The days asked for are none. The text is safe to show."""


class Stopped(Exception):
    """The source stopped answering; the bookmark stands where the same command goes on. The text is safe to show."""


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `first` to `last`, both included."""

    first: date
    last: date

    @classmethod
    def read(cls, first: str, last: str) -> Span:
        """From the command line.

        Raises:
            BadDays: no days, or in the wrong order.
        """
        try:
            found = cls(date.fromisoformat(first), date.fromisoformat(last))
        except ValueError:
            raise BadDays("write days as YYYY-MM-DD") from None
        if found.first > found.last:
            raise BadDays(f"{first} is after {last}")
        return found


class Bookmark:
    """Where one backfill stands: a row beside the cursors of the pulls, by days and account."""

    def __init__(self, engine: AsyncEngine, span: Span, account: str | None) -> None:
        self._engine = engine
        self._name = f"backfill {span.first} {span.last} {account or ''}".rstrip()

    async def read(self) -> Any:  # noqa: ANN401  JSON
        """What was kept, or None before the first piece."""
        async with self._engine.begin() as conn:
            text = await (await raw(conn)).fetchval("SELECT value FROM cursors WHERE name = $1", self._name)
        return None if text is None else json.loads(text)

    async def keep(self, place: Any) -> None:  # noqa: ANN401  JSON
        """Everything before this place is announced."""
        async with self._engine.begin() as conn:
            await (await raw(conn)).execute(_SAVE, self._name, json.dumps(place))

    async def forget(self) -> None:
        """The backfill is done."""
        async with self._engine.begin() as conn:
            await (await raw(conn)).execute("DELETE FROM cursors WHERE name = $1", self._name)


class Bar:
    """One line on a terminal that is written over; elsewhere a line for each tenth part."""

    def __init__(self, out: TextIO = sys.stderr) -> None:
        self._out = out
        self._tenth = -1

    def tell(self, done: int, total: int, words: str) -> None:
        """So many of so many; where the total grows meanwhile, it is never below what is done."""
        total = max(total, done, 1)
        filled = BAR_CELLS * done // total
        line = f"[{'#' * filled}{'.' * (BAR_CELLS - filled)}] {100 * done // total:3d} %  {done} of {total} {words}"
        if self._out.isatty():
            self._out.write(f"\r\x1b[K{line}")
        elif (tenth := 10 * done // total) != self._tenth:
            self._tenth = tenth
            self._out.write(f"{line}\n")
        self._out.flush()

    def end(self) -> None:
        """Leave the line."""
        if self._out.isatty():
            self._out.write("\n")
