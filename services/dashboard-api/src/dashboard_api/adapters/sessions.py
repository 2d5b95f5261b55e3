"""Sessions and started sign-ins in the service's schema. Secrets of the browser are stored as hashes only."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Sequence
from datetime import timedelta

from dashboard_api.adapters.audit import write_audit
from dashboard_api.adapters.database import Database
from dashboard_api.domain.access import Principal, Role
from dashboard_api.ports.signin import LivingSession, LoginState

LOGIN_TTL = timedelta(minutes=10)
# A session is written at most once a minute while it is used.
_TOUCH_AFTER = timedelta(minutes=1)
_LIVES = "revoked_at IS NULL AND last_seen_at > now() - $2::interval AND created_at > now() - $3::interval"

_REVOKE = (
    "UPDATE dashboard.sessions SET revoked_at = now() WHERE session_id = $1 AND revoked_at IS NULL RETURNING session_id"
)


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
        """Start a session, and write it down; the answer is the cookie's value."""
        token, session_id = secrets.token_urlsafe(32), uuid.uuid4()
        async with self._database.writing() as connection:
            await connection.execute(
                "INSERT INTO dashboard.sessions (token_hash, session_id, user_name, name, email, role)"
                " VALUES ($1, $2, $3, $4, $5, $6)",
                hashed(token),
                session_id,
                principal.user,
                principal.name,
                principal.email,
                principal.role.value,
            )
            await write_audit(connection, principal, "session.opened", {"session_id": str(session_id)})
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

    async def end(self, principal: Principal) -> None:
        """End the principal's own session, and write it down."""
        if principal.session_id is None:
            return
        async with self._database.writing() as connection:
            if await connection.fetchval(_REVOKE, uuid.UUID(principal.session_id)) is not None:
                await write_audit(connection, principal, "session.closed", {"session_id": principal.session_id})

    async def all(self) -> list[LivingSession]:
        """Every living session, the last used first."""
        async with self._database.autocommit() as connection:
            rows = await connection.fetch(
                "SELECT session_id::text, user_name, name, role, created_at, last_seen_at FROM dashboard.sessions"
                f" WHERE $1::boolean AND {_LIVES} ORDER BY last_seen_at DESC, session_id",
                True,
                self._idle,
                self._absolute,
            )
        return [LivingSession(*row.values()) for row in rows]

    async def revoke(self, principal: Principal, session_id: str) -> bool:
        """End somebody's session, and write it down; False when there is none of this id."""
        try:
            wanted = uuid.UUID(session_id)
        except ValueError:
            return False
        async with self._database.writing() as connection:
            user = await connection.fetchval(
                "SELECT user_name FROM dashboard.sessions WHERE session_id = $1 FOR UPDATE", wanted
            )
            if user is not None and await connection.fetchval(_REVOKE, wanted) is not None:
                detail = {"session_id": str(wanted), "user": user}
                await write_audit(connection, principal, "session.revoked", detail)
        return user is not None

    async def revoke_all(self, principal: Principal, *, user: str | None) -> list[str]:
        """End every session of the user, or all but the principal's own; the ids of those that lived until now."""
        own = uuid.UUID(principal.session_id) if principal.session_id else None
        async with self._database.writing() as connection:
            rows = await connection.fetch(
                "UPDATE dashboard.sessions SET revoked_at = now() WHERE ($1::text IS NULL OR user_name = $1)"
                f" AND {_LIVES} AND ($1::text IS NOT NULL OR session_id IS DISTINCT FROM $4::uuid)"
                " RETURNING session_id::text AS session_id",
                user,
                self._idle,
                self._absolute,
                own,
            )
            ended = sorted(row["session_id"] for row in rows)
            detail = {"user": user, "revoked": len(ended), "session_ids": ended}
            await write_audit(connection, principal, "sessions.revoked", detail)
        return ended

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
