"""Rate cards as they were imported."""

from __future__ import annotations

import json

from dashboard_api.adapters.account_reads import in_scope
from dashboard_api.adapters.database import Database
from dashboard_api.domain.access import Principal
from dashboard_api.usecases.card_history import Card
from dashboard_api.usecases.rate_cards import entered_component
from trueup_contracts.accounts import Rate

_CARDS = """
SELECT version, imported_at, imported_by, components::text AS components FROM dashboard.rate_cards
WHERE client_id = $1 ORDER BY version DESC LIMIT $2 OFFSET $3
"""
_COUNT = "SELECT count(*) FROM dashboard.rate_cards WHERE client_id = $1"


class PostgresCardReads:
    """One snapshot; the account must be within the principal's scope."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def cards(
        self, principal: Principal, client_id: str, *, limit: int, offset: int
    ) -> tuple[list[Card], int] | None:
        """See the port."""
        async with self._database.reading(principal) as connection:
            if not await in_scope(connection, principal, client_id):
                return None
            rows = await connection.fetch(_CARDS, client_id, limit, offset)
            total = await connection.fetchval(_COUNT, client_id)
        cards = [
            Card(
                version=row["version"],
                imported_at=row["imported_at"],
                imported_by=row["imported_by"],
                components=[
                    entered_component(client_id, Rate.model_validate(one)) for one in json.loads(row["components"])
                ],
            )
            for row in rows
        ]
        return cards, total
