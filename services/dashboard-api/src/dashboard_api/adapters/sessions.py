"""Sessions and started sign-ins in the service's schema. Secrets of the browser are stored as hashes only."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Sequence
from datetime import timedelta

from dashboard_api.adapters.database import Database
from dashboard_api.domain.access import Principal, Role
from dashboard_api.ports.signin import LoginState

LOGIN_TTL = timedelta(minutes=10)
# A session is written at most once a minute while it is used.
_TOUCH_AFTER = timedelta(minutes=1)
_LIVES = "revoked_at IS NULL AND last_seen_at > now() - $2::interval AND created_at > now() - $3::interval"


def hashed(secret: str) -> bytes:
    """What is stored of a random secret; it is long enough to need no salt."""
    return hashlib.sha256(secret.encode()).digest()


class PostgresSessions:
    """Lives are measured by the database's clock, the same for all replicas."""

    def __init__(self, database: Database, *, idle: timedelta, absolute: timedelta) -> None:
        self._database = database
        self._idle = idle
        self._absolute = absolute

    async def open(self, principal: Principal) -> str:
        """Start a session; the answer is the cookie's value."""
        token = secrets.token_urlsafe(32)
        async with self._database.autocommit() as connection:
            await connection.execute(
                "INSERT INTO dashboard.sessions (token_hash, session_id, user_name, name, email, role)"
                " VALUES ($1, $2, $3, $4, $5, $6)",
                hashed(token),
                uuid.uuid4(),
                principal.user,
                principal.name,
                principal.email,
                principal.role.value,
            )
        return token

    async def find(self, token: str) -> Principal | None:
        """The principal of a living session, which this use keeps alive; None otherwise."""
        async with self._database.autocommit() as connection:
            row = await connection.fetchrow(
                "SELECT session_id, user_name, name, email, role, last_seen_at < now() - $4::interval AS touch"
                f" FROM dashboard.sessions WHERE token_hash = $1 AND {_LIVES}",
                hashed(token),
                self._idle,
                self._absolute,
                min(_TOUCH_AFTER, self._idle / 2),
            )
            if row is None:
                return None
            if row["touch"]:
                await connection.execute(
                    "UPDATE dashboard.sessions SET last_seen_at = now() WHERE token_hash = $1 AND revoked_at IS NULL",
                    hashed(token),
                )
        return Principal(
            user=row["user_name"],
            role=Role(row["role"]),
            name=row["name"],
            email=row["email"],
            session_id=str(row["session_id"]),
        )

    async def end(self, session_id: str) -> None:
        """Revoke a session."""
        async with self._database.autocommit() as connection:
            await connection.execute(
                "UPDATE dashboard.sessions SET revoked_at = now() WHERE session_id = $1 AND revoked_at IS NULL",
                uuid.UUID(session_id),
            )

    async def living(self, session_ids: Sequence[str]) -> set[str]:
        """Which of these sessions still live; asking does not keep them alive."""
        async with self._database.autocommit() as connection:
            rows = await connection.fetch(
                f"SELECT session_id FROM dashboard.sessions WHERE session_id = ANY($1::uuid[]) AND {_LIVES}",
                [uuid.UUID(each) for each in session_ids],
                self._idle,
                self._absolute,
            )
        return {str(row["session_id"]) for row in rows}

    async def sweep(self) -> None:
        """Forget sessions that can no longer live and sign-ins that were never finished."""
        async with self._database.autocommit() as connection:
            await connection.execute(
                "DELETE FROM dashboard.sessions WHERE created_at < now() - $1::interval", self._absolute * 2
            )
            await connection.execute(
                "DELETE FROM dashboard.login_states WHERE created_at < now() - $1::interval", LOGIN_TTL
            )


class PostgresLoginStates:
    """Started sign-ins, taken once by the browser that started them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, state: str, binding: str, login: LoginState) -> None:
        """Keep a started sign-in under its state, bound to one browser."""
        async with self._database.autocommit() as connection:
            await connection.execute(
                "INSERT INTO dashboard.login_states (state_hash, binding_hash, nonce, verifier, return_to)"
                " VALUES ($1, $2, $3, $4, $5)",
                hashed(state),
                hashed(binding),
                login.nonce,
                login.verifier,
                login.return_to,
            )

    async def take(self, state: str, binding: str) -> LoginState | None:
        """Hand it out once; None when unknown, taken, too old or of another browser."""
        async with self._database.autocommit() as connection:
            row = await connection.fetchrow(
                "DELETE FROM dashboard.login_states WHERE state_hash = $1 AND binding_hash = $2"
                " RETURNING nonce, verifier, return_to, created_at > now() - $3::interval AS fresh",
                hashed(state),
                hashed(binding),
                LOGIN_TTL,
            )
        if row is None or not row["fresh"]:
            return None
        return LoginState(nonce=row["nonce"], verifier=row["verifier"], return_to=row["return_to"])
