"""Suggestions in PostgreSQL; one at a time makes them, by an advisory lock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import asyncpg
import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

from reconciler.adapters.driver import Driver
from reconciler.adapters.links import LOCK as LINKER
from reconciler.domain.suggest import Candidate, Known, Suggestion, shown
from reconciler.ports.suggestions import SuggestTurn, Unlinked
from trueup_billing import Ref
from trueup_kit.postgres import raw

_LOCK = 7_205_759_404_103
_ACCOUNTS = """
SELECT client_id, payload ->> 'name' AS name,
       ARRAY(SELECT DISTINCT r ->> 'metric' FROM jsonb_array_elements(payload -> 'rates') r
             WHERE r ->> 'metric' <> '') AS metrics,
       ARRAY(SELECT DISTINCT r ->> 'currency' FROM jsonb_array_elements(payload -> 'rates') r
             WHERE r ->> 'currency' <> '') AS currencies
FROM configured
"""
_LINKED = """
SELECT l.client_id, l.ref, c.name, c.email_domain, c.currency FROM links l LEFT JOIN customers c USING (ref) ORDER BY ref
"""
# Only usage of what waits is looked at, and of that only its metrics.
_WAITING = """
SELECT u.ref, u.name, u.refused_client_id, c.email_domain, u.currency,
       ARRAY(SELECT DISTINCT metric FROM usage WHERE usage.ref = u.ref) AS metrics
FROM read_model.unlinked_customers u LEFT JOIN customers c USING (ref) ORDER BY u.ref
"""
_SAVE = """
UPDATE read_model.unlinked_customers u SET suggestions = r.suggestions::jsonb, best_score = r.best_score
FROM unnest($1::text[], $2::text[], $3::bigint[]) AS r (ref, suggestions, best_score)
WHERE u.ref = r.ref AND u.suggestions IS DISTINCT FROM r.suggestions::jsonb
"""


class PostgresSuggestions:
    """See `SuggestionStore`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[SuggestTurn | None]:
        """One transaction under the lock; None when there is nothing to do or another process does it."""
        async with self._engine.begin() as conn:
            driver = await raw(conn)
            if not await driver.fetchval("SELECT EXISTS (SELECT 1 FROM suggest_wanted)") or not await driver.fetchval(
                "SELECT pg_try_advisory_xact_lock($1)", _LOCK
            ):
                yield None
                return
            # Wishes first, facts after: what comes in between stays wished for.
            wanted = [row["seq"] for row in await driver.fetch("SELECT seq FROM suggest_wanted")]
            waiting = [_unlinked(row) for row in await driver.fetch(_WAITING)]
            yield _Turn(driver, wanted, await _accounts(driver) if waiting else [], waiting)


async def _accounts(driver: Driver) -> list[Candidate]:
    customers: dict[str, list[Known]] = defaultdict(list)
    for row in await driver.fetch(_LINKED):
        customers[row["client_id"]].append(_known(row))
    return [
        Candidate(
            client_id=row["client_id"],
            name=row["name"],
            customers=tuple(customers[row["client_id"]]),
            metrics=frozenset(row["metrics"]),
            currencies=frozenset(row["currencies"]),
        )
        for row in await driver.fetch(_ACCOUNTS)
    ]


def _known(row: asyncpg.Record, metrics: Sequence[str] = ()) -> Known:
    return Known(Ref.parse(row["ref"]), row["name"], row["email_domain"], row["currency"], frozenset(metrics))


def _unlinked(row: asyncpg.Record) -> Unlinked:
    return Unlinked(_known(row, row["metrics"]), row["refused_client_id"])


class _Turn:
    def __init__(
        self, driver: Driver, wanted: Sequence[int], accounts: Sequence[Candidate], waiting: Sequence[Unlinked]
    ) -> None:
        self._driver = driver
        self._wanted = wanted
        self.accounts = accounts
        self.waiting = waiting

    async def save(self, found: Mapping[str, tuple[Suggestion, ...]]) -> int:
        refs = sorted(found)
        texts = [msgspec.json.encode(shown(found[ref])).decode() for ref in refs]
        scores = [max((one.score for one in found[ref]), default=0) for ref in refs]
        # The linker rewrites the same rows: one after the other, or each could wait for the other.
        await self._driver.execute("SELECT pg_advisory_xact_lock($1)", LINKER)
        done = await self._driver.execute(_SAVE, refs, texts, scores)
        await self._driver.execute("DELETE FROM suggest_wanted WHERE seq = ANY ($1)", list(self._wanted))
        return int(done.rpartition(" ")[2])
