"""What the quarter will bring, for a whole portfolio."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from dashboard_api.domain.access import Principal
from dashboard_api.domain.portfolio_forecast import asked_at, assemble
from dashboard_api.ports.forecasts import ForecastReads


class PortfolioForecast:
    """The sum of the forecasts of every account that the principal sees."""

    def __init__(self, reads: ForecastReads, *, now: Callable[[], datetime]) -> None:
        self._reads = reads
        self._now = now

    async def __call__(self, principal: Principal) -> dict[str, Any]:
        """One answer for the quarter of today (UTC)."""
        asked = asked_at(self._now())
        return assemble(asked, await self._reads.portfolio(principal, asked))
