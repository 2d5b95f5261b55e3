"""Who is signed in, and ending that: one session, all of a user, or all but one's own."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard_api.domain.access import Principal
from dashboard_api.domain.errors import NotFound
from dashboard_api.ports.signin import LivingSession, Sessions
from dashboard_api.usecases.live import LiveHub


class ManageSessions:
    """Streams of this replica close at once, those of others at their next look, a few seconds later."""

    def __init__(self, sessions: Sessions, live: LiveHub) -> None:
        self._sessions = sessions
        self._live = live

    async def all(self) -> Sequence[LivingSession]:
        """Every living session, the last used first."""
        return await self._sessions.all()

    async def revoke(self, principal: Principal, session_id: str) -> None:
        """End one session; ending an ended one changes nothing.

        Raises:
            NotFound: there is no such session.
        """
        if not await self._sessions.revoke(principal, session_id):
            raise NotFound("There is no such session.", code="session_not_found")
        self._live.close_session(session_id)

    async def revoke_all(self, principal: Principal, *, user: str | None) -> int:
        """End all sessions of a user; without a user everybody's but the caller's own. How many there were."""
        ended = await self._sessions.revoke_all(principal, user=user)
        for session_id in ended:
            self._live.close_session(session_id)
        return len(ended)
