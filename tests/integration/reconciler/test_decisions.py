"""Decisions on a real database: dirt, revisions, announcements, watermarks, rechecks, replicas, replays."""

from __future__ import annotations

import asyncio
import json
from datetime import date, timedelta
from typing import Any

import pytest
from tests.integration.reconciler.world import NOW, System, bucket, facts, invoice, reports

from reconciler.adapters.decisions import LOADING_PAUSE, LOADING_PAUSE_EACH
from reconciler.domain.policy import Policy
from reconciler.domain.reconcile import reconcile
from reconciler.usecases import decide
from reconciler.usecases.count import count_reports
from reconciler.usecases.decide import decide_some, decide_these
from reconciler.usecases.replay import replay
from trueup_contracts.accounts import AccountReconciledV1
from trueup_contracts.syncs import Gap, SyncReportedV1

WATERMARK = "SELECT as_of FROM read_model.watermarks WHERE key = 'quickbooks|documents'"


async def prepared(system: System, accounts: int = 3) -> System:
    await system.feed([*facts(accounts), *reports()])
    await system.settle()
    await system.admin.execute("DELETE FROM reconciler.outbox")
    return system


async def announced(system: System) -> list[dict[str, Any]]:
    rows = await system.admin.fetch(
        "SELECT value FROM reconciler.outbox WHERE topic = $1 ORDER BY id", AccountReconciledV1.topic
    )
    return [json.loads(row["value"]) for row in rows]


async def test_a_changed_account_is_announced_once_with_what_changed(system: System) -> None:
    await prepared(system)
    before = (await system.row("c1"))["revision"]
    await system.feed([invoice(1, 11, 9_999, version=3)])
    await system.settle()
    [event] = await announced(system)
    assert (event["client_id"], event["version"]) == ("c1", before + 1)
    assert event["changed"] == ["invoices", "variance"]
    assert (await system.row("c1"))["band"] == "over_billed"


async def test_an_unchanged_account_keeps_its_revision_but_not_its_instant(system: System) -> None:
    await prepared(system)
    before = await system.row("c1")
    system.now = NOW + timedelta(minutes=1)
    await system.feed([bucket(1, date(2026, 10, 1), 100, version=99)])
    former = await system.value(
        "SELECT quantity::int FROM reconciler.usage WHERE ref = 'amplitude:a1' AND version = 99"
    )
    assert former == 100
    await system.feed([bucket(1, date(2026, 10, 1), 100 + 92 % 3, version=100)])
    assert await system.settle() == 1
    assert (await system.row("c1"))["revision"] == before["revision"]
    assert await announced(system) == []
    instant = await system.value("SELECT reconciled_at FROM read_model.accounts WHERE client_id = 'c1'")
    assert instant == system.now


async def test_dirt_that_grew_during_a_decision_stays(system: System) -> None:
    await prepared(system)
    await system.feed([bucket(1, date(2026, 11, 2), 500, version=9)])
    late = system.log.append(bucket(1, date(2026, 11, 2), 900, version=10))

    class Meanwhile:
        """Delivers a fact, and lets it reach its account, between reading and writing."""

        def __init__(self, claim: Any) -> None:
            self._claim = claim
            self.client_ids = claim.client_ids

        async def load(self) -> Any:
            found = await self._claim.load()
            await system.deliver([late])
            await system.decisions.spread(NOW)
            return found

        async def write(self, *args: Any, **more: Any) -> Any:
            return await self._claim.write(*args, **more)

    await system.decisions.spread(NOW)
    async with system.decisions.claim(40, now=NOW) as claim:
        await decide._decide(Meanwhile(claim), Policy(), lambda: NOW, quiet=False)
    assert await system.value("SELECT count(*) FROM reconciler.dirty_accounts") == 1
    await system.settle()
    assert await system.value("SELECT count(*) FROM reconciler.dirty_accounts") == 0
    november = (await system.row("c1"))["payload"]["reconciliations"][0]
    usual = sum(100 + offset % 3 for offset in range(123, 146) if offset != 124)
    assert november["receipt"]["expected"][0]["quantity"] == str(usual + 900)


