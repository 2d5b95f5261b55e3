"""Read the snapshots of many accounts with one statement per kind of fact."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import asyncpg
import msgspec

from reconciler.adapters.convert import SCOPE_COLUMNS, account_of, document_of, payment_of, read_decision, scope_of
from reconciler.adapters.driver import Driver
from reconciler.adapters.revised import Revised
from reconciler.domain.decision import Decision
from reconciler.domain.snapshot import (
    Account,
    DeadLetter,
    Document,
    Link,
    Payment,
    Revision,
    Scope,
    Series,
    Snapshot,
)
from trueup_billing import Ref, Source

_revised = msgspec.json.Decoder(list[Revised])
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_LINKS = """
SELECT l.ref, l.client_id, l.linked_by, l.decision_id, c.name FROM links l LEFT JOIN customers c USING (ref)
WHERE l.client_id = ANY ($1) ORDER BY l.ref
"""
# Quantities as text and days as numbers: decimals and dates one by one would cost more than all the rest. A month stands
# on its first day: only whole months of such a metric are rated. When its value changed says nothing about a day.
_USAGE = """
SELECT ref, metric, max(unit) AS unit, max(scale(quantity)) AS scale,
       array_agg(day - date '1970-01-01') AS days, array_agg(quantity::text) AS quantities,
       jsonb_agg(jsonb_build_array(day - date '1970-01-01', earlier, observed_at, quantity::text) ORDER BY day)
           FILTER (WHERE earlier IS NOT NULL AND grain = 'day')::text AS revised
FROM usage WHERE ref = ANY ($1) GROUP BY ref, metric ORDER BY metric, ref
"""
_MONTHLY = "SELECT DISTINCT ref, metric FROM usage WHERE ref = ANY ($1) AND grain = 'month'"
_DOCUMENTS = "SELECT ref, payload::text AS payload FROM documents WHERE ref = ANY ($1) ORDER BY document_id"
_PAYMENTS = "SELECT ref, payload::text AS payload FROM payments WHERE ref = ANY ($1) ORDER BY object_id"
# What a customer above one of these paid for its invoices.
_PAID_FROM_ABOVE = """
WITH RECURSIVE above (ref, ancestor) AS (
    SELECT ref, parent_ref FROM customers WHERE ref = ANY ($1) AND parent_ref IS NOT NULL
    UNION SELECT a.ref, c.parent_ref FROM above a JOIN customers c ON c.ref = a.ancestor WHERE c.parent_ref IS NOT NULL
)
SELECT a.ref, p.object_id, p.payload::text AS payload FROM above a JOIN payments p ON p.ref = a.ancestor
WHERE EXISTS (SELECT 1 FROM jsonb_array_elements(p.payload -> 'applied') AS part
              JOIN documents d ON d.document_id = part ->> 'document_id' WHERE d.ref = a.ref)
