"""A world of metered events in memory: every port of the use cases, deterministic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from types import MappingProxyType
from typing import Any, Literal

import pytest

from ingest_amplitude.domain.answers import Sums
from ingest_amplitude.domain.arrivals import Arrivals, Earlier
from ingest_amplitude.domain.buckets import ABSENT, Key, Metric, Totals
from ingest_amplitude.domain.tally import RecentIds, Tally
from ingest_amplitude.domain.unread import Unread, together
from ingest_amplitude.domain.windows import Hours
from ingest_amplitude.ports import (
    Definition,
    Exported,
    ExportedHours,
    Kept,
    QuestionRefused,
    Scope,
    SourceUnavailable,
    Standing,
    Step,
    TooMuchAtOnce,
)
from ingest_amplitude.usecases.deps import Deps, Plan
from trueup_contracts.envelope import Event
from trueup_contracts.syncs import SyncReportedV1

NOW = datetime(2026, 11, 10, 12, 30, tzinfo=UTC)
CALLS = Metric("api_calls", "api_calls_metered", "quantity", "calls")
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Upload:
    """One event: when it happened, when Amplitude had it."""

    uuid: str
    at: datetime
    uploaded: datetime
    account: str
    quantity: int
    event_type: str = "api_calls_metered"
    user: str = "u1"
    shows_at: datetime | None = None
    """When the export shows it; None: at once."""
    in_export: Literal["line", "list", "timeless", "garbled"] = "line"
    """How the export shows it: as it is, with a list for the account, without an instant, or as a line that is no event."""
    dated: bool = True
    """Whether the export says when it was uploaded."""


@dataclass
class World:
    """Amplitude, a memory and a bus in one."""

    now: datetime = NOW
    events: list[Upload] = field(default_factory=list)
    plan: Plan = field(
        default_factory=lambda: Plan(
            [CALLS], "account_id", UTC, history_months=1, export_delay=timedelta(0), partition_capacity=5, groups_max=8
        )
    )
    recent: RecentIds = field(default_factory=RecentIds)
    down: str | None = None
    incomplete: str | None = None
    names_max: int = 1000
    """How many accounts a question may name."""
    refused: set[str] = field(default_factory=set)
    """Metrics whose definition Amplitude does not take."""
    computed_at: datetime | None = None
    export_hours_max: int = 10_000
    exports: list[Hours] = field(default_factory=list)
    asked_days: list[tuple[str, date, date]] = field(default_factory=list)
    questions: list[tuple[str, tuple[str, ...] | None]] = field(default_factory=list)
    sent: list[tuple[Key, Decimal, int]] = field(default_factory=list)
    reports: list[SyncReportedV1] = field(default_factory=list)
    last_version: int = 0
    first_day: date | None = None
    end: datetime | None = None
    placed: dict[str, int] = field(default_factory=dict)
    claims: dict[Scope, Standing] = field(default_factory=dict)
    exported_totals: dict[Key, Exported] = field(default_factory=dict)
    shown_totals: dict[Key, Decimal] = field(default_factory=dict)
    known_definitions: dict[str, Definition] = field(default_factory=dict)
    waiting_hours: dict[datetime, ExportedHours] = field(default_factory=dict)
    unread: dict[str, dict[date, datetime]] = field(default_factory=dict)
    unsure: set[Key] = field(default_factory=set)
    die_at_publish: int | None = None
    earlier: dict[Key, Earlier] = field(default_factory=dict)
    observed: dict[Key, datetime] = field(default_factory=dict)
    numbers: count[int] = field(default_factory=count)

    def deps(self) -> Deps:
        return Deps(source=self, memory=self, turn=self, clock=lambda: self.now, plan=self.plan, recent=self.recent)

    def happen(
        self,
        account: str,
        quantity: int,
        at: datetime,
        uploaded: datetime | None = None,
        uuid: str | None = None,
        **more: Any,
    ) -> None:
        self.events.append(Upload(uuid or f"e{next(self.numbers)}", at, uploaded or at, account, quantity, **more))

    # Amplitude.
    async def export(self, hours: Hours, tally: Tally) -> None:
        if self.down:
            raise SourceUnavailable(self.down)
        self.exports.append(hours)
        if len(hours) > self.export_hours_max:
            raise TooMuchAtOnce("too much")
        for event in self.events:
            if hours.start <= event.uploaded < hours.end and (event.shows_at or event.uploaded) <= self.now:
                if event.in_export == "garbled":
                    tally.add_garbled(event.uuid.encode(), "not JSON", None, "")
                    continue
                named = [event.account] if event.in_export == "list" else event.account
                properties = {"account_id": named, "quantity": event.quantity}
                at, uploaded = (f"{one:%Y-%m-%d %H:%M:%S.%f}" for one in (event.at, event.uploaded))
                at = "soon" if event.in_export == "timeless" else at
                tally.add(event.event_type, at, event.uuid, properties, uploaded=uploaded if event.dated else "")
        if tally.full:
            raise TooMuchAtOnce("more than is held at once")

    async def sums(self, metric: Metric, days: Sequence[date], accounts: Sequence[str] | None, limit: int) -> Sums:
        if self.down:
            raise SourceUnavailable(self.down)
        if (accounts is not None and len(accounts) > self.names_max) or metric.name in self.refused:
            raise QuestionRefused("HTTP 400: Invalid chart definition")
        self.questions.append((metric.name, None if accounts is None else tuple(accounts)))
        self.asked_days.append((metric.name, days[0], days[-1]))
        buckets = metric.buckets(days)
        as_of = self.computed_at or self.now
        unique = {event.uuid: event for event in self.events if event.uploaded <= as_of and event.account != ABSENT}
        found: dict[str, list[Decimal]] = {}
        users: set[tuple[str, date, str]] = set()
        for event in unique.values():
            wanted = accounts is None or event.account in accounts
            if wanted and event.event_type == metric.event_type and event.at.date() in days:
                [bucket] = metric.buckets([event.at.date()])
                row = found.setdefault(event.account, [Decimal(0)] * len(buckets))
                if metric.measure == "sums":
                    row[buckets.index(bucket)] += event.quantity
                elif (event.account, bucket, event.user) not in users:
                    users.add((event.account, bucket, event.user))
                    row[buckets.index(bucket)] += 1
        top = dict(sorted(found.items(), key=lambda item: -sum(item[1]))[:limit])
        rows = {account: tuple(row) for account, row in top.items()}
        return Sums(rows, len(rows), self.incomplete, as_of).in_units_of(metric)

    # The turn.
    async def version(self) -> int:
        self.last_version += 1
        return self.last_version

    async def publish(
        self,
        totals: Totals,
        *,
        version: int,
        observed_at: datetime,
        step: Step,
        earlier: Arrivals = MappingProxyType({}),
    ) -> int:
        self.earlier |= earlier
        self.observed |= dict.fromkeys(totals, observed_at)
        self.unsure |= set(totals)
        self.sent += [(key, quantity, version) for key, quantity in totals.items()]
        if self.die_at_publish is not None:
            self.die_at_publish -= 1
            if self.die_at_publish < 0:
                self.die_at_publish = None
                raise ConnectionError("killed between publishing and committing")
        self.unsure -= set(totals)
        self.shown_totals |= totals
        self.exported_totals |= step.exported
        self.end = step.export_end or self.end
        self.placed |= step.placed
        for name in step.forgotten:
            self.claims = {scope: one for scope, one in self.claims.items() if scope[0] != name}
            self.unread.pop(name, None)
            self.exported_totals = {key: n for key, n in self.exported_totals.items() if key.metric != name}
        if step.exported_hours is not None:
            self.waiting_hours[step.exported_hours.hours.start] = step.exported_hours
        if step.settled_hours is not None:
            del self.waiting_hours[step.settled_hours.hours.start]
        self.unread = together(self.unread, step.unread)
        self.known_definitions |= step.definitions
        self.claims |= step.standings
        return len(totals)

    async def report(self, event: Event) -> None:
        assert isinstance(event, SyncReportedV1)
        self.reports.append(event)

    async def offsets(self) -> dict[str, dict[str, int]]:
        return {}

    # The memory.
    async def history_from(self, proposed: date) -> date:
        self.first_day = self.first_day or proposed
        return self.first_day

    async def export_end(self) -> datetime | None:
        return self.end

    async def exported_hours(self) -> list[Hours]:
        return [one.hours for _, one in sorted(self.waiting_hours.items())]

    async def event_ids(self, hours: Hours) -> frozenset[int]:
        return frozenset(self.waiting_hours[hours.start].event_ids)

    async def partitions(self) -> dict[str, int]:
        return dict(self.placed)

    async def unread_days(self) -> Unread:
        return self.unread

    async def definitions(self) -> dict[str, Definition]:
        return dict(self.known_definitions)

    async def standings(self) -> dict[Scope, Standing]:
        return dict(self.claims)

    async def kept(self, keys: Sequence[Key]) -> dict[Key, Kept]:
        known = self.exported_totals.keys() | self.shown_totals.keys() | self.unsure
        return {key: self._kept(key) for key in keys if key in known}

    async def kept_between(
        self, metric: str, first: date, last: date, accounts: Sequence[str] | None
    ) -> dict[Key, Kept]:
        known = self.shown_totals.keys() | self.unsure
        return {
            key: self._kept(key)
            for key in known
            if key.metric == metric and first <= key.day <= last and (accounts is None or key.account in accounts)
        }

    def _kept(self, key: Key) -> Kept:
        shown = None if key in self.unsure else self.shown_totals.get(key, Decimal(0))
        total, since = self.exported_totals.get(key, Exported(Decimal(0)))
        return Kept(total, shown, since)

    def on_the_bus(self) -> Mapping[Key, Decimal]:
        """What a consumer knows: the highest version of each key."""
        latest: dict[Key, tuple[int, Decimal]] = {}
        for key, quantity, version in self.sent:
            if key not in latest or latest[key][0] < version:
                latest[key] = (version, quantity)
        return {key: quantity for key, (_, quantity) in latest.items() if quantity != 0}

    def truth(self, as_of: datetime) -> Mapping[Key, Decimal]:
        """What really was used, as Amplitude had it at an instant."""
        totals: dict[Key, Decimal] = {}
        for event in {event.uuid: event for event in self.events if event.uploaded <= as_of}.values():
            key = Key("api_calls", event.at.date(), event.account)
            totals[key] = totals.get(key, Decimal(0)) + event.quantity
        return {key: quantity for key, quantity in totals.items() if quantity != 0}


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture(scope="session")
def new_world() -> type[World]:
    """Worlds for tests that run many examples."""
    return World
