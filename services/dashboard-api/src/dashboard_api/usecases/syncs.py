"""The manual refresh."""

from __future__ import annotations

from dashboard_api.domain.access import Principal
from dashboard_api.ports.syncs import SyncRequests
from trueup_billing import Source

PAUSE_S = 10
"""One person asks at most this often; a running pull is joined anyway."""


class RequestSync:
    """Asks the services that read the sources to do so now."""

    def __init__(self, requests: SyncRequests) -> None:
        self._requests = requests

    async def __call__(self, principal: Principal, source: Source | None) -> dict[str, str]:
        """Source → request id, for the source named or for all three; TooMany when asked again too soon."""
        sources = [source] if source else list(Source)
        return await self._requests.request(principal, sources, pause_s=PAUSE_S)
