"""Begun connections in the service's own schema."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from trueup_kit.postgres import raw


class PostgresStates:
    """The port `States`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def put(self, mark: str, until: datetime) -> None:
        """See the port."""
        async with self._engine.begin() as conn:
            driver = await raw(conn)
            await driver.execute("DELETE FROM connect_states WHERE expires_at < now() - interval '1 day'")
            await driver.execute("INSERT INTO connect_states (mark, expires_at) VALUES ($1, $2)", mark, until)

    async def take(self, mark: str, now: datetime) -> bool:
        """See the port. One of two takers at once gets it."""
        async with self._engine.begin() as conn:
            driver = await raw(conn)
            until = await driver.fetchval("DELETE FROM connect_states WHERE mark = $1 RETURNING expires_at", mark)
        return until is not None and bool(now < until)
