"""Synthetic QuickBooks bodies in the shapes of its public API, and a world in memory for the use cases."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ingest_quickbooks.domain.answers import Changes
from ingest_quickbooks.domain.paging import PAGE_SIZE, Place, Within, changed_at
from ingest_quickbooks.domain.reading import Body
from ingest_quickbooks.domain.snapshots import ENTITIES, Entity
from ingest_quickbooks.ports import Known, ObjectId, OpenGap, Progress, SourceUnavailable, Step
from ingest_quickbooks.usecases.deps import Deps
from trueup_contracts.envelope import Event
from trueup_contracts.syncs import SyncReportedV1

NOW = datetime(2026, 11, 10, 12, 0, tzinfo=UTC)
Make = Callable[..., dict[str, Any]]


def body(**fields: Any) -> dict[str, Any]:
    """As it would arrive: through JSON, numbers exact."""
    parsed: dict[str, Any] = json.loads(json.dumps(fields, default=str), parse_float=Decimal)
    return parsed


@pytest.fixture
def invoice() -> Make:
    def make(external_id: str = "1", **changes: Any) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "Id": external_id,
            "SyncToken": "0",
            "DocNumber": f"INV-{external_id}",
            "TxnDate": "2026-11-01",
            "DueDate": "2026-11-15",
            "CustomerRef": {"value": "7", "name": "Acme"},
            "CurrencyRef": {"value": "USD"},
            "TotalAmt": 108.25,
            "Balance": 108.25,
            "TxnTaxDetail": {"TotalTax": 8.25},
            "MetaData": {
                "CreateTime": "2026-10-31T23:00:00-07:00",
                "LastUpdatedTime": "2026-10-31T23:00:00-07:00",
            },
            "Line": [
                {
                    "Id": "1",
                    "Amount": 100.00,
                    "DetailType": "SalesItemLineDetail",
                    "Description": "API calls",
                    "SalesItemLineDetail": {
                        "ItemRef": {"value": "1", "name": "API calls"},
                        "Qty": 1000.5,
                        "UnitPrice": 0.1,
                        "ServiceDate": "2026-10-31",
                    },
                },
                {"Amount": 100.00, "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}},
            ],
        }
        return body(**(fields | changes))

    return make


@pytest.fixture
def payment() -> Make:
    def make(external_id: str = "9", **changes: Any) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "Id": external_id,
            "SyncToken": "0",
            "TxnDate": "2026-11-05",
            "CustomerRef": {"value": "7"},
            "CurrencyRef": {"value": "USD"},
            "TotalAmt": 108.25,
            "UnappliedAmt": 0,
            "PaymentRefNum": "pi_1",
            "PaymentMethodRef": {"value": "2", "name": "Stripe"},
            "MetaData": {
                "CreateTime": "2026-11-05T03:00:00-08:00",
                "LastUpdatedTime": "2026-11-05T03:00:00-08:00",
            },
            "Line": [{"Amount": 108.25, "LinkedTxn": [{"TxnId": "1", "TxnType": "Invoice"}]}],
        }
        return body(**(fields | changes))

    return make


@pytest.fixture
def customer() -> Make:
    def make(external_id: str = "7", **changes: Any) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "Id": external_id,
            "DisplayName": "Acme",
            "Active": True,
            "CurrencyRef": {"value": "USD"},
            "PrimaryEmailAddr": {"Address": "ap@acme.example"},
            "MetaData": {
                "CreateTime": "2026-01-01T00:00:00-08:00",
                "LastUpdatedTime": "2026-01-01T00:00:00-08:00",
            },
        }
        return body(**(fields | changes))

    return make


@dataclass
class World:
    """A ledger, a memory and a bus in one; every port of the use cases, deterministic."""

    now: datetime = NOW
    rows: dict[Entity, list[dict[str, Any]]] = field(default_factory=lambda: {entity: [] for entity in ENTITIES})
    deleted: list[tuple[Entity, str, datetime]] = field(default_factory=list)
    down: str | None = None
    asked: list[tuple[str, object]] = field(default_factory=list)
    sent: list[Event] = field(default_factory=list)
    reports: list[SyncReportedV1] = field(default_factory=list)
    hashes: dict[str, str] = field(default_factory=dict)
    last_version: int = 0
    cursor_at: datetime | None = None
    load: Progress | None = None
    objects: dict[ObjectId, Known] = field(default_factory=dict)
    stamps: dict[ObjectId, datetime] = field(default_factory=dict)
    open_gaps: dict[ObjectId, OpenGap] = field(default_factory=dict)
    die_before_commit: bool = False
    cut_at: int = 1000
    half_pages: bool = False

    def deps(self) -> Deps:
        return Deps(ledger=self, memory=self, turn=self, clock=lambda: self.now, link_fields={})

    # The ledger.
    async def changes(self, since: datetime, entities: Sequence[Entity]) -> Changes:
        self._ask("changes", tuple(entities))
        bodies: dict[Entity, list[Body]] = {}
        count = 0
        for entity in entities:
            changed: list[Body] = [row for row in self.rows[entity] if _at(row) >= since]
            changed += [
                {"Id": key, "status": "Deleted"} for kind, key, at in self.deleted if kind == entity and at >= since
            ]
            taken = changed[: max(0, self.cut_at - count)]
            count += len(taken)
            if taken:
                bodies[entity] = taken
        # A cut answer is told by its length alone: fill up to the real cap.
        if count >= self.cut_at:
            last = next(reversed(bodies))
            bodies[last] = bodies[last] + [bodies[last][-1]] * (1000 - count)
        return Changes(bodies, self.now)

    async def page(self, entity: Entity, place: Place, within: Within | None = None) -> list[Body]:
        self._ask("page", (entity, place))
        rows = sorted((row for row in self.rows[entity] if within is None or _is_within(row, within)), key=_at)
        wanted: list[Body] = [row for row in rows if place.since is None or _at(row) >= place.since]
        page = wanted[place.start - 1 : place.start - 1 + PAGE_SIZE]
        return page[: len(page) // 2] if self.half_pages else page

    async def count(self, entity: Entity, since: datetime | None = None, within: Within | None = None) -> int:
        self._ask("count", entity)
        return sum(since is None or _at(row) >= since for row in self.rows[entity])

    def _ask(self, what: str, detail: object) -> None:
        if self.down is not None:
            raise SourceUnavailable(self.down)
        self.asked.append((what, detail))

    # The turn.
    async def version(self) -> int:
        self.last_version += 1
        return self.last_version

    async def publish(self, events: Sequence[Event], step: Step) -> int:
        changed = [event for event in events if self.hashes.get(event.key()) != _content(event)]
        self.sent += changed
        if self.die_before_commit and changed:
            raise ConnectionError("killed between publishing and committing")
        self.hashes |= {event.key(): _content(event) for event in changed}
        self._remember(step)
        return len(changed)

    def _remember(self, step: Step) -> None:
        self.objects |= step.known
        if step.seen_at is not None:
            self.stamps |= dict.fromkeys(step.seen, step.seen_at)
        for gap in step.gaps_opened:
            self.open_gaps[gap.entity, gap.external_id] = gap
        for key in step.gaps_closed:
            self.open_gaps.pop(key, None)
        self.cursor_at = step.cursor or self.cursor_at
        self.load = None if step.load_done else step.progress or self.load

    async def report(self, event: Event) -> None:
        assert isinstance(event, SyncReportedV1)
        self.reports.append(event)

    async def offsets(self) -> dict[str, dict[str, int]]:
        return {"trueup.invoices.observed.v1": {"0": len(self.sent)}}

    # The memory.
    async def cursor(self) -> datetime | None:
        return self.cursor_at

    async def progress(self) -> Progress | None:
        return self.load

    async def gaps(self) -> list[OpenGap]:
        return list(self.open_gaps.values())

    async def known(self, ids: Sequence[ObjectId]) -> dict[ObjectId, Known]:
        return {key: self.objects[key] for key in ids if key in self.objects}

    async def unseen(self, entities: Sequence[Entity], since: datetime) -> list[ObjectId]:
        long_ago = since - timedelta(days=9999)
        return [key for key in self._stand() if key[0] in entities and self.stamps.get(key, long_ago) < since]

    async def met(self, entity: Entity, since: datetime) -> int:
        return sum(key[0] == entity and key in self.stamps and self.stamps[key] >= since for key in self._stand())

    def _stand(self) -> set[ObjectId]:
        """What was announced and not deleted, and what could never be read."""
        return {key for key, known in self.objects.items() if not known.deleted} | self.open_gaps.keys()

    async def standing(self, entity: Entity) -> int:
        return sum(key[0] == entity for key in self._stand())


def _is_within(row: Body, within: Within) -> bool:
    return str(within.first) <= str(row.get("TxnDate", within.first)) <= str(within.last)


def _at(row: Body) -> datetime:
    moment = changed_at(row)
    assert moment is not None
    return moment


def _content(event: Event) -> str:
    return event.model_dump_json(exclude={"version", "observed_at"})


@pytest.fixture
def world() -> World:
    return World()
