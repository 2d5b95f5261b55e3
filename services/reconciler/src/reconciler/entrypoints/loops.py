"""The loops of every replica: count reports, link customers, decide accounts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from prometheus_client import Counter, Gauge

from reconciler.domain.policy import Policy
from reconciler.ports.calibrations import CalibrationStore
from reconciler.ports.decisions import DecisionStore, LinkStore
from reconciler.ports.scopes import ScopeStore
from reconciler.ports.suggestions import SuggestionStore
from reconciler.usecases.calibrate import calibrate
from reconciler.usecases.count import count_reports
from reconciler.usecases.decide import decide_some
from reconciler.usecases.relink import relink
from reconciler.usecases.suggest_links import suggest_links
from trueup_kit.logs import get_logger
from trueup_kit.loops import every

log = get_logger(__name__)
COUNT_INTERVAL_S = 0.5
SUGGEST_INTERVAL_S = 2.0
CALIBRATE_INTERVAL_S = 2.0
FORGET_INTERVAL_S = 3600.0
DECIDED = Counter("reconciler_decisions_total", "Accounts decided by outcome", ["outcome"])
BUSY = Gauge("reconciler_deciding", "1 while accounts wait for their decision")


@dataclass(frozen=True, slots=True)
class Loops:
    """What runs beside the subscriptions; each method is a task that never ends by itself."""

    scopes: ScopeStore
    links: LinkStore
    suggestions: SuggestionStore
    decisions: DecisionStore
    calibrations: CalibrationStore
    policy: Policy
    clock: Callable[[], datetime]
    interval_s: float
    batch: int
    forecast_weeks: int

    async def count(self) -> None:
        """Let reports count and watermarks show."""
        await every(COUNT_INTERVAL_S, lambda: count_reports(self.scopes), name="count")

    async def link(self) -> None:
        """Resolve links after configuration or customers changed."""
        await every(COUNT_INTERVAL_S, self._relink, name="link")

    async def suggest(self) -> None:
        """Suggest accounts for customers that belong to none."""
        await every(SUGGEST_INTERVAL_S, lambda: suggest_links(self.suggestions), name="suggest")

    async def decide(self) -> None:
        """Decide dirty accounts: round after round while there are some, gathering changes in between."""
        await every(self.interval_s, self._drain, name="decide", jitter=0.0)

    async def calibrate(self) -> None:
        """Hold metered usage against the company's own counts."""
        await every(CALIBRATE_INTERVAL_S, lambda: calibrate(self.calibrations, self.clock), name="calibrate")

    async def forget(self) -> None:
        """Forget what forecasts were so many weeks ago."""
        await every(FORGET_INTERVAL_S, self._forget, name="forget")

    async def _forget(self) -> None:
        await self.decisions.forget_forecasts(self.clock().date() - timedelta(weeks=self.forecast_weeks))

    async def _relink(self) -> None:
        changed = await relink(self.links)
        if changed:
            log.info("links changed", refs=changed)

    async def _drain(self) -> None:
        while True:
            done = await decide_some(self.decisions, self.policy, self.clock, limit=self.batch)
            DECIDED.labels("changed").inc(done.changed)
            DECIDED.labels("unchanged").inc(done.decided - done.changed)
            DECIDED.labels("failed").inc(len(done.failed))
            more = done.decided + len(done.failed) >= self.batch
            BUSY.set(1 if more else 0)
            if not more:
                return
            await asyncio.sleep(0)
