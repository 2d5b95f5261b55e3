"""What a step remembers on a real PostgreSQL, in the transaction that moves the export on."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from ingest_amplitude.adapters.memory import PostgresMemory
from ingest_amplitude.adapters.messages import UsageMessages
from ingest_amplitude.adapters.turns import Turns
from ingest_amplitude.domain.windows import Hours, whole_hour
from ingest_amplitude.ports import Definition, ExportedHours, Step
from trueup_kit.ingest import Leases, ObservationPublisher

DAY = date(2026, 10, 1)


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
