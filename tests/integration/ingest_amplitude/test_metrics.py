"""Metrics with filters, a scale and month buckets, read from the sandbox's project onto a real bus."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from ingest_amplitude.adapters.amplitude_api import AmplitudeApi
from ingest_amplitude.commands.metrics import examine
from ingest_amplitude.domain.buckets import Filter, Metric
from trueup_sandbox.clock import to_ms
from trueup_sandbox.scenario import Amplitude
from trueup_sandbox.scenario import Metric as Played

PLAYED = [
    Played(
        metric="gb_out", event_type="bytes_metered", property="bytes", unit="GB", raw_per_unit=1000, item_id="1",
        item_name="Traffic", share=0.8, prices=[Decimal("0.02")], only={"environment": "production"},
    ),
    Played(
        metric="seats", event_type="signed_in", measure="uniques", unit="users", item_id="2", item_name="Seats",
        share=0.6, prices=[Decimal(2)],
    ),
]  # fmt: skip
PRODUCTION = (Filter("environment", ("production",)),)
TRAFFIC = Metric("gb_out", "bytes_metered", "bytes", "GB", filters=PRODUCTION, scale=Decimal("0.001"))
SEATS = Metric("seats", "signed_in", None, "users", "uniques", additive=False)


def _true(bench: Any, metric: str) -> dict[tuple[str, str], Decimal]:
    """From the world's own books: (account, month) → what was used up to now."""
    usage, now = bench.world.desk.usage, bench.time.now
    found: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    months = {now.date().replace(day=1), (now.date().replace(day=1) - timedelta(days=1)).replace(day=1)}
    for one in usage.series:
        account = bench.world.accounts[one.account].amplitude_id
        for number in range((now.date() - usage.first_day).days + 1 if one.metric.metric == metric else 0):
            day = usage.first_day + timedelta(days=number)
            if day.replace(day=1) in months and (value := usage.value(one.index, number, to_ms(now))):
                found[f"amplitude:{account}", f"{day:%Y-%m}"] += value
    return dict(found)


async def _told(bench: Any, metric: str) -> dict[tuple[str, str], Decimal]:
    found: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for (ref, name, bucket), quantity in (await bench.told()).items():
        if name == metric:
            found[ref, bucket[:7]] += quantity
    return dict(found)


@pytest.mark.parametrize("bench", [{"metrics": PLAYED, "planted": []}], indirect=True)
async def test_users_by_the_month_and_gigabytes_of_production_only(bench: Any) -> None:
    bench.use(metrics=[TRAFFIC, SEATS], history_months=1, export_delay=timedelta(0))
    for minutes in (0, 61, 16):
        bench.time.pass_by(minutes=minutes)
        await bench.pull()
        bench.sandbox.controls.happenings.make("usage")
    bench.time.pass_by(minutes=16)
    outcome = await bench.pull()
    assert (outcome.complete, outcome.error) == (2, None)
    for metric in ("gb_out", "seats"):
        true = _true(bench, metric)
        assert len(true) > 20
        assert await _told(bench, metric) == true
    buckets = {bucket for _, name, bucket in await bench.told() if name == "seats"}
    assert {len(bucket) for bucket in buckets} == {len("2026-10")}
    api = AmplitudeApi(bench.client, api_key="amp_key", secret_key="amp_secret", account_property="account_id")
    yesterday = [bench.time.now.date() - timedelta(days=1)]
    found = await examine(api, SEATS, yesterday)
    assert found.good
    assert "counted by the month" in found.words
    for wrong, words in [
        (Metric("x", "bytes_meterd", "bytes", "GB"), "Unknown event"),
        (Metric("x", "bytes_metered", "byte", "GB"), "none has a number in 'byte'"),
        (
            Metric("x", "bytes_metered", "bytes", "GB", filters=(Filter("environment", ("prod",)),)),
            "filters let through",
        ),
    ]:
        found = await examine(api, wrong, yesterday)
        assert not found.good
        assert words in found.words


LATE = Amplitude(export_late_share=0.2, export_late_min=300, export_repeat_share=0.2, cost_per_5_min=100_000)


@pytest.mark.parametrize("bench", [{"amplitude": LATE}], indirect=True)
async def test_hours_that_were_not_whole_and_lines_that_come_twice(bench: Any) -> None:
    await bench.pull()
    bench.restart()
    for _ in range(2):
        bench.time.pass_by(hours=26)
        await bench.pull()
    assert await bench.told() == await bench.claimed()
    settled = bench.time.now - timedelta(hours=28)
    waiting = "SELECT count(*) FILTER (WHERE end_at < :at), count(*) FROM exported_hours"
    [(overdue, left)] = await bench.sql(waiting, at=settled)
    assert (overdue, left > 0) == (0, True)
    differ = "SELECT count(*) FROM buckets WHERE day < :day AND exported IS DISTINCT FROM shown"
    assert await bench.sql(differ, day=settled.date()) == [(0,)], "the export's own totals are whole"
