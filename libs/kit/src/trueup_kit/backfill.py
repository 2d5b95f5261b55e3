"""What the `trueup backfill` commands share: the days asked for, a bookmark to go on from, and a bar that tells how far it is."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, replace
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
    """Days from `first` to `last`, both included; `given` is how the command line put it."""

    first: date
    last: date
    given: str

    @classmethod
    def read(cls, first: str, last: str, usual: date) -> Span:
        """From the command line; `usual` is the last day where it names none.

        Raises:
            BadDays: no days, or in the wrong order.
        """
        try:
            found = cls(
                date.fromisoformat(first), date.fromisoformat(last) if last else usual, f"{first} {last or '-'}"
            )
        except ValueError:
            raise BadDays("write days as YYYY-MM-DD") from None
        if found.first > found.last:
            raise BadDays(f"{found.first} is after {found.last}")
        return found

    def until(self, today: date) -> Span:
        """The same without the days that are still to come.

        Raises:
            BadDays: all of them are.
        """
        if self.first > today:
            raise BadDays(f"{self.first} is still to come")
        return replace(self, last=min(self.last, today))


class Bookmark:
    """Where one backfill stands: a row beside the cursors of the pulls, by what the command line gave.

    It keeps the last day too: the same command line goes on with the days that it began with, after midnight as well.
    """

    def __init__(self, engine: AsyncEngine, span: Span, account: str | None) -> None:
        self._engine = engine
        self._span = span
        self._name = f"backfill {span.given} {account or ''}".rstrip()

    async def resume(self) -> tuple[Span, Any]:
        """The days that it began with, and what was kept (JSON), or None before the first piece."""
        async with self._engine.begin() as conn:
            text = await (await raw(conn)).fetchval("SELECT value FROM cursors WHERE name = $1", self._name)
        if text is None:
            return self._span, None
        kept = json.loads(text)
        self._span = replace(self._span, last=date.fromisoformat(kept["last"]))
        return self._span, kept["place"]

    async def keep(self, place: Any) -> None:  # noqa: ANN401  JSON
        """Everything before this place is announced."""
        value = json.dumps({"last": self._span.last.isoformat(), "place": place})
        async with self._engine.begin() as conn:
            await (await raw(conn)).execute(_SAVE, self._name, value)

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
