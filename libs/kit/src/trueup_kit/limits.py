"""One limiter for each provider account, shared by all replicas: its tokens are a row in the owning service's schema.

Replicas reserve portions of about a second, so a busy limiter costs each of them one round trip a second. A portion that
is not used within its second is forfeited, which errs on the safe side. What is left of a portion may be spent beside what
is refilled meanwhile: where a limit counts single seconds, each call reserves for itself. No database, no call. Background
work pays from a smaller bucket of its own as well, so a share of the rate is always left to what a person asked for.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

from prometheus_client import Counter, Gauge
from sqlalchemy.ext.asyncio import AsyncEngine

from trueup_kit.errors import ProviderUnavailable
from trueup_kit.postgres import is_transient, raw

Priority = Literal["person", "background"]
_PRIORITY: ContextVar[Priority] = ContextVar("priority", default="background")
PORTION_S = 1.0
WAIT_LONGEST_S = 2.0
USED = Counter("trueup_limiter_used_total", "Tokens spent", ["limiter", "priority"])
REFUSED = Counter("trueup_limiter_refused_total", "Reservations that had to wait", ["limiter", "priority"])
WAITING = Gauge("trueup_limiter_waiting", "Calls waiting for tokens", ["limiter"])

ENSURE = """
INSERT INTO limiter (name, tokens, refilled_at)
SELECT name, tokens, clock_timestamp() FROM unnest($1::text[], $2::float8[]) AS wanted (name, tokens)
ON CONFLICT (name) DO NOTHING
"""
# The rows are locked before they are counted, so that two replicas never take the same tokens. They are written though
# nothing is granted: after the server's clock was set back, refilling goes on from the time that it shows now.
RESERVE = """
WITH current AS MATERIALIZED (
    SELECT kept.name, clock_timestamp() AS at,
        least(b.capacity, kept.tokens
            + b.refill * greatest(0, extract(epoch FROM clock_timestamp() - kept.refilled_at)::float8)) AS available
    FROM limiter AS kept JOIN unnest($1::text[], $2::float8[], $3::float8[]) AS b (name, capacity, refill) USING (name)
    ORDER BY kept.name FOR UPDATE OF kept
), answer AS (SELECT min(available) >= $4::float8 AS granted FROM current)
UPDATE limiter SET tokens = current.available - CASE WHEN granted THEN $4::float8 ELSE 0 END, refilled_at = current.at
FROM current, answer
WHERE limiter.name = current.name
RETURNING granted
"""


@contextmanager
def for_person() -> Iterator[None]:
    """What is called within the block is called because a person waits for it."""
    token = _PRIORITY.set("person")
    try:
        yield
    finally:
        _PRIORITY.reset(token)


def current_priority() -> Priority:
    """Whether a person waits for what is done just now."""
    return _PRIORITY.get()


@dataclass
class _Portion:
    tokens: float = 0.0
    until: float = 0.0


_Bucket = tuple[str, float, float]
"""Name of the row, capacity, refill per second."""


def _columns(buckets: list[_Bucket]) -> tuple[list[str], list[float], list[float]]:
    return [name for name, _, _ in buckets], [float(c) for _, c, _ in buckets], [float(r) for _, _, r in buckets]


class Limiter:
    """A token bucket: at most `capacity` at once, `refill_per_s` a second.

    Within any window of W seconds at most `capacity + refill_per_s × W` is spent: choose both so that this stays below
    the provider's limit. Background work never takes more than `background_share` of both. With portions a lull may leave
    up to a portion in each replica, which the window that follows has besides; `portion_s` 0 leaves nothing over.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        name: str,
        capacity: float,
        refill_per_s: float,
        background_share: float = 0.8,
        portion_s: float = PORTION_S,
    ) -> None:
        self._engine = engine
        self._name = name
        self._portion_s = portion_s
        self._refill_per_s = refill_per_s
        self._ceiling: dict[Priority, float] = {"person": capacity, "background": capacity * background_share}
        whole = (name, capacity, refill_per_s)
        smaller = (f"{name}|background", capacity * background_share, refill_per_s * background_share)
        self._buckets: dict[Priority, list[_Bucket]] = {"person": [whole], "background": [whole, smaller]}
        self._portions: dict[Priority, _Portion] = {"person": _Portion(), "background": _Portion()}
        self._locks: dict[Priority, asyncio.Lock] = {"person": asyncio.Lock(), "background": asyncio.Lock()}
        self._ensured = False

    async def acquire(self, cost: float = 1, *, priority: Priority = "background") -> None:
        """Wait until `cost` tokens are ours.

        Raises:
            ValueError: the cost can never be met at this priority.
            ProviderUnavailable: the database that keeps the tokens is away (reason `no_database`).
        """
        if cost > self._ceiling[priority]:
            raise ValueError(f"{self._name}: a cost of {cost:g} is more than {priority} work may ever take")
        with WAITING.labels(self._name).track_inprogress():
            async with self._locks[priority]:
                await self._take(cost, priority)
        USED.labels(self._name, priority).inc(cost)

    async def _take(self, cost: float, priority: Priority) -> None:
        portion = self._portions[priority]
        if portion.tokens >= cost and time.monotonic() < portion.until:
            portion.tokens -= cost
            return
        rate_per_s = min(refill for _, _, refill in self._buckets[priority])
        wanted = min(max(cost, rate_per_s * self._portion_s), self._ceiling[priority])
        while True:
            for amount in dict.fromkeys((wanted, cost)):
                if await self._reserve(amount, priority):
                    self._portions[priority] = _Portion(amount - cost, time.monotonic() + PORTION_S)
                    return
            REFUSED.labels(self._name, priority).inc()
            pause_s = min(cost / rate_per_s, WAIT_LONGEST_S)
            await asyncio.sleep(pause_s * random.uniform(0.5, 1.0))

    async def _reserve(self, amount: float, priority: Priority) -> bool:
        try:
            async with self._engine.begin() as conn:
                driver = await raw(conn)
                if not self._ensured:
                    names, capacities, _ = _columns(self._buckets["background"])
                    await driver.execute(ENSURE, names, capacities)
                granted = await driver.fetchval(RESERVE, *_columns(self._buckets[priority]), float(amount))
        except Exception as error:
            if is_transient(error):
                raise ProviderUnavailable("no_database") from error
            raise
        self._ensured = True
        return bool(granted)
