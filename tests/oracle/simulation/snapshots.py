"""An account's snapshot out of the simulated tables, by the product's own readers of rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Protocol, cast

import asyncpg

from reconciler.adapters.convert import account_of, decision_of, document_of, payment_of, scope_of
from reconciler.adapters.snapshots import series_of
from reconciler.domain.links import Resolved
from reconciler.domain.snapshot import DeadLetter, Link, Series, Snapshot
from reconciler.ports import wire
from reconciler.ports.configured import Configured
from reconciler.ports.facts import Poison
from reconciler.ports.scopes import ScopeRecord
from trueup_billing import Ref, Source

EPOCH = date(1970, 1, 1).toordinal()


class Tables(Protocol):
    """What is read."""

    links: dict[str, Resolved]
    scopes: dict[str, ScopeRecord]
    dead: dict[tuple[str, int, int], Poison]

    def of(self, kind: type) -> list[Any]:
        """All facts of a kind."""
        ...


def snapshot_of(tables: Tables, client: str) -> Snapshot:
    """One account as it is stored at this instant."""
    [configured] = [fact for fact in tables.of(Configured) if fact.client_id == client]
    refs = sorted(ref for ref, to in tables.links.items() if to.client_id == client)

    def mine(kind: type) -> list[Any]:
        return [fact for fact in tables.of(kind) if fact.ref in refs]

    return Snapshot(
        account=account_of(wire.encode(configured)),
        links=tuple(Link(Ref.parse(ref), tables.links[ref].linked_by) for ref in refs),
        usage=usage_of(mine(wire.Usage)),
        documents=tuple(
            document_of(wire.encode(one)) for one in sorted(mine(wire.Invoice), key=lambda one: one.document_id)
        ),
        payments=tuple(
            payment_of(wire.encode(one)) for one in sorted(mine(wire.Payment), key=lambda one: one.object_id)
        ),
        scopes=tuple(scope_of(cast("asyncpg.Record", row(record))) for _, record in sorted(tables.scopes.items())),
        dead_letters=tuple(letters(tables.dead.values(), refs)),
        decisions=tuple(decision_of(one) for one in tables.of(wire.Decided) if one.client_id == client),
    )


def row(record: ScopeRecord) -> Mapping[str, object]:
    """A scope as its table holds it."""
    held = {"complete": record.complete, "holes": record.holes}
    texts = {name: wire.encode(one) if one else None for name, one in held.items()}
    return {"key": record.key, "retired": record.latest.retired} | texts


def usage_of(facts: Iterable[wire.Usage]) -> dict[str, Series]:
    """Daily usage by metric."""
    rows: dict[str, dict[str, list[wire.Usage]]] = {}
    for fact in facts:
        rows.setdefault(fact.metric, {}).setdefault(fact.ref, []).append(fact)
    return {
        metric: series_of(
            metric,
            [
                {
                    "unit": some[0].unit,
                    "scale": max(len(one.quantity.partition(".")[2]) for one in some),
                    "days": [date.fromisoformat(one.first_day).toordinal() - EPOCH for one in some],
                    "quantities": [one.quantity for one in some],
                }
                for some in of_refs.values()
            ],
        )
        for metric, of_refs in rows.items()
    }


def letters(dead: Iterable[Poison], refs: list[str]) -> Iterable[DeadLetter]:
    """Records that could not be read and concern the account."""
    for one in {(letter.source, letter.ref) for letter in dead if letter.source is not None}:
        if one[1] is None or one[1] in refs:
            yield DeadLetter(Source(one[0]), one[1])