ORDER BY p.object_id
"""
_SCOPES = f"SELECT {SCOPE_COLUMNS} FROM scopes ORDER BY key"
_RECORDED = """
SELECT client_id, payload::text AS payload FROM recorded WHERE client_id = ANY ($1) ORDER BY client_id, version
"""
_UNCALIBRATED = "SELECT metric, off_reason FROM calibrations WHERE off_reason IS NOT NULL"
_DEAD = "SELECT DISTINCT source, ref FROM dead_letters WHERE source IS NOT NULL AND (ref IS NULL OR ref = ANY ($1))"


@dataclass
class _Parts:
    """What belongs to one account, while it is being collected."""

    links: list[Link] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    usage: dict[str, list[asyncpg.Record]] = field(default_factory=lambda: defaultdict(list))
    month_metrics: set[str] = field(default_factory=set)


async def load(driver: Driver, client_ids: Sequence[str]) -> dict[str, Snapshot]:
    """Client id → snapshot, for those that are configured. Run it inside a REPEATABLE READ transaction."""
    rows = await driver.fetch(
        "SELECT client_id, payload::text AS payload FROM configured WHERE client_id = ANY ($1)", client_ids
    )
    accounts = {row["client_id"]: account_of(row["payload"]) for row in rows}
    parts: dict[str, _Parts] = defaultdict(_Parts)
    owner: dict[str, str] = {}
    for row in await driver.fetch(_LINKS, client_ids):
        owner[row["ref"]] = row["client_id"]
        link = Link(Ref.parse(row["ref"]), row["linked_by"], row["name"], row["decision_id"])
        parts[row["client_id"]].links.append(link)
    refs = sorted(owner)
    for row in await driver.fetch(_USAGE, refs):
        parts[owner[row["ref"]]].usage[row["metric"]].append(row)
    for row in await driver.fetch(_MONTHLY, refs):
        parts[owner[row["ref"]]].month_metrics.add(row["metric"])
    for row in await driver.fetch(_DOCUMENTS, refs):
        parts[owner[row["ref"]]].documents.append(document_of(row["payload"]))
    for row in await driver.fetch(_PAYMENTS, refs):
        parts[owner[row["ref"]]].payments.append(payment_of(row["payload"]))
    for row in await driver.fetch(_PAID_FROM_ABOVE, refs):
        mine = parts[owner[row["ref"]]].payments
        if all(one.object_id != row["object_id"] for one in mine):
            # What it left over belongs to whoever paid.
            mine.append(replace(payment_of(row["payload"]), unapplied_minor=0))
    for row in await driver.fetch(_RECORDED, client_ids):
        parts[row["client_id"]].decisions.append(read_decision(row["payload"]))
    scopes = tuple(scope_of(row) for row in await driver.fetch(_SCOPES))
    dead = [DeadLetter(Source(row["source"]), row["ref"]) for row in await driver.fetch(_DEAD, refs)]
    off = {row["metric"]: row["off_reason"] for row in await driver.fetch(_UNCALIBRATED)}
    return {
        client_id: _snapshot(account, parts[client_id], scopes, dead, off) for client_id, account in accounts.items()
    }


def _snapshot(
    account: Account,
    parts: _Parts,
    scopes: tuple[Scope, ...],
    dead: Iterable[DeadLetter],
    uncalibrated: Mapping[str, str],
) -> Snapshot:
    refs = {str(link.ref) for link in parts.links}
    return Snapshot(
        account=account,
        links=tuple(parts.links),
        usage={metric: series_of(metric, rows) for metric, rows in parts.usage.items()},
        documents=tuple(parts.documents),
        payments=tuple(parts.payments),
        scopes=scopes,
        decisions=tuple(parts.decisions),
        revisions={metric: found for metric, rows in parts.usage.items() if (found := revisions_of(rows))},
        dead_letters=tuple(letter for letter in dead if letter.ref is None or letter.ref in refs),
        month_metrics=frozenset(parts.month_metrics),
        uncalibrated=uncalibrated,
    )


def series_of(metric: str, rows: Sequence[Mapping[str, Any] | asyncpg.Record]) -> Series:
    """One metric over all refs of an account, as integers of one common scale."""
    scale = max(row["scale"] for row in rows)
    days: dict[int, int] = {}
    for row in rows:
        for day, text in zip(row["days"], row["quantities"], strict=True):
            ordinal = day + _EPOCH_ORDINAL
            days[ordinal] = days.get(ordinal, 0) + scaled(text, scale)
    return Series(metric=metric, unit=rows[0]["unit"], days=days, scale=scale)


def revisions_of(rows: Sequence[Mapping[str, Any] | asyncpg.Record]) -> tuple[Revision, ...]:
    """The buckets of one metric that changed after their day, in the scale of its series."""
    scale = max(row["scale"] for row in rows)
    return tuple(
        Revision(row["ref"], one.day + _EPOCH_ORDINAL, tuple((at, scaled(text, scale)) for at, text in one.seen()))
        for row in rows
        if row["revised"]
        for one in _revised.decode(row["revised"])
    )


def scaled(text: str, scale: int) -> int:
    """`scaled("12.5", 2)` is 1250: exact, without decimals."""
    if scale == 0:
        return int(text)
    whole, _, fraction = text.partition(".")
    return int(whole + fraction.ljust(scale, "0"))
