"""Claim dirty accounts, read them, and write what was decided, in PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta

import asyncpg
import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from reconciler.adapters import decision_sql as sql
from reconciler.adapters import snapshots
from reconciler.adapters.driver import Driver
from reconciler.adapters.forecast_rows import FORGET
from reconciler.adapters.writing import write
from reconciler.domain.memo import Memo
from reconciler.domain.policy import Policy
from reconciler.ports.decisions import Claim, Claimed, Decided, Failed, PeriodMark, State
from trueup_kit import outbox
from trueup_kit.logs import get_logger
from trueup_kit.postgres import raw

log = get_logger(__name__)
SPREAD_LIMIT = 200
"""Batches of changed customers that are turned into dirty accounts at once."""
LOADING_PAUSE = timedelta(seconds=30)
LOADING_PAUSE_EACH = timedelta(milliseconds=50)
"""While a source was never complete, an account is decided anew no more often than the first and as many of the second as there
are accounts: deciding all of them over and over would take from the reading what it needs."""


class Hashes(msgspec.Struct):
    """Column `accounts.hashes`."""

    sections: dict[str, str] = {}
    periods: dict[str, PeriodMark] = {}


_memo = msgspec.json.Decoder(Memo)
_hashes = msgspec.json.Decoder(Hashes)


class PostgresDecisions:
    """See `DecisionStore`."""

    def __init__(self, engine: AsyncEngine, *, service: str) -> None:
        self._engine = engine
        self._service = service

    async def spread(self, now: datetime) -> int:
        """Turn dirty refs and what has fallen due into dirty accounts."""
        async with self._engine.begin() as conn:
            driver = await raw(conn)
            if await driver.fetchval(sql.ANY_DUE, now):
                await driver.execute(sql.MARK_DUE, now)
            taken: int = await driver.fetchval(sql.SPREAD, SPREAD_LIMIT)
            return taken

    @asynccontextmanager
    async def claim(self, limit: int, *, now: datetime) -> AsyncIterator[Claim]:
        """Lock the longest waiting dirty accounts; those that another replica decides are skipped."""
        async with self._engine.begin() as conn:
            driver = await raw(conn)
            loading: int = await driver.fetchval(sql.LOADING)
            pause = LOADING_PAUSE + loading * LOADING_PAUSE_EACH if loading else timedelta(0)
            rows = await driver.fetch(sql.CLAIM, limit, now, pause)
            yield _Claim(self._engine, conn, driver, [row["client_id"] for row in rows], self._service)

    @asynccontextmanager
    async def claim_these(self, client_ids: Sequence[str]) -> AsyncIterator[Claim]:
        """Lock these accounts, dirty or not, waiting for other replicas."""
        async with self._engine.begin() as conn:
            driver = await raw(conn)
            rows = await driver.fetch(sql.CLAIM_THESE, list(client_ids))
            yield _Claim(self._engine, conn, driver, [row["client_id"] for row in rows], self._service)

    async def forget_forecasts(self, before: date) -> None:
        """Delete the weeks before that day."""
        async with self._engine.begin() as conn:
            await (await raw(conn)).execute(FORGET, before)

    async def awaited(self, client_ids: Sequence[str]) -> set[str]:
        """Those of these clients that are to be decided anew."""
        async with self._engine.connect() as conn:
            return {row["client_id"] for row in await (await raw(conn)).fetch(sql.AWAITED, list(client_ids))}

    async def client_ids(self) -> list[str]:
        """Every configured client."""
        async with self._engine.connect() as conn:
            driver = await raw(conn)
            return [row["client_id"] for row in await driver.fetch("SELECT client_id FROM accounts ORDER BY client_id")]


class _Claim:
    """Holds the locks in one transaction; reads in a second one, begun after the locks were had."""

    def __init__(
        self, engine: AsyncEngine, conn: AsyncConnection, driver: Driver, client_ids: list[str], service: str
    ) -> None:
        self._engine = engine
        self._conn = conn
        self._driver = driver
        self._service = service
        self.client_ids: Sequence[str] = client_ids

    async def load(self) -> list[Claimed]:
        """All snapshots from one instant of the database: the dirt that they cover is read in the same instant."""
        async with self._engine.connect() as conn:
            await conn.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            async with conn.begin():
                driver = await raw(conn)
                rows = await driver.fetch(sql.STATES, list(self.client_ids))
                found = await snapshots.load(driver, list(self.client_ids))
        states = {row["client_id"]: row for row in rows}
        return [
            Claimed(found[client_id], _state(states[client_id]), states[client_id]["last_seq"])
            for client_id in self.client_ids
            if client_id in found and client_id in states
        ]

    async def write(self, decided: Sequence[Decided], failed: Sequence[Failed], policy: Policy, *, quiet: bool) -> int:
        """Write what changed, announce it through the outbox, clear the dirt that did not grow meanwhile."""
        events = await write(self._driver, decided, policy, quiet=quiet)
        if events:
            await outbox.append(self._conn, events, service=self._service)
        seqs = sorted(
            (_client_id(one.claimed), one.claimed.dirt_seq) for one in decided if one.claimed.dirt_seq is not None
        )
        await self._driver.executemany(sql.CLEAR_DIRT, seqs)
        await self._driver.executemany(sql.KEEP_DIRT, seqs)
        for broken in failed:
            await self._set_aside(broken)
        return len(events)

    async def _set_aside(self, broken: Failed) -> None:
        client_id = _client_id(broken.claimed)
        log.error("an account could not be decided", client_id=client_id, error=broken.error)
        await self._driver.execute(sql.HOLD_ACCOUNT, client_id)
        await self._driver.execute(sql.FAIL_DIRT, client_id)


def _client_id(claimed: Claimed) -> str:
    return claimed.snapshot.account.client_id


def _state(row: asyncpg.Record) -> State:
    hashes = _hashes.decode(row["hashes"])
    return State(
        revision=row["revision"],
        memo=None if row["memo"] is None else _memo.decode(row["memo"]),
        hashes=hashes.sections,
        periods=hashes.periods,
    )
