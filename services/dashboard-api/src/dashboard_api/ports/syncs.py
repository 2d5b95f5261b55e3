"""Manual refreshes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from dashboard_api.domain.access import Principal


class SyncRequests(Protocol):
    """Manual refreshes on their way to the services that read the sources."""

    async def request(self, principal: Principal, sources: Sequence[str], *, pause_s: int) -> dict[str, str]:
        """Put one request for each source on the outbox; source → request id.

        Raises:
            TooMany: the same user asked less than `pause_s` seconds ago.
        """
