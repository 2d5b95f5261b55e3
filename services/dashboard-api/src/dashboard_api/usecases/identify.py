"""Who is asking."""

from __future__ import annotations

from dashboard_api.domain.access import Principal, choose_role
from dashboard_api.domain.errors import NotAllowed, NotSignedIn
from dashboard_api.ports.signin import AccessTokens, Sessions


class Identify:
    """Turns a session cookie or a bearer token into a principal."""

    def __init__(self, *, sessions: Sessions, tokens: AccessTokens) -> None:
        self._sessions = sessions
        self._tokens = tokens

    async def by_session(self, token: str) -> Principal:
        """The principal of a living session.

        Raises:
            NotSignedIn: unknown, idle for too long, too old or revoked.
        """
        principal = await self._sessions.find(token)
        if principal is None:
            raise NotSignedIn("The session has ended. Sign in again.", code="session_ended")
        return principal

    async def by_bearer(self, token: str) -> Principal:
        """The principal of an access token.

        Raises:
            NotSignedIn: the token does not hold.
            NotAllowed: it holds, but names none of our roles.
        """
        identity, valid_until = await self._tokens.verify(token)
        role = choose_role(identity.roles)
        if role is None:
            raise NotAllowed("The token names no role of Trueup.", code="no_role")
        return Principal(
            user=identity.user,
            role=role,
            name=identity.name,
            email=identity.email,
            token_id=identity.token_id,
            valid_until=valid_until,
        )
