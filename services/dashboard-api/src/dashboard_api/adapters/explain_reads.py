"""A period as it was decided, and the rows that it rests on as they are stored now."""

from __future__ import annotations

import json
from datetime import date

from dashboard_api.adapters.database import Database
from dashboard_api.domain.access import Principal
from dashboard_api.domain.explanation import CardVersion, Decided, DocumentRow, UsageRow

_PERIOD = """
SELECT r.payload::text AS payload, r.version, r.decided_at, r.period_start, r.period_end, account.name, account.revision
FROM dashboard.seen_reconciliations AS r JOIN dashboard.seen_accounts AS account USING (client_id)
WHERE r.client_id = $1 AND r.current AND r.period_start >= $2 AND r.period_start < $3
ORDER BY r.period_start LIMIT 1
"""
_USAGE = """
SELECT ref, metric, day, quantity, unit, version, observed_at, earlier::text AS earlier
FROM dashboard.seen_usage_rows($1, $2, $3)
"""
_DOCUMENTS = "SELECT * FROM dashboard.seen_document_rows($1, $2)"
_CARD = """
SELECT version, imported_at, imported_by FROM dashboard.rate_cards WHERE client_id = $1 ORDER BY version DESC LIMIT 1
"""


class PostgresExplainReads:
    """One snapshot for all of it; the principal's scope is in each of the views and functions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def period(self, principal: Principal, client_id: str, first: date, end: date) -> Decided | None:
        """The earliest period that begins in the half-open days; None when there is none, or out of scope."""
        async with self._database.reading(principal) as connection:
            row = await connection.fetchrow(_PERIOD, client_id, first, end)
            if row is None:
                return None
            payload = json.loads(row["payload"])
            receipt = payload["receipt"]
            ids = sorted({part["document_id"] for part in (*receipt["billed"], *receipt["credits"])})
            usage = await connection.fetch(_USAGE, client_id, row["period_start"], row["period_end"])
            documents = await connection.fetch(_DOCUMENTS, client_id, ids)
            card = await connection.fetchrow(_CARD, client_id)
        return Decided(
            client_id=client_id,
            name=row["name"],
            revision=row["revision"],
            version=row["version"],
            decided_at=row["decided_at"],
            payload=payload,
            usage=tuple(
                UsageRow(**{**one, "earlier": json.loads(one["earlier"]) if one["earlier"] else []}) for one in usage
            ),
            documents=tuple(DocumentRow(**one) for one in documents),
            card=CardVersion(**card) if card else None,
        )
