"""The service that holds the connection to QuickBooks, and its tokens."""

from __future__ import annotations

from typing import Protocol

from dashboard_api.domain.connections import Connection


class LedgerConnection(Protocol):
    """Every method raises Unavailable when the service, or QuickBooks behind it, does not answer."""

    async def look(self) -> Connection:
        """What is known of it; QuickBooks is not asked."""

    async def begin(self, bound_to: str) -> str:
        """The address to open in the browser; Conflict when there is none to come back to."""

    async def finish(self, address: str, bound_to: str) -> None:
        """Take what the browser came back with, once; Conflict when it does not fit, with a code of `REFUSALS`."""

    async def end(self) -> bool:
        """Give the tokens back; whether there was a connection."""
