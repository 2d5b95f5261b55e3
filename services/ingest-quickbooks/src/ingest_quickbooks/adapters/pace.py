"""QuickBooks' two limits at once: requests per second and requests per minute, shared by all replicas."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine

from trueup_kit.limits import Limiter, Priority


class Pace(Limiter):
    """Waits until a request is within both limits.

    A bucket may give its capacity at once and its refill besides: half of the limit each, so that both together stay
    within it in any window.
    """

    def __init__(self, engine: AsyncEngine, per_min: float, per_s: float, background_share: float) -> None:
        # What was left of a portion would come on top of both within one second: each request reserves for itself.
        super().__init__(engine, name="quickbooks second", portion_s=0, **_bucket(per_s, 1.0, background_share))
        self._minute = Limiter(engine, name="quickbooks minute", **_bucket(per_min, 60.0, background_share))

    async def acquire(self, cost: float = 1, *, priority: Priority = "background") -> None:
        """Wait for both; raises as the kit's limiter does."""
        await self._minute.acquire(cost, priority=priority)
        await super().acquire(cost, priority=priority)


def _bucket(limit: float, window_s: float, background_share: float) -> dict[str, float]:
    """Half of the limit at once, half spread over the window; at least one request in the background must fit."""
    half = limit / 2
    return {
        "capacity": max(half, 1 / background_share),
        "refill_per_s": half / window_s,
        "background_share": background_share,
    }
