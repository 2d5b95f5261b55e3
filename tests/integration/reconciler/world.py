"""A few accounts with all their facts as events, and the reconciler's parts on a real database."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from reconciler.adapters.decisions import PostgresDecisions
from reconciler.adapters.facts import PostgresFacts
from reconciler.adapters.links import PostgresLinks
from reconciler.adapters.scopes import PostgresScopes
from reconciler.adapters.suggestions import PostgresSuggestions
from reconciler.domain.policy import Policy
from reconciler.entrypoints.subscribers import handler
from reconciler.usecases.count import count_reports
from reconciler.usecases.decide import decide_some
from reconciler.usecases.relink import relink
from trueup_contracts.accounts import AccountConfiguredV1, Rate
from trueup_contracts.customers import CustomerObservedV1
from trueup_contracts.envelope import Event
from trueup_contracts.invoices import InvoiceObservedV1, Line
from trueup_contracts.payments import PaymentObservedV1
from trueup_contracts.syncs import Coverage, SyncReportedV1
from trueup_contracts.usage import UsageObservedV1
from trueup_kit.consumer import Record

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
FIRST_DAY = date(2026, 7, 1)
TOPICS = (
    CustomerObservedV1,
    AccountConfiguredV1,
    UsageObservedV1,
    InvoiceObservedV1,
    PaymentObservedV1,
    SyncReportedV1,
)


def bucket(account: int, day: date, quantity: int, *, version: int = 1) -> UsageObservedV1:
    """One day's usage of one account."""
    return UsageObservedV1(
        version=version,
        ref=f"amplitude:a{account}",
        metric="api_calls",
        bucket=day.isoformat(),
        quantity=str(quantity),
        unit="calls",
        observed_at=NOW,
    )


def invoice(account: int, month: int, amount_minor: int, *, version: int = 1, **more: Any) -> InvoiceObservedV1:
    """The invoice issued on the first of a month, for the month before."""
    issued = date(2026, month, 1)
    given: dict[str, Any] = {
        "kind": "invoice",
        "state": "open",
        "ref": f"quickbooks:{account}",
        "number": f"INV-{account}-{month}",
        "issued_on": issued,
        "due_on": issued + timedelta(days=20),
        "currency": "USD",
        "total_minor": amount_minor,
        "balance_minor": 0,
        "observed_at": NOW,
        "lines": [Line(line_id="1", amount_minor=amount_minor, service_date=issued - timedelta(days=1))],
    } | more
    return InvoiceObservedV1(version=version, document_id=f"quickbooks:invoice:{account}-{month}", **given)


def payment(account: int, month: int, status: str = "succeeded", *, version: int = 1) -> PaymentObservedV1:
    """What was paid for the invoice of a month."""
    return PaymentObservedV1(
        version=version,
        object_id=f"stripe:payment:pi_{account}_{month}",
        kind="payment",
        ref=f"stripe:cus_{account}",
        status=status,
        currency="USD",
        amount_minor=3_100,
        occurred_at=datetime(2026, month, 5, tzinfo=UTC),
        observed_at=NOW,
        gateway_invoice_id=f"in_{account}_{month}",
    )


def customers(account: int) -> list[Event]:
    """What people configured, and the customers of ledger and gateway."""
    rate = Rate(metric="api_calls", unit="calls", unit_price="0.01", currency="USD", valid_from=date(2026, 1, 1))
    name = f"Client {account}"
    return [
        AccountConfiguredV1(
            version=1,
            client_id=f"c{account}",
            name=name,
            configured_at=NOW,
            refs=[f"amplitude:a{account}", f"quickbooks:{account}"],
            rates=[rate],
        ),
        CustomerObservedV1(version=1, ref=f"quickbooks:{account}", observed_at=NOW, name=name),
        CustomerObservedV1(
            version=1,
            ref=f"stripe:cus_{account}",
            observed_at=NOW,
            name=name,
            link_keys={"quickbooks_customer_id": str(account)},
        ),
    ]


def facts(accounts: int = 4) -> list[Event]:
    """Everything about some accounts; earlier versions of a part of it precede the final ones."""
    events: list[Event] = []
    for account in range(accounts):
        events += customers(account)
        for offset in range((NOW.date() - FIRST_DAY).days + 1):
            day = FIRST_DAY + timedelta(days=offset)
            if offset % 5 == 0:
                events.append(bucket(account, day, 1, version=1))
            events.append(bucket(account, day, 100 + account * (offset % 3), version=2))
        for month in range(8, 12):
            events.append(invoice(account, month, 1, version=1, balance_minor=1))
            events.append(invoice(account, month, 3_100 + 200 * account, version=2))
            events.append(payment(account, month, "processing", version=1))
            events.append(payment(account, month, version=2))
    return events


def reports(
    *, version: int = 1, offsets: dict[str, dict[str, int]] | None = None, as_of: datetime = NOW
) -> list[Event]:
    """A complete report of each source."""
    given: dict[str, Any] = {
        "version": version,
        "started_at": NOW,
        "finished_at": NOW,
        "as_of": as_of,
        "complete": True,
        "offsets": offsets or {},
    }
    coverage = [Coverage(from_day=FIRST_DAY, as_of=as_of)]
    return [
        SyncReportedV1(source="quickbooks", scope="documents", **given),
        SyncReportedV1(source="stripe", scope="billing", **given),
        SyncReportedV1(source="amplitude", scope="usage|api_calls|0", coverage=coverage, **given),
    ]


