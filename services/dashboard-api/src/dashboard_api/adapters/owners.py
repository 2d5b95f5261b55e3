"""Who owns which account, looked up afresh."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from dashboard_api.adapters.database import Database


class PostgresOwners:
    """Ownership as it was imported last."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, client_ids: Sequence[str]) -> Mapping[str, set[str]]:
        """Client id → its owners, as of now."""
        async with self._database.autocommit() as connection:
            rows = await connection.fetch(
                "SELECT client_id, user_name FROM dashboard.account_owners WHERE client_id = ANY($1::text[])",
                list(client_ids),
            )
        owners: defaultdict[str, set[str]] = defaultdict(set)
        for row in rows:
            owners[row["client_id"]].add(row["user_name"])
        return owners
