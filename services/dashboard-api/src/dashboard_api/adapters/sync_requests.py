"""Manual refreshes, limited per user and put on the outbox in one transaction."""

from __future__ import annotations

import math
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from dashboard_api.adapters.database import Database
from dashboard_api.domain.access import Principal
from dashboard_api.domain.errors import TooMany
from trueup_contracts.syncs import SyncRequestedV1
from trueup_kit.outbox import append

_TAKE_TURN = """
INSERT INTO dashboard.sync_requests AS asked (user_name, requested_at) VALUES ($1, now())
ON CONFLICT (user_name) DO UPDATE SET requested_at = now() WHERE asked.requested_at <= now() - $2::interval
RETURNING requested_at
"""


class PostgresSyncRequests:
    """The turn and the requests stand or fall together."""

    def __init__(self, database: Database, *, service: str) -> None:
        self._database = database
        self._service = service

    async def request(self, principal: Principal, sources: Sequence[str], *, pause_s: int) -> dict[str, str]:
        """Put one request for each source on the outbox; source → request id.

        Raises:
            TooMany: the same user asked less than `pause_s` seconds ago.
        """
        pause = timedelta(seconds=pause_s)
        async with self._database.writing() as connection:
            if await connection.fetchval(_TAKE_TURN, principal.user, pause) is None:
                left = await connection.fetchval(
                    "SELECT requested_at + $2::interval - now() FROM dashboard.sync_requests WHERE user_name = $1",
                    principal.user,
                    pause,
                )
                left_s = max(1, math.ceil(left.total_seconds()))
                raise TooMany("You refreshed a moment ago; that one is still under way.", retry_after_s=left_s)
            versions = await connection.fetch(
                "SELECT nextval('dashboard.fact_version') AS version FROM generate_series(1, $1)", len(sources)
            )
            requests = [
                SyncRequestedV1(
                    version=row["version"],
                    request_id=str(uuid.uuid4()),
                    source=source,
                    requested_by=principal.user,
                    requested_at=datetime.now(UTC),
                )
                for source, row in zip(sources, versions, strict=True)
            ]
            await append(connection, requests, service=self._service)
        return {request.source: request.request_id for request in requests}
