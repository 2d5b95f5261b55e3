"""An administrator connects QuickBooks in the browser, looks at the connection, or ends it; each of it is written down."""

from __future__ import annotations

from dashboard_api.domain.access import Principal
from dashboard_api.domain.connections import ADDRESS_MAX, REFUSALS, Connection, bound_to
from dashboard_api.domain.errors import Conflict, NotAllowed, Refused
from dashboard_api.ports.audit import AuditLog
from dashboard_api.ports.connections import LedgerConnection

_ELSEWHERE = "Here QuickBooks is connected at the command line: `trueup quickbooks`."


class ConnectLedger:
    """What was begun in a login session can be finished in that one only; `ledger` None: the page cannot do it here."""

    def __init__(self, ledger: LedgerConnection | None, audit: AuditLog, *, key: str) -> None:
        self._ledger = ledger
        self._audit = audit
        self._key = key

    async def look(self) -> Connection | None:
        """The connection; None where the page does not manage it.

        Raises:
            Unavailable: the service that holds it is away.
        """
        return await self._ledger.look() if self._ledger else None

    async def begin(self, principal: Principal) -> str:
        """The address at QuickBooks to send the browser to.

        Raises:
            NotAllowed: a program asks; it has no login to come back to.
            Conflict: it is not set up.
            Unavailable: as above.
        """
        mine = self._mine(principal)
        address = await self._there().begin(mine)
        await self._write(principal, "connection.begun")
        return address

    async def finish(self, principal: Principal, address: str) -> None:
        """Take the address that the browser was sent back to. It holds a one-time code and is written nowhere.

        Raises:
            NotAllowed, Conflict, Unavailable: nothing was connected, except where the code says that it is unclear.
        """
        mine = self._mine(principal)
        try:
            if len(address) > ADDRESS_MAX:
                raise Conflict(REFUSALS["incomplete"], code="incomplete")
            await self._there().finish(address, mine)
        except Refused as refused:
            await self._write(principal, "connection.refused", code=refused.code)
            raise
        await self._write(principal, "connection.made")

    async def end(self, principal: Principal) -> None:
        """End the connection; ending an ended one changes nothing. Who wants it is written down before it happens.

        Raises:
            Conflict, Unavailable: as above.
        """
        ledger = self._there()
        await self._write(principal, "connection.ending")
        was_connected = await ledger.end()
        await self._write(principal, "connection.ended", was_connected=was_connected)

    def _mine(self, principal: Principal) -> str:
        if principal.session_id is None:
            raise NotAllowed("A person connects QuickBooks, signed in on the page.", code="needs_login_session")
        return bound_to(self._key, principal.session_id)

    def _there(self) -> LedgerConnection:
        if self._ledger is None:
            raise Conflict(_ELSEWHERE, code="not_on_the_page")
        return self._ledger

    async def _write(self, principal: Principal, action: str, **detail: object) -> None:
        await self._audit.write(principal, action, {"source": "quickbooks", **detail}, client_id=None)