async def test_a_crash_before_the_commit_changes_nothing(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    await prepared(system)
    await system.feed([invoice(1, 11, 9_999, version=3)])
    before = await system.state()

    async def crash(*_: object, **__: object) -> None:
        raise ConnectionResetError("gone")

    with monkeypatch.context() as patch:
        patch.setattr("trueup_kit.outbox.append", crash)
        with pytest.raises(ConnectionResetError):
            await decide_some(system.decisions, Policy(), lambda: NOW, limit=40)
    assert (await system.state())["accounts"] == before["accounts"]
    assert await system.settle() == 1
    assert len(await announced(system)) == 1


async def test_replicas_never_decide_one_account_at_once(system: System) -> None:
    await system.feed([*facts(12), *reports()])
    await asyncio.gather(*(system.settle() for _ in range(3)))
    together = await system.state()
    events = await announced(system)
    seen = [(event["client_id"], event["version"]) for event in events]
    assert len(seen) == len(set(seen))
    await system.forget()
    await system.feed([*facts(12), *reports()])
    await system.settle()
    assert await system.state() == together


async def test_an_account_that_cannot_be_decided_does_not_hold_up_the_others(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    await prepared(system)
    real = reconcile

    def broken(snapshot: Any, policy: Any, now: Any) -> Any:
        if snapshot.account.client_id == "c1":
            raise ZeroDivisionError("a bug")
        return real(snapshot, policy, now)

    later = NOW + timedelta(minutes=5)
    with monkeypatch.context() as patch:
        patch.setattr(decide, "reconcile", broken)
        await system.feed([invoice(account, 11, 9_999, version=3) for account in range(3)])
        await system.feed(reports(version=2, as_of=later))
        await count_reports(system.scopes)
        done = await decide_some(system.decisions, Policy(), lambda: NOW, limit=40)
        assert [one.claimed.snapshot.account.client_id for one in done.failed] == ["c1"]
        await count_reports(system.scopes)
    assert (await system.row("c0"))["band"] == "over_billed"
    assert await system.value(WATERMARK) == later
    held = await system.value("SELECT held_watermarks FROM read_model.accounts WHERE client_id = 'c1'")
    assert {one["as_of"] for one in json.loads(held)} == {NOW.isoformat()}
    await system.admin.execute("UPDATE reconciler.dirty_accounts SET retry_at = NULL")
    await system.settle()
    assert (await system.row("c1"))["band"] == "over_billed"
    assert await system.value("SELECT count(*) FROM read_model.accounts WHERE held_watermarks IS NOT NULL") == 0


async def test_a_retired_scope_leaves_no_watermark_and_the_account_that_needs_it_says_so(system: System) -> None:
    await prepared(system)
    [_, _, usage] = reports(version=2)
    assert isinstance(usage, SyncReportedV1)
    await system.feed([usage.model_copy(update={"complete": False, "retired": True, "coverage": []})])
    system.now = NOW + timedelta(hours=1)
    assert await system.settle() > 0
    keys = await system.value("SELECT array_agg(key ORDER BY key) FROM read_model.watermarks")
    assert keys == ["quickbooks|documents", "stripe|billing"]
    reasons = (await system.row("c1"))["payload"]["reconciliations"][0]["reasons"]
    assert [reason["code"] for reason in reasons] == ["never_complete"]
    assert await system.value("SELECT state FROM read_model.sources WHERE source = 'amplitude'") == "never"


async def test_a_watermark_is_never_newer_than_the_decisions(system: System) -> None:
    await prepared(system)
    later = NOW + timedelta(minutes=5)
    [moved] = await system.feed([invoice(1, 11, 9_999, version=3)])
    await system.feed(reports(version=2, as_of=later, offsets={moved.topic: {str(moved.partition): moved.offset}}))
    for _ in range(3):
        await count_reports(system.scopes)
    assert await system.value(WATERMARK) == NOW
    await decide_some(system.decisions, Policy(), lambda: later, limit=40)
    await count_reports(system.scopes)
    assert await system.value(WATERMARK) == later


async def test_completeness_does_not_overtake_the_facts(system: System) -> None:
    await system.feed(facts(1))
    ahead = {topic: {str(partition): end} for (topic, partition), end in system.log.ends.items()}
    await system.feed(reports(offsets={topic: ends for topic, ends in ahead.items() if "invoices" in topic}))
    await system.settle()
    assert (await system.row("c0"))["band"] == "cannot_judge"
    await system.feed([invoice(0, 11, 3_100, version=9)])
    await system.admin.execute("UPDATE reconciler.fences SET next_offset = next_offset + 1")
    await system.settle()
    assert (await system.row("c0"))["band"] == "within_tolerance"


async def test_a_step_of_the_watermark_decides_nobody(system: System) -> None:
    await prepared(system)
    await system.feed(reports(version=2, as_of=NOW + timedelta(minutes=1)))
    assert await system.settle() == 0
    assert await system.value(WATERMARK) == NOW + timedelta(minutes=1)


async def test_a_gap_reaches_the_account_that_it_names(system: System) -> None:
    await prepared(system)
    gapped = SyncReportedV1(
        version=2,
        source="quickbooks",
        scope="documents",
        started_at=NOW,
        finished_at=NOW,
        as_of=NOW,
        complete=True,
        gaps=[Gap(ref="quickbooks:1", reason="unreadable_document")],
    )
    await system.feed([gapped])
    assert await system.settle() == 1
    assert (await system.row("c1"))["item"]["status"] is None
    assert (await system.row("c2"))["item"]["status"] == "paid"


async def test_what_falls_due_is_decided_without_any_fact(system: System) -> None:
    await system.feed([*facts(1), invoice(0, 11, 3_100, version=3, balance_minor=3_100, due_on=date(2026, 11, 23))])
    await system.feed(reports())
    await system.settle()
    assert (await system.row("c0"))["item"]["status"] == "pending"
    system.now = NOW + timedelta(hours=12)
    assert await system.settle() == 1
    assert (await system.row("c0"))["item"]["status"] == "overdue"
    system.now = NOW + timedelta(hours=25)
    await system.settle()
    assert {reason["code"] for reason in (await system.row("c0"))["item"]["variance"]["reasons"]} == {"stale"}


async def test_a_source_that_is_back_after_more_than_a_day_is_judged_upon_at_once(system: System) -> None:
    await system.feed([*facts(1), *reports()])
    await system.settle()
    system.now = NOW + timedelta(hours=25)
    ledger, *others = reports(version=2, as_of=system.now)
    await system.feed(others)
    await system.settle()
    assert {reason["code"] for reason in (await system.row("c0"))["item"]["variance"]["reasons"]} == {"stale"}
    await system.feed([ledger])
    await system.settle()
    row = await system.row("c0")
    assert (row["item"]["variance"]["reasons"], row["source_state"]) == ([], "ok")


async def test_a_replay_of_the_same_facts_says_nothing(system: System) -> None:
    await prepared(system)
    entries = await system.value("SELECT count(*) FROM read_model.timeline")
    before = await system.state()
    done = await decide_these(system.decisions, Policy(), lambda: NOW, ["c0", "c1", "c2"], quiet=True)
    assert (done.decided, done.changed) == (3, 0)
    assert await system.state() == before
    assert await system.value("SELECT count(*) FROM read_model.timeline") == entries
    assert await announced(system) == []


async def test_while_a_source_was_never_complete_accounts_are_decided_now_and_then(system: System) -> None:
    *others, usage = reports()
    events = facts(2)
    await system.feed([*events, *others])
    assert await system.settle() == 2
    pause = LOADING_PAUSE + 2 * LOADING_PAUSE_EACH

    async def decided(version: int, later: timedelta) -> int:
        await system.feed([invoice(0, 11, 9_000 + version, version=version)])
        return (await decide_some(system.decisions, Policy(), lambda: NOW + later, limit=10)).decided

    assert await decided(3, pause - timedelta(milliseconds=1)) == 0
    assert await decided(4, pause) == 1
    assert await decided(5, pause + timedelta(seconds=1)) == 0
    await system.feed([usage])
    await count_reports(system.scopes)
    assert await decided(6, pause + timedelta(seconds=2)) == 2


async def test_a_replay_leaves_an_account_with_new_facts_to_the_loop_that_tells_of_them(system: System) -> None:
    await prepared(system)
    entries = await system.value("SELECT count(*) FROM read_model.timeline")
    await system.feed([invoice(0, 11, 9_999, version=3)])
    await system.decisions.spread(NOW)
    rounds = [one async for one in replay(system.decisions, Policy(), lambda: NOW, ["c0", "c1", "c2"], batch=2)]
    assert [(one.decided, one.changed) for one in rounds] == [(1, 0), (1, 0)]
    assert await system.settle() == 1
    assert await system.value("SELECT count(*) FROM read_model.timeline") > entries


async def test_a_replay_under_other_rules_changes_the_rows_and_not_the_timeline(system: System) -> None:
    await prepared(system)
    entries = await system.value("SELECT count(*) FROM read_model.timeline")
    strict = Policy(version=2, tolerance_percent=0, auto_resolve_below_percent=0)
    done = [one async for one in replay(system.decisions, strict, lambda: NOW, ["c0", "c1", "c2"], batch=40)]
    assert done[0].changed == 3
    assert (await system.row("c1"))["band"] == "over_billed"
    assert await system.value("SELECT count(*) FROM read_model.timeline") == entries


async def test_versions_of_an_ended_month_are_kept(system: System) -> None:
    await prepared(system)
    await system.feed([invoice(1, 11, 9_999, version=3)])
    await system.settle()
    rows = await system.admin.fetch(
        """SELECT version, current, band FROM read_model.reconciliations
           WHERE client_id = 'c1' AND period_start = '2026-10-01' ORDER BY version"""
    )
    assert [row["current"] for row in rows] == [False] * (len(rows) - 1) + [True]
    assert rows[-1]["band"] == "over_billed"
    assert len(rows) >= 2


async def test_unlinked_customers_wait_and_leave_when_linked(system: System) -> None:
    from trueup_contracts.customers import CustomerObservedV1

    await prepared(system)
    stranger = {"ref": "stripe:cus_9", "observed_at": NOW, "name": "Nobody"}
    await system.feed([CustomerObservedV1(version=1, **stranger)])
    await system.settle()
    assert await system.value("SELECT name FROM read_model.unlinked_customers WHERE ref = 'stripe:cus_9'") == "Nobody"
    await system.feed([CustomerObservedV1(version=2, link_keys={"client_id": "c2"}, **stranger)])
    await system.settle()
    assert await system.value("SELECT count(*) FROM read_model.unlinked_customers") == 0
    assert "stripe:cus_9" in {ref["ref"] for ref in (await system.row("c2"))["payload"]["refs"]}


async def test_the_banner_tells_each_source(system: System) -> None:
    await prepared(system)
    rows = await system.admin.fetch("SELECT source, state, as_of FROM read_model.sources ORDER BY source")
    assert [(row["source"], row["state"]) for row in rows] == [
        ("amplitude", "ok"),
        ("quickbooks", "ok"),
        ("stripe", "ok"),
    ]
