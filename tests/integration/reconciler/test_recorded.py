"""People's decisions as facts: applied once, whatever is repeated or out of order, on PostgreSQL and over Kafka."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest
from tests.integration.reconciler.test_bus import Flaky, consuming, fences_reach, publish, publishing, until
from tests.integration.reconciler.world import NOW, System, facts, invoice, reports

from trueup_contracts.decisions import DecisionRecordedV1, Figures
from trueup_contracts.envelope import Event

LINES = "SELECT string_agg(payload ->> 'after', ' ' ORDER BY occurred_at, entry_id) FROM read_model.timeline WHERE kind = 'decision'"
KEPT = "SELECT string_agg(decision_id || ':' || version, ' ' ORDER BY decision_id) FROM reconciler.recorded"
OCTOBER = date(2026, 10, 1)


def decided(version: int, kind: Any = "resolve", *, account: int = 1, billed: int = 3_300, **more: Any) -> Event:
    """What Ana decided about October: 31 days of calls worth 31.32, billed with 33.00."""
    given: dict[str, Any] = {
        "decision_id": f"dc_{version}",
        "period_start": OCTOBER,
        "figures": Figures(
            currency="USD", expected_minor=3_132, billed_minor=billed, band="over_billed", policy_version=1
        ),
    } | more
    return DecisionRecordedV1(
        version=version,
        client_id=f"c{account}",
        kind=kind,
        revision=1,
        decided_by="ana",
        decided_by_name="Ana Lima",
        decided_at=NOW + timedelta(seconds=version),
        **given,
    )


STORY = [decided(2, "snooze"), decided(3), decided(4, "undo", undoes="dc_3"), decided(5, "review")]


async def month(system: System, account: int = 1) -> dict[str, Any]:
    payload = (await system.row(f"c{account}"))["payload"]
    return next(each for each in payload["reconciliations"] if each["period"]["start"] == "2026-10-01")


@pytest.fixture
async def settled(system: System) -> System:
    """Four accounts, decided; October of the second one is billed 5.36 % too much."""
    await system.feed([*facts(), *reports()])
    await system.settle()
    found = await month(system)
    assert (found["expected_minor"], found["billed_minor"], found["band"]) == (3_132, 3_300, "over_billed")
    return system


async def test_a_decision_changes_the_row_and_names_itself(settled: System) -> None:
    before = await settled.row("c1")
    await settled.feed([decided(2, reason="credit agreed")])
    assert await settled.settle() == 1
    row, found = await settled.row("c1"), await month(settled)
    assert row["revision"] == before["revision"] + 1
    assert row["payload"]["decision_ids"] == ["dc_2"]
    assert (found["mark"], found["handling"]["state"]) == ("resolved", "resolved")
    assert found["handling"]["decision"]["reason"] == "credit agreed"
    flags = "SELECT flagged FROM read_model.reconciliations WHERE client_id = 'c1' AND period_start = $1 AND current"
    assert await settled.value(flags, OCTOBER) is False


async def test_a_story_repeated_and_shuffled_ends_the_same(settled: System) -> None:
    await settled.feed(STORY)
    await settled.settle()
    expected, kept, lines = await month(settled), await settled.value(KEPT), await settled.value(LINES)
    assert (expected["mark"], lines) == ("reviewed", "snooze resolve undo review")
    for seed, size in ((1, 1), (2, 3), (3, 10)):
        await settled.admin.execute("TRUNCATE reconciler.recorded")
        told = [*STORY, *STORY]
        random.Random(seed).shuffle(told)
        await settled.feed(told, batch=size)
        await settled.settle()
        assert (await settled.value(KEPT), await settled.value(LINES)) == (kept, lines)
        assert await month(settled) == expected


async def test_a_repeated_decision_is_no_news(settled: System) -> None:
    await settled.feed([decided(2)])
    await settled.settle()
    revision = (await settled.row("c1"))["revision"]
    await settled.feed([decided(2)])
    assert await settled.settle() == 0
    assert (await settled.row("c1"))["revision"] == revision


async def test_late_facts_move_a_signed_off_month_and_both_figures_are_kept(settled: System) -> None:
    await settled.feed([decided(2, "sign_off")])
    await settled.settle()
    assert (await month(settled))["mark"] == "signed_off"
    await settled.feed([invoice(1, 11, 4_000, version=3)])
    await settled.settle()
    found = await month(settled)
    assert (found["mark"], found["billed_minor"], found["sign_off"]["billed_minor"]) == ("changed", 4_000, 3_300)
    title = "SELECT payload ->> 'title' FROM read_model.timeline WHERE kind = 'decision_lapsed'"
    assert await settled.value(title) == "October 2026: changed since Ana Lima signed it off"


async def test_a_snooze_that_ends_is_looked_at_without_a_fact(settled: System) -> None:
    await settled.feed([decided(2, "snooze", until=NOW.date() + timedelta(days=1))])
    await settled.settle()
    assert (await month(settled))["mark"] == "snoozed"
    settled.now = NOW + timedelta(days=1)
    await settled.settle()
    found = await month(settled)
    assert (found["mark"], found["handling"]["ended"]) == (None, "snooze_over")


async def test_a_decision_about_an_account_that_is_not_there_yet_waits_and_holds_up_nothing(system: System) -> None:
    await system.feed([decided(2)])
    assert await system.value("SELECT count(*) FROM reconciler.dirty_accounts") == 0
    await system.feed([*facts(2), *reports()])
    await system.settle()
    assert (await month(system))["mark"] == "resolved"


async def test_crashes_repeats_and_disorder_on_kafka_change_nothing(system: System, topics: str) -> None:
    world = [*facts(2), *reports()]
    await system.feed([*world, *STORY])
    await system.settle()
    expected, kept = await system.state(), await system.value(KEPT)
    await system.forget()
    turn = random.Random(11)
    flaky = Flaky(system.facts, lambda _: turn.random() < 0.25)
    told = [*STORY, *STORY]
    turn.shuffle(told)
    async with publishing(topics) as producer, consuming(topics, flaky, records=2000):
        ends = await publish(producer, told[:4])
        for some in (world, told[4:]):
            ends |= {place: max(end, ends.get(place, 0)) for place, end in (await publish(producer, some)).items()}
        await until(lambda: fences_reach(system, ends), what="all facts stored")
    assert flaky.crashes > 0
    await system.settle()
    assert (await system.state(), await system.value(KEPT)) == (expected, kept)
    assert await system.value(LINES) == "snooze resolve undo review"
