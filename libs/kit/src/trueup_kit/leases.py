"""One reader per scope: a row with an owner and an end by the database's clock, and versions drawn under it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from trueup_kit.errors import LeaseLost
from trueup_kit.logs import get_logger
from trueup_kit.postgres import describe, is_transient, raw

log = get_logger(__name__)
TTL_S = 20.0
"""A holder that died is missed for so long at the most; others look every few seconds, so one goes on within half a minute."""

_TAKE = """
INSERT INTO leases AS held (scope, owner, token, expires_at)
VALUES ($1, $2, 1, clock_timestamp() + make_interval(secs => $3))
ON CONFLICT (scope) DO UPDATE
SET owner = excluded.owner, token = held.token + 1, expires_at = excluded.expires_at
WHERE held.expires_at <= clock_timestamp()
RETURNING token
"""
# An expired lease that nobody took is still ours: nobody else has read since.
_EXTEND = """
UPDATE leases SET expires_at = clock_timestamp() + make_interval(secs => $4)
WHERE scope = $1 AND owner = $2 AND token = $3
RETURNING token
"""
# Not "now": after the server's clock was set back nobody could take the scope until it shows that time again.
_RELEASE = "UPDATE leases SET expires_at = '-infinity' WHERE scope = $1 AND owner = $2 AND token = $3"
_LOCK = "SELECT token FROM leases WHERE scope = $1 AND owner = $2 AND token = $3 FOR UPDATE"


class Lease:
    """A scope that this process holds. `version` was drawn under it, before anything is read."""

    def __init__(self, engine: AsyncEngine, *, scope: str, owner: str, token: int, ttl_s: float) -> None:
        self._engine = engine
        self._owner = owner
        self._token = token
        self._ttl_s = ttl_s
        self.scope = scope
        self.version = 0

    async def confirm(self) -> None:
        """Make sure that the scope is still ours, and extend it.

        Raises:
            LeaseLost: another process has taken it; what was read must be discarded.
        """
        async with self._engine.begin() as conn:
            driver = await raw(conn)
            if await driver.fetchval(_EXTEND, self.scope, self._owner, self._token, self._ttl_s) is None:
                raise LeaseLost(f"the lease of {self.scope} was taken by another process")

    async def next_version(self) -> int:
        """A new version for another read under the same lease; sets and returns `version`.

        Raises:
            LeaseLost: as `confirm`.
        """
        async with self._engine.begin() as conn:
            driver = await raw(conn)
            await self.lock(driver)
            self.version = await draw(driver)
        return self.version

    async def lock(self, driver: asyncpg.Connection[asyncpg.Record]) -> None:
        """Within the caller's transaction, keep anybody from taking the scope until it ends.

        Raises:
            LeaseLost: as `confirm`.
        """
        if await driver.fetchval(_LOCK, self.scope, self._owner, self._token) is None:
            raise LeaseLost(f"the lease of {self.scope} was taken by another process")

    async def renew_for_ever(self) -> None:
        """Extend the lease while the work goes on; ends when it is lost."""
        while True:
            await asyncio.sleep(self._ttl_s / 3)
            try:
                await self.confirm()
            except LeaseLost as error:
                log.warning("lease lost", scope=self.scope, error=str(error))
                return
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("the lease could not be renewed", scope=self.scope, error=describe(error))

    async def release(self) -> None:
        """Let the next one in at once; whoever cannot be reached lets the lease run out."""
        with contextlib.suppress(Exception):
            async with asyncio.timeout(2), self._engine.begin() as conn:
                driver = await raw(conn)
                await driver.execute(_RELEASE, self.scope, self._owner, self._token)


Held = Lease


async def draw(driver: asyncpg.Connection[asyncpg.Record]) -> int:
    """The next version of the schema."""
    version: int = await driver.fetchval("SELECT nextval('fact_version')")
    return version


class Leases:
    """Takes leases in the schema of the engine's search path. Owners are `service@host:pid:…`: whom to look for."""

    def __init__(self, engine: AsyncEngine, *, service: str, ttl_s: float = TTL_S) -> None:
        self._engine = engine
        self._owner = f"{service}@{socket.gethostname()}:{os.getpid()}"
        self._ttl_s = ttl_s

    @asynccontextmanager
    async def hold(self, scope: str) -> AsyncIterator[Lease | None]:
        """Hold the scope for the block; None when another process holds it. Renewed in the background."""
        lease = await self._take(scope)
        if lease is None:
            yield None
            return
        keeper = asyncio.create_task(lease.renew_for_ever(), name=f"lease {scope}")
        try:
            yield lease
        finally:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)
            await asyncio.shield(lease.release())

    async def next_version(self, held: Lease) -> int:
        """A new version for another read under the same lease."""
        return await held.next_version()

    async def _take(self, scope: str) -> Lease | None:
        # Nobody else uses this holder's name, so two holds of one scope in one process exclude each other too.
        owner = f"{self._owner}:{uuid.uuid4().hex}"
        async with self._engine.begin() as conn:
            driver = await raw(conn)
            token = await driver.fetchval(_TAKE, scope, owner, self._ttl_s)
        if token is None:
            return None
        lease = Lease(self._engine, scope=scope, owner=owner, token=token, ttl_s=self._ttl_s)
        # Drawn after the lease is ours, never with the same statement: one that waited for the row would carry a
        # version older than those of the former holder.
        await lease.next_version()
        return lease
