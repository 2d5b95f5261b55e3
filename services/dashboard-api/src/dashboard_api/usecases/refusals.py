"""Writing down who was refused what: the answer to "did anyone try to see across their role"."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from dashboard_api.domain.access import Principal
from dashboard_api.ports.audit import AuditLog

PER_MINUTE_MAX = 10
"""Entries of one user and minute; what comes on top is counted in that user's next entry."""
_WINDOW = timedelta(minutes=1)
_USERS_MAX = 10_000


@dataclass(slots=True)
class _Window:
    since: datetime
    written: int = 0
    left_out: int = 0


class Refusals:
    """Bounded for each user and replica, so that a flood of attempts does not become a flood of rows."""

    def __init__(self, log: AuditLog, *, now: Callable[[], datetime]) -> None:
        self._log = log
        self._now = now
        self._windows: dict[str, _Window] = {}

    async def write(
        self, principal: Principal, action: str, detail: Mapping[str, object], *, client_id: str | None
    ) -> None:
        """One attempt, unless this user has filled the minute; Unavailable when it cannot be written."""
        window = self._window(principal.user)
        if window.written >= PER_MINUTE_MAX:
            window.left_out += 1
            return
        window.written += 1
        left_out, window.left_out = window.left_out, 0
        more = {"left_out_before": left_out} if left_out else {}
        await self._log.write(principal, action, {**detail, **more}, client_id=client_id)

    def _window(self, user: str) -> _Window:
        now = self._now()
        window = self._windows.get(user)
        if window is None:
            if len(self._windows) >= _USERS_MAX:
                self._forget(now)
            window = self._windows[user] = _Window(now)
        elif now - window.since >= _WINDOW:
            window.since, window.written = now, 0
        return window

    def _forget(self, now: datetime) -> None:
        self._windows = {user: each for user, each in self._windows.items() if now - each.since < _WINDOW}
