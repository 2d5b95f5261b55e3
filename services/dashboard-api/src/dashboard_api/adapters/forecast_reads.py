"""The portfolio's forecast, from PostgreSQL."""

from __future__ import annotations

import json
from typing import Any

from dashboard_api.adapters.database import Database
from dashboard_api.adapters.forecast_sql import forecast_statement
from dashboard_api.domain.access import Principal
from dashboard_api.domain.portfolio_forecast import Asked

# The planner takes what the principal's settings let through for one row, and would sort thousands to group them.
PLANNING = "SET LOCAL enable_sort = off"


class PostgresForecastReads:
    """See `ForecastReads`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def portfolio(self, principal: Principal, asked: Asked) -> dict[str, Any]:
        """Sums and reasons over the accounts in scope, as `assemble` takes them."""
        statement = forecast_statement(principal, asked)
        async with self._database.reading(principal) as connection:
            await connection.execute(PLANNING)
            found = await connection.fetchval(statement.sql, *statement.values)
        answer: dict[str, Any] = json.loads(found)
        return answer
