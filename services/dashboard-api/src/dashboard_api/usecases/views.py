"""Writing down who saw which account, so that seeing across one's role would be found and not only prevented."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from dashboard_api.domain.access import Principal
from dashboard_api.domain.errors import Unavailable
from dashboard_api.ports.audit import AuditLog

_REMEMBERED_MAX = 100_000


class Views:
    """One entry for each person, role, account and day (UTC) from each replica: the page asks again at every change."""

    def __init__(self, log: AuditLog, *, now: Callable[[], datetime]) -> None:
        self._log = log
        self._now = now
        self._day = date.min
        self._written: set[tuple[str, str, str]] = set()

    async def seen(self, principal: Principal, client_id: str) -> bool:
        """Write it down, once a day; whether it is written. Reading goes on while nothing can be written."""
        today = self._now().date()
        if today != self._day or len(self._written) >= _REMEMBERED_MAX:
            self._day, self._written = today, set()
        view = (principal.user, principal.role.value, client_id)
        if view in self._written:
            return True
        self._written.add(view)
        try:
            await self._log.write_view(principal, client_id)
        except Unavailable:
            self._written.discard(view)
            return False
        return True
