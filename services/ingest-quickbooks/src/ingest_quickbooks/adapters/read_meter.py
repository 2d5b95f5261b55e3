"""How many reads of the month's plan are used: QuickBooks counts what it answers, and refuses everything beyond.

A refusal for the month does not pass by waiting, so people must hear of it before. Counted over all replicas and commands.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from prometheus_client import Gauge
from sqlalchemy.ext.asyncio import AsyncEngine

from ingest_quickbooks.domain.reads import alarming
from trueup_kit.logs import get_logger
from trueup_kit.loops import every
from trueup_kit.postgres import raw

log = get_logger(__name__)
KEEP_EVERY_S = 10.0
READS = Gauge("trueup_quickbooks_reads_month", "Answered reads since the month began, by UTC")
SHARE = Gauge("trueup_quickbooks_reads_share", "Of the month's plan; alarm at 0.8")

_ADD = """
INSERT INTO cursors AS kept (name, value) VALUES ($1, $2::bigint::text)
ON CONFLICT (name) DO UPDATE SET value = (kept.value::bigint + excluded.value::bigint)::text
RETURNING value::bigint
"""


class ReadMeter:
    """Counts; says so once when four fifths of the plan are used, and again when all of it is."""

    def __init__(self, engine: AsyncEngine, *, per_month: int, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._per_month = per_month
        self._clock = clock
        self._reads = 0
        self._said: str | None = None

    def note(self) -> None:
        """One answered read."""
        self._reads += 1

    async def keep(self) -> int:
        """Write down what was counted; returns the reads of this month."""
        reads = self._reads
        month = f"{self._clock().astimezone(UTC):%Y-%m}"
        async with self._engine.begin() as conn:
            total: int = await (await raw(conn)).fetchval(_ADD, f"reads {month}", reads)
        # Only now: what could not be written is written with the next.
        self._reads -= reads
        READS.set(total)
        SHARE.set(total / self._per_month)
        said = alarming(total, self._per_month)
        if said is not None and said != self._said:
            log.error("the month's reads run out: ask less often or take a larger plan", used=said, reads=total)
        self._said = said
        return total

    async def run(self) -> None:
        """Write down every few seconds until cancelled."""
        await every(KEEP_EVERY_S, self.keep, name="count reads")
