"""What a step remembers on a real PostgreSQL, in the transaction that moves the export on."""

from __future__ import annotations

import tracemalloc
from datetime import date, timedelta
from typing import Any

from ingest_amplitude.adapters.memory import PostgresMemory
from ingest_amplitude.adapters.messages import UsageMessages
from ingest_amplitude.adapters.turns import Turns
from ingest_amplitude.domain.windows import Hours, whole_hour
from ingest_amplitude.ports import Definition, ExportedHours, Step
from trueup_kit.ingest import Leases, ObservationPublisher

DAY = date(2026, 10, 1)
SOME_SHOWN = """
INSERT INTO buckets (metric, day, account_id, shown)
SELECT 'calls', date '2026-10-01' + day, 'a' || account, day FROM generate_series(0, 30) day, generate_series(1, 3000) account
"""


async def test_unread_days_stay_until_their_metric_means_something_else(bench: Any) -> None:
    publisher = ObservationPublisher(bench.engine, bench.producer, service="test")
    messages = UsageMessages({}, time_zone="UTC", service="test")
    leases = Leases(bench.engine, service="test")
    turns = Turns(bench.engine, leases, publisher, bench.producer, messages, bench.time)
    memory = PostgresMemory(bench.engine, publisher)
    end = whole_hour(bench.time.now)
    hour = timedelta(hours=1)
    whole, rest = Hours(end - 2 * hour, end), Hours(end - hour, end)

    async with turns.open(0) as turn:
        assert turn is not None

        async def take(step: Step) -> None:
            await turn.publish({}, version=await turn.version(), observed_at=end, step=step)

        assert await memory.unread_days() == {}
        first = {"calls": {DAY: end - hour, DAY + timedelta(days=1): end - hour}, "bytes": {DAY: end - hour}}
        await take(Step(unread=first, exported_hours=ExportedHours(whole, {1, 2})))
        assert await memory.unread_days() == first
        await take(
            Step(
                unread={"calls": {DAY: end}},
                exported_hours=ExportedHours(rest, {1, 2}),
                settled_hours=ExportedHours(whole, ()),
            )
        )
        assert await memory.unread_days() == first | {"calls": first["calls"] | {DAY: end}}
        assert await memory.exported_hours() == [rest]
        assert await memory.event_ids(rest) == {1, 2}
        await take(Step(definitions={"calls": Definition("other", "day", by_export=False)}, forgotten=["calls"]))
        assert await memory.unread_days() == {"bytes": first["bytes"]}


async def test_a_question_fetches_what_its_own_accounts_were_told_and_nothing_beside(bench: Any) -> None:
    memory = PostgresMemory(bench.engine, ObservationPublisher(bench.engine, bench.producer, service="test"))
    await bench.sql(SOME_SHOWN)
    last = DAY + timedelta(days=30)
    tracemalloc.start()
    kept = await memory.kept_between("calls", DAY, last, ["a1", "a2", "unknown"])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(kept) == 2 * 31
    assert {key.account for key in kept} == {"a1", "a2"}
    assert peak < 5_000_000, "all of them take ten times as much"
    assert len(await memory.kept_between("calls", DAY, DAY, None)) == 3000
