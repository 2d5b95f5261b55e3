"""Signing in by the code flow with PKCE, and out."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from dashboard_api.domain.access import Principal, choose_role
from dashboard_api.domain.errors import LoginFailed
from dashboard_api.domain.signin import challenge_of, local_path
from dashboard_api.ports.signin import IdentityProvider, LoginState, LoginStates, Sessions


@dataclass(frozen=True, slots=True)
class Started:
    """Where the browser goes, and the value that binds the sign-in to this browser."""

    url: str
    binding: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The new session's cookie value and where the person wanted to go."""

    session_token: str
    return_to: str


class Login:
    """State, nonce and verifier stay on the server; the browser carries the state and the binding only."""

    def __init__(self, *, issuer: IdentityProvider, states: LoginStates, sessions: Sessions) -> None:
        self._issuer = issuer
        self._states = states
        self._sessions = sessions

    async def start(self, *, return_to: str | None) -> Started:
        """Begin a sign-in."""
        state, binding = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        login = LoginState(
            nonce=secrets.token_urlsafe(32), verifier=secrets.token_urlsafe(64), return_to=local_path(return_to)
        )
        url = await self._issuer.authorize_url(state=state, nonce=login.nonce, challenge=challenge_of(login.verifier))
        await self._states.put(state, binding, login)
        return Started(url, binding)

    async def finish(self, *, state: str, binding: str, code: str) -> Finished:
        """Complete a sign-in that this browser began.

        Raises:
            LoginFailed: unknown or used state, another browser's, a code that the issuer refuses, or no role.
        """
        login = await self._states.take(state, binding)
        if login is None:
            raise LoginFailed("This sign-in has expired or was already used. Start again.", code="login_expired")
        identity = await self._issuer.redeem(code=code, verifier=login.verifier, nonce=login.nonce)
        role = choose_role(identity.roles)
        if role is None:
            raise LoginFailed("Your user has no role in Trueup. Ask your administrator for one.", code="no_role")
        principal = Principal(user=identity.user, role=role, name=identity.name, email=identity.email)
        return Finished(await self._sessions.open(principal), login.return_to)

    async def end(self, principal: Principal) -> None:
        """Revoke the session in use; a bearer token has none."""
        if principal.session_id is not None:
            await self._sessions.end(principal)
