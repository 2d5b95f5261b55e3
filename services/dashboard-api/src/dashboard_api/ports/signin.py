"""Signing in: the issuer, bearer tokens, sessions and started sign-ins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dashboard_api.domain.access import Principal


@dataclass(frozen=True, slots=True)
class LoginState:
    """What a started sign-in must find again when the browser comes back."""

    nonce: str
    verifier: str
    return_to: str


class LoginStates(Protocol):
    """Started sign-ins, kept for ten minutes and taken once."""

    async def put(self, state: str, binding: str, login: LoginState) -> None:
        """Keep a started sign-in under its state, bound to one browser."""

    async def take(self, state: str, binding: str) -> LoginState | None:
        """Hand it out once; None when unknown, taken, too old or of another browser."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the issuer says that somebody is."""

    user: str
    name: str
    email: str
    roles: tuple[str, ...]
    token_id: str | None = None
    """Of an access token: what is counted per token is counted under this name."""


class IdentityProvider(Protocol):
    """The OpenID Connect issuer."""

    async def authorize_url(self, *, state: str, nonce: str, challenge: str) -> str:
        """Where to send the browser."""

    async def redeem(self, *, code: str, verifier: str, nonce: str) -> Identity:
        """Exchange the code; raises LoginFailed when the answer does not hold."""


class AccessTokens(Protocol):
    """Bearer tokens of programs."""

    async def verify(self, token: str) -> tuple[Identity, datetime]:
        """Who it speaks for and until when; raises NotSignedIn when it does not hold."""


@dataclass(frozen=True, slots=True)
class LivingSession:
    """Somebody who is signed in."""

    session_id: str
    user: str
    name: str
    role: str
    created_at: datetime
    last_seen_at: datetime


class Sessions(Protocol):
    """Login sessions. The cookie's value is stored as a hash only."""

    async def open(self, principal: Principal) -> str:
        """Start a session, and write it down; the answer is the cookie's value."""

    async def find(self, token: str) -> Principal | None:
        """The principal of a living session, which this use keeps alive; None otherwise."""

    async def end(self, principal: Principal) -> None:
        """End the principal's own session, and write it down."""

    async def all(self) -> Sequence[LivingSession]:
        """Every living session, the last used first."""

    async def revoke(self, principal: Principal, session_id: str) -> bool:
        """End somebody's session, and write it down; False when there is none of this id."""

    async def revoke_all(self, principal: Principal, *, user: str | None) -> list[str]:
        """End every session of the user, or all but the principal's own; the ids of those that lived until now."""

    async def living(self, session_ids: Sequence[str]) -> set[str]:
        """Which of these sessions still live; asking does not keep them alive."""

    async def sweep(self) -> None:
        """Forget sessions and sign-ins that ended long ago."""
