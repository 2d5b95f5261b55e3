"""A loop that ticks for ever, never two ticks at once, and survives a tick that failed."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable

from prometheus_client import Counter, Gauge

from trueup_kit.logs import get_logger
from trueup_kit.postgres import describe, passes

log = get_logger(__name__)
FAILED_DELAY_LONGEST_S = 60.0
TICKS = Counter("trueup_loop_ticks_total", "Ticks of a loop", ["loop", "outcome"])
LAST_SUCCESS = Gauge("trueup_loop_last_success_timestamp_seconds", "When a loop last ended a tick well", ["loop"])


async def every(
    interval_s: float,
    fn: Callable[[], Awaitable[object]],
    *,
    name: str,
    jitter: float = 0.1,
    wake: asyncio.Event | None = None,
) -> None:
    """Run `fn` at once and then every `interval_s` seconds (± `jitter`), sooner when `wake` is set.

    A tick that fails is logged and repeated after a growing pause of at most the interval; the loop itself only ends by
    cancellation. Trouble that passes by itself is one line, a mistake of ours has its stack trace.
    """
    failures = 0
    while True:
        if wake is not None:
            wake.clear()
        failures = 0 if await _tick(fn, name) else failures + 1
        pause_s = interval_s * random.uniform(1 - jitter, 1 + jitter)
        if failures:
            pause_s = min(pause_s, FAILED_DELAY_LONGEST_S, 0.5 * 2 ** min(failures, 10))
        await _pause(pause_s, wake)


async def _tick(fn: Callable[[], Awaitable[object]], name: str) -> bool:
    try:
        await fn()
    except Exception as error:
        TICKS.labels(name, "failed").inc()
        if passes(error):
            log.warning("tick failed, trying again", loop=name, error=describe(error))
        else:
            log.exception("tick failed, trying again", loop=name)
        return False
    TICKS.labels(name, "done").inc()
    LAST_SUCCESS.labels(name).set_to_current_time()
    return True


async def _pause(pause_s: float, wake: asyncio.Event | None) -> None:
    if wake is None:
        await asyncio.sleep(pause_s)
        return
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(pause_s):
            await wake.wait()
