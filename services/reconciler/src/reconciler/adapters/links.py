"""Links in PostgreSQL; one linker at a time by an advisory lock."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

from reconciler.adapters.driver import Driver
from reconciler.domain.links import Customer, Decision, Imported, Resolved
from reconciler.ports.decisions import LinkTurn
from trueup_kit.postgres import raw

LOCK = 7_205_759_404_102
_keys = msgspec.json.Decoder(dict[str, str])
_refs = msgspec.json.Decoder(list[str])

_SAVE = """
INSERT INTO links (ref, client_id, linked_by, decision_id)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS r (ref, client_id, linked_by, decision_id)
ON CONFLICT (ref) DO UPDATE
SET client_id = excluded.client_id, linked_by = excluded.linked_by, decision_id = excluded.decision_id
"""
_MARK = """
INSERT INTO dirty_accounts (client_id, first_seq, last_seq)
SELECT client_id, seq, seq FROM accounts, (SELECT nextval('dirt_seq') AS seq) s WHERE client_id = ANY ($1)
ORDER BY client_id
ON CONFLICT (client_id) DO UPDATE SET last_seq = excluded.last_seq
"""
_UNLINKED = """
WITH linked AS (
    DELETE FROM read_model.unlinked_customers u
    WHERE EXISTS (SELECT 1 FROM links l WHERE l.ref = u.ref)
       OR EXISTS (SELECT 1 FROM customers c WHERE c.ref = u.ref AND c.deleted)
)
INSERT INTO read_model.unlinked_customers AS known (
    ref, source, name, observed_at, currency, decision_id, refused_client_id)
SELECT ref, split_part(ref, ':', 1), c.name, coalesce(c.observed_at, d.decided_at, now()), c.currency, d.decision_id,
       d.refused_client_id
FROM (SELECT ref FROM customers UNION SELECT ref FROM decided_links UNION SELECT unnest($1::text[])) AS somebody
LEFT JOIN customers c USING (ref) LEFT JOIN decided_links d USING (ref)
WHERE c.deleted IS NOT TRUE AND NOT EXISTS (SELECT 1 FROM links l WHERE l.ref = somebody.ref)
ORDER BY ref
ON CONFLICT (ref) DO UPDATE
SET name = excluded.name, observed_at = excluded.observed_at, currency = excluded.currency,
    decision_id = excluded.decision_id, refused_client_id = excluded.refused_client_id
WHERE (known.name, known.observed_at, known.currency, known.decision_id, known.refused_client_id)
    IS DISTINCT FROM
      (excluded.name, excluded.observed_at, excluded.currency, excluded.decision_id, excluded.refused_client_id)
"""
# What is shown is compared as a whole: it was empty once, and stays right whoever wrote it last.
_SHOW = """
WITH gone AS (
    DELETE FROM read_model.links s WHERE NOT EXISTS (SELECT 1 FROM links l WHERE l.ref = s.ref)
)
INSERT INTO read_model.links AS known (ref, client_id, linked_by, decision_id)
SELECT ref, client_id, linked_by, decision_id FROM links ORDER BY ref
ON CONFLICT (ref) DO UPDATE
SET client_id = excluded.client_id, linked_by = excluded.linked_by, decision_id = excluded.decision_id
WHERE (known.client_id, known.linked_by, known.decision_id)
    IS DISTINCT FROM (excluded.client_id, excluded.linked_by, excluded.decision_id)
"""
# A withdrawn decision is only told of: it rules nothing.
_DECISIONS = """
SELECT ref, decision_id, client_id, verdict = 'withdrawn' AS withdrawn FROM decided_links
"""


class PostgresLinks:
    """See `LinkStore`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[LinkTurn | None]:
        """One transaction under the lock; None when there is nothing to do or another process does it."""
        async with self._engine.begin() as conn:
            driver = await raw(conn)
            if not await driver.fetchval("SELECT EXISTS (SELECT 1 FROM relink_wanted)") or not await driver.fetchval(
                "SELECT pg_try_advisory_xact_lock($1)", LOCK
            ):
                yield None
                return
            # Wishes first, facts after: what comes in between stays wished for.
            wanted = [row["seq"] for row in await driver.fetch("SELECT seq FROM relink_wanted")]
            yield await _read(driver, wanted)


async def _read(driver: Driver, wanted: Sequence[int]) -> _Turn:
    configured = await driver.fetch("SELECT client_id, (payload -> 'refs')::text AS refs FROM configured")
    customers = await driver.fetch("SELECT ref, link_keys::text AS link_keys, deleted FROM customers")
    decided = await driver.fetch(_DECISIONS)
    links = await driver.fetch("SELECT ref, client_id, linked_by, decision_id FROM links")
    return _Turn(
        driver,
        wanted,
        [Imported(row["client_id"], tuple(_refs.decode(row["refs"])) if row["refs"] else ()) for row in configured],
        [Customer(row["ref"], _keys.decode(row["link_keys"]), row["deleted"]) for row in customers],
        [Decision(row["ref"], row["decision_id"], row["client_id"], row["withdrawn"]) for row in decided],
        {row["ref"]: Resolved(row["client_id"], row["linked_by"], row["decision_id"]) for row in links},
    )


class _Turn:
    def __init__(
        self,
        driver: Driver,
        wanted: Sequence[int],
        imported: Sequence[Imported],
        customers: Sequence[Customer],
        decisions: Sequence[Decision],
        links: dict[str, Resolved],
    ) -> None:
        self._driver = driver
        self._wanted = wanted
        self.imported = imported
        self.customers = customers
        self.decisions = decisions
        self.links = links

    async def save(self, links: dict[str, Resolved]) -> int:
        gone = sorted(ref for ref in self.links if ref not in links)
        new = sorted(ref for ref, to in links.items() if self.links.get(ref) != to)
        touched = {self.links[ref].client_id for ref in (*gone, *new) if ref in self.links}
        touched |= {links[ref].client_id for ref in new}
        await self._driver.execute("DELETE FROM links WHERE ref = ANY ($1)", gone)
        await self._driver.execute(
            _SAVE,
            new,
            [links[ref].client_id for ref in new],
            [links[ref].linked_by for ref in new],
            [links[ref].decision_id for ref in new],
        )
        await self._driver.execute(_MARK, sorted(touched))
        await self._driver.execute(_UNLINKED, gone)
        await self._driver.execute(_SHOW)
        await self._driver.execute("INSERT INTO suggest_wanted DEFAULT VALUES")
        await self._driver.execute("DELETE FROM relink_wanted WHERE seq = ANY ($1)", list(self._wanted))
        return len(gone) + len(new)