@dataclass
class Log:
    """Gives events the places that Kafka would give them."""

    ends: dict[tuple[str, int], int] = field(default_factory=dict)

    def append(self, event: Event) -> Record:
        """Append one event to its partition."""
        return self.append_raw(event.topic, event.key(), event.to_bytes())

    def append_raw(self, topic: str, key: str | None, value: bytes) -> Record:
        """Append bytes."""
        partition = sum((key or "").encode()) % 12
        offset = self.ends.get((topic, partition), 0)
        self.ends[topic, partition] = offset + 1
        return Record(topic, partition, offset, key, value, {}, 0)


def by_topic(records: Iterable[Record]) -> dict[str, list[Record]]:
    """Records as the subscriptions would get them."""
    found: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        found[record.topic].append(record)
    return found


@dataclass
class System:
    """The reconciler's parts on one database, with a clock that stands still."""

    engine: AsyncEngine
    admin: asyncpg.Pool[asyncpg.Record]
    now: datetime = NOW
    log: Log = field(default_factory=Log)

    def __post_init__(self) -> None:
        self.facts = PostgresFacts(self.engine, service="reconciler")
        self.decisions = PostgresDecisions(self.engine, service="reconciler")
        self.links = PostgresLinks(self.engine)
        self.scopes = PostgresScopes(self.engine)
        self.suggestions = PostgresSuggestions(self.engine)

    async def deliver(self, records: Sequence[Record], *, batch: int = 50) -> None:
        """Hand records to the subscriptions in batches."""
        for topic, some in by_topic(records).items():
            handle = handler(topic, self.facts)
            for start in range(0, len(some), batch):
                await handle(some[start : start + batch])

    async def feed(self, events: Iterable[Event], *, batch: int = 50) -> list[Record]:
        """Append events to the log and deliver them."""
        records = [self.log.append(event) for event in events]
        await self.deliver(records, batch=batch)
        return records

    async def settle(self) -> int:
        """Link, count and decide until nothing is left to do; how many accounts were decided."""
        decided = 0
        for _ in range(100):
            moved = await relink(self.links)
            await count_reports(self.scopes)
            done = await decide_some(self.decisions, Policy(), lambda: self.now, limit=40)
            assert not done.failed, done.failed
            decided += done.decided
            if not moved and not done.decided and not await self.is_waiting():
                return decided
        raise AssertionError("it never settles")

    async def is_waiting(self) -> bool:
        """Whether a gate is still closed or dirt is left."""
        sql = """
        SELECT EXISTS (SELECT 1 FROM reconciler.scopes WHERE gate IS NOT NULL)
            OR EXISTS (SELECT 1 FROM reconciler.dirt) OR EXISTS (SELECT 1 FROM reconciler.relink_wanted)
        """
        return bool(await self.admin.fetchval(sql))

    async def value(self, sql: str, *args: object) -> Any:
        """One value of one row."""
        return await self.admin.fetchval(sql, *args)

    async def row(self, client_id: str) -> dict[str, Any]:
        """The grid row and some columns of one account."""
        sql = "SELECT item, payload, revision, band, source_state FROM read_model.accounts WHERE client_id = $1"
        found = await self.admin.fetchrow(sql, client_id)
        assert found is not None, client_id
        return dict(found) | {"item": json.loads(found["item"]), "payload": json.loads(found["payload"])}

    async def state(self) -> dict[str, list[tuple[Any, ...]]]:
        """Facts and read model, without positions in the log, instants of decisions and counters."""
        queries = {
            "usage": "SELECT ref, metric, day, version, quantity FROM reconciler.usage ORDER BY 1, 2, 3",
            "customers": "SELECT ref, version, name FROM reconciler.customers ORDER BY 1",
            "documents": "SELECT document_id, version, payload FROM reconciler.documents ORDER BY 1",
            "payments": "SELECT object_id, version, payload FROM reconciler.payments ORDER BY 1",
            "links": "SELECT ref, client_id, linked_by, decision_id FROM reconciler.links ORDER BY 1",
            "shown links": "SELECT ref, client_id, linked_by, decision_id FROM read_model.links ORDER BY 1",
            "accounts": "SELECT client_id, item, payload, band, search_text FROM read_model.accounts ORDER BY 1",
            "invoices": "SELECT document_id, client_id, status, payload FROM read_model.invoices ORDER BY 1",
            "months": """SELECT client_id, period_start, band, payload FROM read_model.reconciliations
                         WHERE current ORDER BY 1, 2""",
            "watermarks": "SELECT key, as_of, entries FROM read_model.watermarks ORDER BY 1",
            "unlinked": "SELECT ref, decision_id, suggestions FROM read_model.unlinked_customers ORDER BY 1",
        }
        return {name: [tuple(row) for row in await self.admin.fetch(sql)] for name, sql in queries.items()}

    async def forget(self) -> None:
        """Empty every table, as on the first day."""
        await self.admin.execute(
            """
            TRUNCATE reconciler.usage, reconciler.customers, reconciler.documents, reconciler.payments,
                reconciler.configured, reconciler.fences, reconciler.dead_letters, reconciler.reports,
                reconciler.scopes, reconciler.links, reconciler.relink_wanted, reconciler.dirt,
                reconciler.dirty_accounts, reconciler.accounts, reconciler.outbox, reconciler.payment_retries,
                reconciler.recorded, reconciler.decided_links, reconciler.suggest_wanted, reconciler.calibrations,
                read_model.links, read_model.accounts,
                read_model.invoices, read_model.reconciliations, read_model.timeline, read_model.unlinked_customers,
                read_model.watermarks, read_model.sources, read_model.forecasts, read_model.forecast_weeks,
                read_model.calibration_checks
            """
        )
        self.log = Log()


def shuffled(items: Sequence[Any], seed: int) -> list[Any]:
    """The same items in another order."""
    return random.Random(seed).sample(items, len(items))
