"""Leases: reading a scope and publishing what was read is one replica's turn, and versions are drawn inside it.

Time is the database's. A lease that ran out is taken over by the next one who asks; its token is then another one, so
that the former owner, however late it wakes up, cannot confirm.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from trueup_kit.errors import LeaseLost
from trueup_kit.logs import get_logger
from trueup_kit.postgres import describe, is_transient

log = get_logger(__name__)
RENEW_SHARE = 1 / 3

TAKE = text("""
INSERT INTO leases AS kept (scope, owner, token, expires_at)
VALUES (:scope, :owner, nextval('fact_version'), clock_timestamp() + make_interval(secs => :ttl))
ON CONFLICT (scope) DO UPDATE SET owner = excluded.owner, token = excluded.token, expires_at = excluded.expires_at
WHERE kept.expires_at < clock_timestamp()
RETURNING token
""")
EXTEND = text("""
UPDATE leases SET expires_at = clock_timestamp() + make_interval(secs => :ttl)
WHERE scope = :scope AND token = :token AND expires_at > clock_timestamp()
RETURNING token
""")
RELEASE = text("UPDATE leases SET expires_at = '-infinity' WHERE scope = :scope AND token = :token")
NEXT_VERSION = text("SELECT nextval('fact_version')")


class Held:
    """A lease in hand. `version` was drawn under it, before anything was read."""

    def __init__(self, leases: Leases, scope: str, token: int) -> None:
        self._leases = leases
        self.scope = scope
        self.token = token
        self.version = token

    async def confirm(self) -> None:
        """Extend the lease, or learn that it is no longer ours.

        Raises:
            LeaseLost: it ran out or another took it: what was read must be discarded.
        """
        await self._leases.extend(self)

    async def next_version(self) -> int:
        """A version for another read under this lease; draw it before reading. Raises LeaseLost like `confirm`."""
        await self.confirm()
        self.version = await self._leases.draw()
        return self.version


class Leases:
    """The leases of one service, kept in its schema."""

    def __init__(self, engine: AsyncEngine, *, service: str, ttl_s: float = 30) -> None:
        self._engine = engine
        self._ttl_s = ttl_s
        self._owner = f"{service}@{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:6]}"

    @asynccontextmanager
    async def hold(self, scope: str) -> AsyncIterator[Held | None]:
        """The lease of a scope for as long as the block runs, renewed meanwhile; None while another replica holds it."""
        async with self._engine.begin() as conn:
            found = await conn.execute(TAKE, {"scope": scope, "owner": self._owner, "ttl": self._ttl_s})
            token = found.scalar_one_or_none()
        if token is None:
            yield None
            return
        held = Held(self, scope, token)
        renewing = asyncio.create_task(self._renew(held), name=f"lease {scope}")
        try:
            yield held
        finally:
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)
            await self._release(held)

    async def next_version(self, held: Held) -> int:
        """See `Held.next_version`."""
        return await held.next_version()

    async def extend(self, held: Held) -> None:
        """See `Held.confirm`."""
        async with self._engine.begin() as conn:
            found = await conn.execute(EXTEND, {"scope": held.scope, "token": held.token, "ttl": self._ttl_s})
            if found.scalar_one_or_none() is None:
                raise LeaseLost(f"the lease {held.scope} is no longer ours")

    async def draw(self) -> int:
        """The next version of the schema's sequence."""
        async with self._engine.begin() as conn:
            return int((await conn.execute(NEXT_VERSION)).scalar_one())

    async def _renew(self, held: Held) -> None:
        while True:
            await asyncio.sleep(self._ttl_s * RENEW_SHARE)
            try:
                await self.extend(held)
            except LeaseLost:
                log.warning("a lease was lost; what is read under it will be discarded", scope=held.scope)
                return
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("a lease could not be renewed", scope=held.scope, error=describe(error))

    async def _release(self, held: Held) -> None:
        # Not to be had: it runs out by itself.
        with contextlib.suppress(Exception):
            async with self._engine.begin() as conn:
                await conn.execute(RELEASE, {"scope": held.scope, "token": held.token})
