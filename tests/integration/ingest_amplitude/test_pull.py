"""Pulling the sandbox's usage onto a real bus: every claim true, nothing twice, through every kind of interruption."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from prometheus_client import REGISTRY

from ingest_amplitude.adapters import amplitude_api, turns
from trueup_contracts.usage import UsageObservedV1
from trueup_kit.ingest import LeaseLost
from trueup_sandbox import scenario


def _happen(bench: Any, kind: str, times: int = 5) -> None:
    for _ in range(times):
        bench.sandbox.controls.happenings.make(kind)
        bench.time.pass_by(seconds=1)


class TestFirstPull:
    async def test_tells_the_whole_history(self, bench: Any) -> None:
        bench.use(history_months=8)
        outcome = await bench.pull()
        assert (outcome.complete, outcome.incomplete, outcome.error) == (3, 0, None)
        told = await bench.told()
        assert told == await bench.claimed()
        assert len(told) > 10_000
        reports = await bench.reports()
        assert set(reports) == {"usage|api_calls|0", "usage|messages_sent|0", "usage|storage_gb_hours|0"}
        for report in reports.values():
            assert (report.complete, report.refs) == (True, None)
            assert set(report.offsets) == {UsageObservedV1.topic}

    @pytest.mark.parametrize("bench", [{"amplitude": scenario.Amplitude(export_lines_max=300)}], indirect=True)
    async def test_reads_shorter_pieces_where_the_project_gives_no_more(self, bench: Any) -> None:
        outcome = await bench.pull()
        assert (outcome.complete, outcome.incomplete, outcome.error) == (3, 0, None)
        assert await bench.told() == await bench.claimed()
        counters = bench.sandbox.controls.counters
        assert counters["amplitude.refused_as_too_large"] > 0
        assert counters["amplitude.refused_by_limit"] == 0

    async def test_the_second_publishes_nothing(self, bench: Any) -> None:
        await bench.pull()
        before = len(await bench.sent(UsageObservedV1.topic))
        bench.wire.paths()
        await bench.pull()
        assert len(await bench.sent(UsageObservedV1.topic)) == before
        assert set(bench.wire.paths()) == {"segmentation"}

    async def test_follows_what_arrives(self, bench: Any) -> None:
        await bench.pull()
        _happen(bench, "usage")
        _happen(bench, "late_usage")
        bench.time.pass_by(minutes=5)
        await bench.pull()
        assert await bench.told() == await bench.claimed()
        bench.time.pass_by(minutes=70)
        await bench.pull()
        assert await bench.told() == await bench.claimed()

    async def test_days_pass(self, bench: Any) -> None:
        """Days leave the trailing window, and usage comes late to them."""
        for _ in range(6):
            bench.time.pass_by(hours=17)
            _happen(bench, "usage", 2)
            await bench.pull()
            _happen(bench, "late_usage", 2)
        assert await bench.told() == await bench.claimed()

    async def test_partitions_are_asked_and_reported_by_themselves(self, bench: Any) -> None:
        bench.use(partition_capacity=25)
        outcome = await bench.pull()
        assert (outcome.complete, outcome.incomplete) == (9, 0)
        reports = await bench.reports()
        refs = [ref for scope, report in reports.items() if scope.startswith("usage|api_calls|") for ref in report.refs]
        assert len(refs) == len(set(refs)) == 60
        assert await bench.told() == await bench.claimed()

    async def test_a_cut_answer_is_halved(self, bench: Any) -> None:
        bench.use(groups_max=20)
        outcome = await bench.pull()
        assert outcome.incomplete == 0
        assert outcome.complete >= 9
        assert await bench.told() == await bench.claimed()


class TestInterruptions:
    async def test_a_kill_between_publish_and_commit_repeats_to_the_same_state(
        self, bench: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write, calls = turns._write_step, []

        async def killed(*args: Any) -> None:
            calls.append(args)
            if len(calls) in {3, 7}:
                raise ConnectionError("killed")
            await write(*args)

        with monkeypatch.context() as patch:
            patch.setattr(turns, "_write_step", killed)
            for _ in range(2):
                with pytest.raises(ConnectionError):
                    await bench.pull()
                bench.restart()
            _happen(bench, "late_usage")
            await bench.pull()
        assert await bench.told() == await bench.claimed()
        (row,) = await bench.sql("SELECT count(*) FROM buckets WHERE unsure")
        assert row.count == 0

    async def test_a_lease_lost_in_mid_read_publishes_nothing(self, bench: Any) -> None:
        async def steal(_: httpx.Request) -> None:
            await bench.sql("UPDATE leases SET owner = 'another', token = token + 1")

        bench.wire.before = steal
        with pytest.raises(LeaseLost):
            await bench.pull()
        assert await bench.sent() == []
        (row,) = await bench.sql("SELECT count(*) FROM buckets")
        assert row.count == 0

    async def test_only_one_pulls(self, bench: Any) -> None:
        second: list[Any] = []

        async def look(_: httpx.Request) -> None:
            if not second:
                second.append(None)
                with pytest.raises(AssertionError):
                    await bench.pull()

        bench.wire.before = look
        assert (await bench.pull()).incomplete == 0
        assert second


class TestFailures:
    @pytest.mark.parametrize("mode", ["down", "garbage"])
    async def test_keep_what_was_known(self, bench: Any, mode: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(amplitude_api, "PAUSE_LONGEST_S", 0)
        await bench.pull()
        before = {scope: report.as_of for scope, report in (await bench.reports()).items()}
        _happen(bench, "usage")
        bench.time.pass_by(minutes=70)
        gate = bench.sandbox.controls.gates["amplitude"]
        gate.break_down(mode, None)
        outcome = await bench.pull()
        assert (outcome.complete, outcome.incomplete) == (0, 3)
        for scope, report in (await bench.reports()).items():
            assert (report.complete, report.reason, report.as_of) == (False, "provider_error", before[scope])
        assert await bench.told() == await bench.claimed()
        gate.break_down("none", None)
        bench.time.pass_by(minutes=5)
        bench.reconnect()  # five minutes later the circuit would have closed by itself
        assert (await bench.pull()).incomplete == 0
        assert await bench.told() == await bench.claimed()

    async def test_before_the_first_load_nothing_is_claimed(self, bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(amplitude_api, "PAUSE_LONGEST_S", 0)

        async def no_export(request: httpx.Request) -> None:
            if request.url.path.endswith("/export"):
                raise httpx.ConnectError("no")

        bench.wire.before = no_export
        await bench.pull()
        for report in (await bench.reports()).values():
            assert (report.complete, report.reason, report.as_of) == (False, "never_complete", None)
        bench.wire.before = None
        assert (await bench.pull()).incomplete == 0
        assert await bench.told() == await bench.claimed()

    async def test_an_hour_is_exported_only_when_it_is_whole(self, bench: Any) -> None:
        bench.use(export_delay=timedelta(hours=2))
        _happen(bench, "late_usage")
        bench.time.pass_by(minutes=65)
        await bench.pull()
        _happen(bench, "late_usage")
        bench.time.pass_by(hours=2)
        await bench.pull()
        assert await bench.told() == await bench.claimed()


class TestBudget:
    async def test_a_pull_pays_what_amplitude_charges(self, bench: Any) -> None:
        labels = {"limiter": "amplitude cost", "priority": "background"}
        before = REGISTRY.get_sample_value("trueup_limiter_used_total", labels) or 0
        await bench.pull()
        paid = (REGISTRY.get_sample_value("trueup_limiter_used_total", labels) or 0) - before
        assert paid == 3 * 27  # three metrics, three days, a sum split by account
        assert bench.sandbox.controls.counters["amplitude.refused_by_limit"] == 0
