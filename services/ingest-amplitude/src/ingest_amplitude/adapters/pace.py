"""Amplitude's cost budget: so much cost in any five minutes, shared by all replicas and everybody else's questions."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine

from trueup_kit.limits import Limiter

WINDOW_S = 300.0
MINUTE_S = 60.0


def at_once(cost_per_5_min: float, background_share: float) -> float:
    """The dearest question that background work may ever ask: its share of what the bucket gives at once."""
    return cost_per_5_min / 2 * background_share


def cost_limiter(engine: AsyncEngine, cost_per_5_min: float, background_share: float) -> Limiter:
    """A bucket that gives half of the budget at once and half spread over the window: in any window no more than both."""
    half = cost_per_5_min / 2
    return Limiter(
        engine,
        name="amplitude cost",
        capacity=half,
        refill_per_s=half / WINDOW_S,
        background_share=background_share,
    )


def export_limiter(engine: AsyncEngine, exports_per_min: float, background_share: float) -> Limiter:
    """Exports cost nothing of the budget; so many a minute are asked for all the same, by everybody together."""
    half = exports_per_min / 2
    return Limiter(
        engine,
        name="amplitude exports",
        capacity=max(half, 1 / background_share),
        refill_per_s=half / MINUTE_S,
        background_share=background_share,
    )
