"""Facts on a real database: versions, fences, poison, two owners, moved documents."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta, timezone

import pytest
from tests.integration.reconciler.world import NOW, System, bucket, facts, invoice, reports, shuffled

from reconciler.ports.facts import Accepted, Poison, Stored
from reconciler.usecases.read import read
from trueup_contracts.usage import UsageObservedV1
from trueup_kit.consumer import Record

DAY = date(2026, 10, 1)
QUANTITY = "SELECT quantity::int FROM reconciler.usage WHERE ref = 'amplitude:a1' AND day = '2026-10-01'"


async def store(system: System, records: list[Record]) -> Stored:
    found = [read(record) for record in records]
    accepted = [one for one in found if isinstance(one, Accepted)]
    return await system.facts.store(records[0].topic, accepted, [one for one in found if isinstance(one, Poison)])


async def test_domain_rule_15_stale_version_does_not_overwrite(system: System) -> None:
    await system.feed([bucket(1, DAY, 50, version=5)])
    await system.feed([bucket(1, DAY, 10, version=4)])
    await system.feed([bucket(1, DAY, 11, version=5)])
    assert await system.value(QUANTITY) == 50
    await system.feed([bucket(1, DAY, 60, version=6)])
    assert await system.value(QUANTITY) == 60


async def test_domain_rule_13_a_bucket_replaces_its_former_value_at_every_poll(system: System) -> None:
    for version, quantity in enumerate((50, 50, 70, 65), start=1):
        await system.feed([bucket(1, DAY, quantity, version=version)])
        assert await system.value(QUANTITY) == quantity
    assert await system.value("SELECT count(*) FROM reconciler.usage") == 1


async def test_stale_version_dirties_nobody(system: System) -> None:
    await system.feed([bucket(1, DAY, 50, version=5)])
    await system.admin.execute("DELETE FROM reconciler.dirt")
    await system.feed([bucket(1, DAY, 10, version=4), bucket(1, DAY, 10, version=3)])
    assert await system.value("SELECT count(*) FROM reconciler.dirt") == 0


@pytest.mark.parametrize("size", [1, 10])
@pytest.mark.parametrize(
    "odd", ["", "a,b", "{NULL}", 'quo"ted\\', "NULL", "new\nline", "unit\x1fseparator", "größe 量"]
)
async def test_a_text_is_stored_as_it_came(system: System, odd: str, size: int) -> None:
    """A batch goes to the database as one text per column, which is split there."""
    offset = timezone(timedelta(hours=20))
    told = [
        bucket(1, date(2026, 10, day), day).model_copy(
            update={"metric": odd, "unit": odd, "time_zone": odd or "UTC", "observed_at": NOW.astimezone(offset)}
        )
        for day in range(1, size + 1)
    ]
    await system.feed([*told], batch=size)
    rows = await system.admin.fetch("SELECT * FROM reconciler.usage ORDER BY day")
    assert [
        (r["metric"], r["unit"], r["time_zone"], r["day"].day, int(r["quantity"]), r["observed_at"]) for r in rows
    ] == [(odd, odd, odd or "UTC", day, day, NOW) for day in range(1, size + 1)]


async def test_what_changed_is_noted_once_for_a_batch_and_spread_once(system: System) -> None:
    days = [date(2026, 10, day) for day in range(1, 6)]
    await system.feed([bucket(account, day, 1) for account in (1, 2) for day in days], batch=20)
    await system.feed([bucket(1, days[0], 2, version=2)])
    noted = await system.admin.fetch("SELECT refs FROM reconciler.dirt ORDER BY seq")
    assert [sorted(row["refs"]) for row in noted] == [["amplitude:a1", "amplitude:a2"], ["amplitude:a1"]]
    assert await system.decisions.spread(NOW) == 2
    assert await system.value("SELECT count(*) FROM reconciler.dirt") == 0


async def test_the_newest_of_one_batch_wins(system: System) -> None:
    await system.feed([bucket(1, DAY, quantity, version=quantity) for quantity in (3, 9, 1, 7)], batch=10)
    assert await system.value(QUANTITY) == 9


async def test_fence_drops_redelivered_records(system: System) -> None:
    records = [system.log.append(bucket(1, DAY, version, version=version)) for version in range(1, 6)]
    poison = system.log.append_raw(UsageObservedV1.topic, records[0].key, b"{")
    assert await store(system, [*records, poison]) == Stored(applied=1, dropped=0, diverted=1)
    assert await store(system, [*records, poison]) == Stored(applied=0, dropped=6, diverted=0)
    fresh = system.log.append(bucket(1, DAY, 6, version=6))
    assert await store(system, [*records[3:], poison, fresh]) == Stored(applied=1, dropped=3, diverted=0)
    assert await system.value("SELECT count(*) FROM reconciler.outbox") == 1


async def test_the_fence_compares_and_never_counts(system: System) -> None:
    """Compaction leaves gaps in the offsets."""
    first = system.log.append(bucket(1, DAY, 1, version=1))
    system.log.ends[first.topic, first.partition] = 1_000
    await store(system, [system.log.append(bucket(1, DAY, 2, version=2))])
    fences = await system.facts.next_offsets(first.topic, [first.partition, first.partition + 1])
    assert fences == {first.partition: 1_001}


async def test_a_failed_transaction_leaves_nothing_behind(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    record = system.log.append(bucket(1, DAY, 1))

    async def crash(*_: object) -> None:
        raise ConnectionResetError("the machine went away before the commit")

    with monkeypatch.context() as patch:
        patch.setattr("reconciler.adapters.facts.PostgresFacts._divert", crash)
        with pytest.raises(ConnectionResetError):
            await store(system, [record])
    assert await system.value(QUANTITY) is None
    assert await system.value("SELECT count(*) FROM reconciler.dirt") == 0
    assert await store(system, [record]) == Stored(applied=1, dropped=0, diverted=0)


async def test_two_owners_apply_each_batch_once(system: System) -> None:
    records = [system.log.append(event) for event in facts(2) if isinstance(event, UsageObservedV1)]
    batches = [records[start : start + 20] for start in range(0, len(records), 20)]

    async def own() -> tuple[int, int]:
        applied = dropped = 0
        for batch in batches:
            stored = await store(system, batch)
            applied, dropped = applied + stored.applied, dropped + stored.dropped
        return applied, dropped

    results = await asyncio.gather(own(), own())
    await system.forget()
    alone = (await own())[0]
    assert sum(applied for applied, _ in results) == alone
    assert sum(dropped for _, dropped in results) == len(records)


async def test_a_document_that_moved_dirties_both_customers(system: System) -> None:
    await system.feed([invoice(1, 11, 100, version=1)])
    await system.admin.execute("DELETE FROM reconciler.dirt")
    await system.feed([invoice(1, 11, 100, version=2, ref="quickbooks:2")])
    rows = await system.admin.fetch("SELECT unnest(refs) AS ref FROM reconciler.dirt ORDER BY ref")
    assert [row["ref"] for row in rows] == ["quickbooks:1", "quickbooks:2"]


async def test_everything_twice_and_out_of_order_is_the_same(system: System) -> None:
    events = facts()
    await system.feed(events)
    await system.feed(reports())
    await system.settle()
    expected = await system.state()
    assert len(expected["accounts"]) == 4
    for seed in range(2):
        await system.forget()
        records = await system.feed(shuffled([*events, *events], seed), batch=37)
        await system.deliver(shuffled(records, seed + 10), batch=23)
        await system.feed(shuffled([*reports(), *reports()], seed))
        await system.settle()
        assert await system.state() == expected


async def test_deciding_while_facts_arrive_ends_in_the_same_state(system: System) -> None:
    events = facts()
    await system.feed([*events, *reports()])
    await system.settle()
    expected = await system.state()
    await system.forget()
    await system.feed(reports())
    for start in range(0, len(events), 150):
        await system.feed(events[start : start + 150])
        await system.settle()
    assert await system.state() == expected


async def test_poison_is_set_aside_and_healed(system: System) -> None:
    await system.feed([*facts(2), *reports()])
    await system.settle()
    assert (await system.row("c1"))["source_state"] == "ok"
    bad = bucket(1, DAY, 100, version=9)
    broken = system.log.append_raw(bad.topic, bad.key(), bad.to_bytes().replace(b'"100"', b'"many"'))
    good = system.log.append(bucket(0, DAY, 777, version=9))
    await system.deliver([broken, good])
    await system.settle()
    letter = await system.admin.fetchrow("SELECT topic, key, headers FROM reconciler.outbox ORDER BY id DESC OFFSET 1")
    assert await system.value("SELECT count(*) FROM reconciler.outbox WHERE topic LIKE '%.dlq'") == 1
    assert letter is not None
    partial, other = await system.row("c1"), await system.row("c0")
    assert (partial["source_state"], partial["band"]) == ("partial", "cannot_judge")
    assert partial["item"]["variance"]["reasons"][0]["code"] == "partial"
    assert other["source_state"] == "ok"
    await system.feed([bucket(1, DAY, 100, version=10)])
    await system.settle()
    assert (await system.row("c1"))["source_state"] == "ok"


async def test_poison_without_a_readable_key_makes_its_source_partial(system: System) -> None:
    await system.feed([*facts(2), *reports()])
    await system.settle()
    await system.deliver([system.log.append_raw(UsageObservedV1.topic, None, b"\xff")])
    await system.settle()
    assert {(await system.row(client))["source_state"] for client in ("c0", "c1")} == {"partial"}


async def test_writers_of_all_kinds_do_not_deadlock(system: System) -> None:
    events = shuffled(facts(6), 1)
    records = [system.log.append(event) for event in events]
    lanes = [[r for r in records if r.partition % 4 == lane] for lane in range(4)]
    await asyncio.gather(*(system.deliver(lane, batch=25) for lane in lanes), *(system.settle() for _ in range(2)))
    await system.feed(reports())
    await system.settle()
    concurrent = await system.state()
    await system.forget()
    await system.feed(facts(6))
    await system.feed(reports())
    await system.settle()
    assert await system.state() == concurrent
