"""Transactions with a time limit: an absent or hanging database becomes `Unavailable`, never a hanging request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from dashboard_api.domain.access import Principal
from dashboard_api.domain.errors import Unavailable
from trueup_kit.postgres import is_transient, raw

LIMIT_S = 2.5
"""Giving up a silent connection takes the driver two more seconds: together a caller waits less than five."""
_SEE_AS = "SELECT set_config('app.user', $1, true), set_config('app.scope', $2, true)"
_AWAY = "The database cannot be reached at the moment. Nothing is lost; try again."


class Database:
    """The service's own schema and its views of the read model."""

    def __init__(self, engine: AsyncEngine, *, limit_s: float = LIMIT_S) -> None:
        self._engine = engine
        self._limit_s = limit_s

    @asynccontextmanager
    async def reading(self, principal: Principal) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
        """One read-only snapshot with the principal set, so that the views show what this principal may see."""
        async with (
            self._connection(self._limit_s) as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            await connection.execute(_SEE_AS, principal.user, principal.scope.value)
            yield connection

    @asynccontextmanager
    async def writing(
        self, *, limit_s: float | None = None, principal: Principal | None = None
    ) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
        """One transaction on the service's own tables; with a principal the views show what that one may see."""
        async with self._connection(limit_s or self._limit_s) as connection, connection.transaction():
            if principal is not None:
                await connection.execute(_SEE_AS, principal.user, principal.scope.value)
            yield connection

    @asynccontextmanager
    async def autocommit(self) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
        """A connection for single statements."""
        async with self._connection(self._limit_s) as connection:
            yield connection

    @asynccontextmanager
    async def _connection(self, limit_s: float) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
        try:
            async with asyncio.timeout(limit_s), self._engine.connect() as connection:
                yield await raw(connection)
        except Exception as error:
            if is_transient(error):
                raise Unavailable(_AWAY) from error
            raise
