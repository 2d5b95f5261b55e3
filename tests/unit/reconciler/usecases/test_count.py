"""Completeness never overtakes the facts, and watermarks never overtake the decisions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from reconciler.ports import wire
from reconciler.ports.scopes import Dirt, ScopeRecord, ScopeTurn, SourceLine
from reconciler.usecases.count import absorb, banner_line, count_reports, has_arrived, touched

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TOPIC = "trueup.invoices.observed.v1"


def report(version: int = 1, **more: Any) -> wire.Sync:
    given: dict[str, Any] = {
        "source": "quickbooks",
        "scope": "documents",
        "started_at": NOON,
        "finished_at": NOON,
        "as_of": NOON,
        "complete": True,
    } | more
    return wire.Sync(version=version, **given)


@dataclass
class FakeScopes:
    """A store in memory that writes down what it is told."""

    reports: list[wire.Sync] = field(default_factory=list)
    fence: dict[str, dict[int, int]] = field(default_factory=dict)
    saved: dict[str, ScopeRecord] = field(default_factory=dict)
    dirt: list[Dirt] = field(default_factory=list)
    oldest: int | None = None
    seq: int = 100
    shown: list[int] = field(default_factory=list)
    lines: list[SourceLine] = field(default_factory=list)
    busy: bool = False

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[ScopeTurn | None]:
        yield None if self.busy else self

    async def waiting(self) -> Sequence[wire.Sync]:
        return sorted(self.reports, key=lambda one: one.version)

    async def fences(self) -> Mapping[str, Mapping[int, int]]:
        return self.fence

    async def records(self) -> Mapping[str, ScopeRecord]:
        return self.saved

    async def wide_dead_letters(self) -> frozenset[str]:
        return frozenset()

    async def save(self, records: Sequence[ScopeRecord], dirt: Dirt) -> None:
        self.saved |= {record.key: record for record in records}
        self.dirt.append(dirt)
        absorbed = {record.key: record.latest.version for record in records}
        self.reports = [one for one in self.reports if one.version > absorbed.get(f"{one.source}|{one.scope}", 0)]

    async def oldest_dirt(self) -> int | None:
        return self.oldest

    async def next_seq(self) -> int:
        self.seq += 1
        return self.seq

    async def show(self, records: Sequence[ScopeRecord]) -> None:
        self.shown += [record.gate.version for record in records if record.gate]

    async def banner(self, lines: Sequence[SourceLine]) -> None:
        self.lines = list(lines)

    @property
    def documents(self) -> ScopeRecord | None:
        return self.saved.get("quickbooks|documents")


def test_a_report_has_arrived_once_every_fence_has_passed_it() -> None:
    one = report(offsets={TOPIC: {"0": 5, "3": 7}})
    assert not has_arrived(one, {})
    assert not has_arrived(one, {TOPIC: {0: 6, 3: 7}})
    assert has_arrived(one, {TOPIC: {0: 6, 3: 8}})
    assert has_arrived(report(), {})


async def test_a_report_waits_and_the_former_one_stays_in_force() -> None:
    store = FakeScopes([report(1)])
    await count_reports(store)
    store.reports.append(report(2, as_of=NOON + timedelta(minutes=1), offsets={TOPIC: {"0": 5}}))
    await count_reports(store)
    assert store.documents is not None
    assert store.documents.complete == report(1)
    store.fence = {TOPIC: {0: 6}}
    await count_reports(store)
    assert store.documents is not None
    assert store.documents.complete is not None
    assert store.documents.complete.version == 2
    assert store.reports == []


async def test_a_watermark_shows_only_when_older_dirt_is_decided() -> None:
    store = FakeScopes([report(1)], oldest=50)
    await count_reports(store)
    store.reports.append(report(2))
    await count_reports(store)
    await count_reports(store)
    assert store.shown == [1]
    store.oldest = 102
    await count_reports(store)
    assert store.shown == [1, 2]


async def test_the_first_watermark_of_a_scope_shows_with_the_report_whatever_else_is_dirty() -> None:
    """Whoever names the scope was decided with that report; an account that has moved to it would name no instant."""
    store = FakeScopes([report(1, complete=False, reason="never_complete", as_of=None)], oldest=50)
    await count_reports(store)
    assert store.shown == []
    store.reports.append(report(2))
    await count_reports(store)
    assert store.shown == [2]
    assert store.documents is not None
    assert (store.documents.shown_version, store.documents.gate) == (2, None)


async def test_a_gate_is_not_moved_by_later_reports_so_it_cannot_starve() -> None:
    store = FakeScopes([report(1)], oldest=50)
    for version in (2, 3):
        await count_reports(store)
        store.reports.append(report(version))
    await count_reports(store)
    assert store.documents is not None
    assert store.documents.gate is not None
    assert store.documents.gate.version == 2
    store.oldest = None
    await count_reports(store)
    await count_reports(store)
    assert store.shown == [1, 2, 3]


async def test_only_one_counts_at_a_time() -> None:
    store = FakeScopes([report(1)], busy=True)
    assert not await count_reports(store)
    assert store.saved == {}


def record(one: wire.Sync, former: ScopeRecord | None = None) -> ScopeRecord:
    return absorb(former, one)


def test_a_failed_pull_keeps_what_was_complete() -> None:
    good = record(report(1))
    failed = record(report(2, complete=False, reason="provider_error"), good)
    assert (failed.complete, failed.holes) == (good.complete, good.holes)
    assert touched(good, failed) == Dirt()
    holed = record(report(3, complete=False, reason="truncated"), failed)
    assert holed.complete == good.complete
    assert holed.holes is not None
    assert touched(failed, holed) == Dirt(sources=frozenset({"quickbooks"}))


def test_a_mere_step_of_the_watermark_concerns_nobody() -> None:
    good = record(report(1))
    assert touched(good, record(report(2, as_of=NOON + timedelta(hours=1)), good)) == Dirt()


def test_a_source_that_was_away_for_a_day_concerns_everybody() -> None:
    good = record(report(1))
    nearly = record(report(2, as_of=NOON + timedelta(hours=23, minutes=59)), good)
    assert touched(good, nearly) == Dirt(sources=frozenset({"quickbooks"})), "it counted a little later"
    assert touched(nearly, record(report(3, as_of=NOON + timedelta(hours=25)), nearly)) == Dirt()


async def test_many_reports_that_waited_together_are_one_long_step() -> None:
    store = FakeScopes([report(1)])
    await count_reports(store)
    store.reports = [report(2 + hour, as_of=NOON + timedelta(hours=hour)) for hour in range(1, 26)]
    store.dirt.clear()
    await count_reports(store)
    assert store.dirt[0] == Dirt(sources=frozenset({"quickbooks"}))


def test_the_first_complete_report_concerns_everybody() -> None:
    assert touched(None, record(report(1))) == Dirt(sources=frozenset({"quickbooks"}))
    asked = report(1, refs=["amplitude:1"], source="amplitude", scope="usage|api_calls|0")
    assert touched(None, record(asked)) == Dirt(refs=frozenset({"amplitude:1"}))


def test_a_day_that_closes_concerns_everybody() -> None:
    def covering(version: int, as_of: datetime) -> wire.Sync:
        part = wire.Coverage(from_day=date(2026, 5, 1), as_of=as_of)
        return report(version, coverage=[part], source="amplitude", scope="usage|api_calls|0")

    before = record(covering(1, NOON))
    assert touched(before, record(covering(2, NOON + timedelta(hours=11)), before)) == Dirt()
    after = record(covering(3, NOON + timedelta(hours=13)), before)
    assert touched(before, after) == Dirt(sources=frozenset({"amplitude"}))


def test_a_day_closes_by_the_clock_of_the_source() -> None:
    def covering(version: int, as_of: datetime) -> wire.Sync:
        part = wire.Coverage(from_day=date(2026, 5, 1), as_of=as_of, time_zone="America/Los_Angeles")
        return report(version, coverage=[part], source="amplitude", scope="usage|api_calls|0")

    before = record(covering(1, NOON))
    assert touched(before, record(covering(2, NOON + timedelta(hours=19)), before)) == Dirt()
    after = record(covering(3, NOON + timedelta(hours=21)), before)
    assert touched(before, after) == Dirt(sources=frozenset({"amplitude"}))


async def test_a_retired_scope_is_no_longer_waited_for() -> None:
    store = FakeScopes([report(1), report(1, scope="former")])
    await count_reports(store)
    await count_reports(store)
    store.reports = [report(3, scope="former", complete=False, retired=True), report(2, scope="former")]
    store.fence = {TOPIC: {0: 6}}
    for _ in range(3):
        await count_reports(store)
    former = store.saved["quickbooks|former"]
    assert (former.complete, former.holes, former.gate, store.shown.count(3)) == (None, None, None, 1)
    assert store.dirt[-4:].count(Dirt(sources=frozenset({"quickbooks"}))) == 1, "whoever rested on it"
    [line] = [one for one in store.lines if one.source == "quickbooks"]
    assert (line.state, line.scopes, line.incomplete_scopes) == ("ok", 1, 0)
    store.reports = [report(4, scope="former")]
    await count_reports(store)
    assert store.saved["quickbooks|former"].complete == report(4, scope="former"), "it came back"


def test_gaps_concern_whom_they_name() -> None:
    good = record(report(1))
    gapped = record(report(2, gaps=[wire.Gap(ref="quickbooks:9", reason="unreadable_document")]), good)
    assert touched(good, gapped) == Dirt(refs=frozenset({"quickbooks:9"}))
    assert touched(gapped, record(report(3), gapped)) == Dirt(refs=frozenset({"quickbooks:9"}))


def test_another_gap_of_the_same_customer_concerns_it_again() -> None:
    def gapped(version: int, detail: str) -> wire.Sync:
        gap = wire.Gap(ref="quickbooks:9", reason="unreadable_document", detail=detail)
        return report(version, gaps=[gap, wire.Gap(ref="quickbooks:8", reason="unreadable_document")])

    one = absorb(None, gapped(1, "one (id 5)"))
    assert touched(one, absorb(one, gapped(2, "one (id 5)"))) == Dirt()
    assert touched(one, absorb(one, gapped(2, "2 objects (id 5 to 6)"))) == Dirt(refs=frozenset({"quickbooks:9"}))


def test_the_banner_tells_what_is_wrong() -> None:
    good = record(report(1))
    assert banner_line("quickbooks", [], False).state == "never"
    assert banner_line("quickbooks", [good], False).state == "ok"
    assert banner_line("quickbooks", [good], True).state == "partial"
    failed = record(report(2, complete=False, reason="provider_error", error="HTTP 503"), good)
    line = banner_line("quickbooks", [failed], False)
    assert (line.state, line.reason, line.error, line.as_of) == ("failing", "provider_error", "HTTP 503", NOON)
    shaky = record(report(2, reason="provider_errors", error="9 of 90 calls failed"))
    line = banner_line("quickbooks", [shaky], False)
    assert (line.state, line.reason, line.as_of) == ("failing", "provider_errors", NOON), "whole, and told to be shaky"
    never = record(report(1, complete=False, reason="never_complete", as_of=None))
    assert banner_line("quickbooks", [never], False).state == "never"


def test_reports_survive_their_own_storage() -> None:
    one = report(7, offsets={TOPIC: {"0": 1}}, refs=["quickbooks:1"])
    assert wire.decoder(wire.Sync).decode(msgspec.json.encode(one)) == one
