"""The portfolio's forecast, as the use case asks for it."""

from __future__ import annotations

from typing import Any, Protocol

from dashboard_api.domain.access import Principal
from dashboard_api.domain.portfolio_forecast import Asked


class ForecastReads(Protocol):
    """Weekly forecasts, seen with the eyes of one principal."""

    async def portfolio(self, principal: Principal, asked: Asked) -> dict[str, Any]:
        """Sums and reasons over the accounts in scope, as `assemble` takes them."""
