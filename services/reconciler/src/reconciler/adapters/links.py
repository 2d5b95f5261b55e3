"""Links in PostgreSQL; one linker at a time by an advisory lock."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

from reconciler.adapters.driver import Driver
from reconciler.domain.links import Customer, Imported, Resolved
from reconciler.ports.decisions import LinkTurn
from trueup_kit.postgres import raw

_LOCK = 7_205_759_404_102
_keys = msgspec.json.Decoder(dict[str, str])
_refs = msgspec.json.Decoder(list[str])

_SAVE = """
INSERT INTO links (ref, client_id, linked_by)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) AS r (ref, client_id, linked_by)
ON CONFLICT (ref) DO UPDATE SET client_id = excluded.client_id, linked_by = excluded.linked_by
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
INSERT INTO read_model.unlinked_customers (ref, source, name, observed_at)
SELECT c.ref, split_part(c.ref, ':', 1), c.name, c.observed_at FROM customers c
WHERE NOT c.deleted AND NOT EXISTS (SELECT 1 FROM links l WHERE l.ref = c.ref)
ON CONFLICT (ref) DO UPDATE SET name = excluded.name, observed_at = excluded.observed_at
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
                "SELECT pg_try_advisory_xact_lock($1)", _LOCK
            ):
                yield None
                return
            # Wishes first, facts after: what comes in between stays wished for.
            wanted = [row["seq"] for row in await driver.fetch("SELECT seq FROM relink_wanted")]
            yield await _read(driver, wanted)


async def _read(driver: Driver, wanted: Sequence[int]) -> _Turn:
    configured = await driver.fetch("SELECT client_id, (payload -> 'refs')::text AS refs FROM configured")
    customers = await driver.fetch("SELECT ref, link_keys::text AS link_keys, deleted FROM customers")
    links = await driver.fetch("SELECT ref, client_id, linked_by FROM links")
    return _Turn(
        driver,
        wanted,
        [Imported(row["client_id"], tuple(_refs.decode(row["refs"])) if row["refs"] else ()) for row in configured],
        [Customer(row["ref"], _keys.decode(row["link_keys"]), row["deleted"]) for row in customers],
        {row["ref"]: Resolved(row["client_id"], row["linked_by"]) for row in links},
    )


class _Turn:
    def __init__(
        self,
        driver: Driver,
        wanted: Sequence[int],
        imported: Sequence[Imported],
        customers: Sequence[Customer],
        links: dict[str, Resolved],
    ) -> None:
        self._driver = driver
        self._wanted = wanted
        self.imported = imported
        self.customers = customers
        self.links = links

    async def save(self, links: dict[str, Resolved]) -> int:
        gone = sorted(ref for ref in self.links if ref not in links)
        new = sorted(ref for ref, to in links.items() if self.links.get(ref) != to)
        touched = {self.links[ref].client_id for ref in (*gone, *new) if ref in self.links}
        touched |= {links[ref].client_id for ref in new}
        await self._driver.execute("DELETE FROM links WHERE ref = ANY ($1)", gone)
        await self._driver.execute(
            _SAVE, new, [links[ref].client_id for ref in new], [links[ref].linked_by for ref in new]
        )
        await self._driver.execute(_MARK, sorted(touched))
        await self._driver.execute(_UNLINKED)
        await self._driver.execute("DELETE FROM relink_wanted WHERE seq = ANY ($1)", list(self._wanted))
        return len(gone) + len(new)
