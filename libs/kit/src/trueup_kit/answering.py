"""How well a provider answers: the share of failed calls within the last five minutes, over all replicas.

Above the limit the source is served from what was last read and said to be so, although a pull may still get through;
as soon as the share is below it again, so is the source. Counts are rows in the owning service's schema, ten seconds each.
"""

from __future__ import annotations

from dataclasses import dataclass

from prometheus_client import Gauge
from sqlalchemy.ext.asyncio import AsyncEngine

from trueup_kit.logs import get_logger
from trueup_kit.loops import every
from trueup_kit.postgres import raw

log = get_logger(__name__)
WINDOW_S = 300
KEEP_EVERY_S = 5.0
SHARE_MAX = 0.02
FAILED_MIN = 3
"""Fewer failures say nothing: of five calls one is a fifth."""
SHARE = Gauge("trueup_provider_error_share", "Failed calls among those of the last five minutes", ["source"])
CACHED = Gauge("trueup_provider_cached", "1 while too many calls fail and the last reading is served", ["source"])

_COUNT = """
INSERT INTO provider_calls AS known (source, slot, calls, failed)
VALUES ($1, date_bin('10 seconds', clock_timestamp(), 'epoch'), $2, $3)
ON CONFLICT (source, slot) DO UPDATE SET calls = known.calls + excluded.calls, failed = known.failed + excluded.failed
"""
_FORGET = (
    "DELETE FROM provider_calls WHERE source = $1 AND slot < clock_timestamp() - make_interval(secs => $2::float8)"
)
_SUM = """
SELECT coalesce(sum(calls), 0)::bigint AS calls, coalesce(sum(failed), 0)::bigint AS failed
FROM provider_calls WHERE source = $1 AND slot >= clock_timestamp() - make_interval(secs => $2::float8)
"""


@dataclass(frozen=True, slots=True)
class Answered:
    """Calls within the window, and how many of them failed: silence and the provider's own errors, no refusals."""

    calls: int = 0
    failed: int = 0

    def trouble(self, share_max: float = SHARE_MAX) -> str | None:
        """In words, when too many failed."""
        if self.failed < FAILED_MIN or self.failed <= share_max * self.calls:
            return None
        return f"{self.failed} of {self.calls} calls failed within {WINDOW_S // 60} minutes"


class Answering:
    """Counts the calls of one provider account. `note` costs nothing; the counts are written every few seconds."""

    def __init__(self, engine: AsyncEngine, *, source: str, share_max: float = SHARE_MAX) -> None:
        self._engine = engine
        self._source = source
        self._share_max = share_max
        self._calls = 0
        self._failed = 0
        self._said: bool | None = None

    def note(self, *, worked: bool) -> None:
        """Count one call that was made."""
        self._calls += 1
        self._failed += not worked

    async def trouble(self) -> str | None:
        """What everybody's calls of late say against the provider; None: it answers well enough."""
        answered = await self._keep()
        trouble = answered.trouble(self._share_max)
        SHARE.labels(self._source).set(answered.failed / answered.calls if answered.calls else 0)
        CACHED.labels(self._source).set(trouble is not None)
        if (trouble is not None) != bool(self._said):
            log.warning("the provider answers badly" if trouble else "the provider answers again", trouble=trouble)
        self._said = trouble is not None
        return trouble

    async def run(self) -> None:
        """Write the counts down until cancelled: every replica calls, one of them reports."""
        await every(KEEP_EVERY_S, self.trouble, name="count provider calls")

    async def _keep(self) -> Answered:
        calls, failed = self._calls, self._failed
        async with self._engine.begin() as conn:
            driver = await raw(conn)
            if calls:
                await driver.execute(_COUNT, self._source, calls, failed)
                await driver.execute(_FORGET, self._source, float(WINDOW_S))
            row = await driver.fetchrow(_SUM, self._source, float(WINDOW_S))
        # Only now: what could not be written is written with the next.
        self._calls -= calls
        self._failed -= failed
        return Answered(row["calls"], row["failed"]) if row else Answered()
