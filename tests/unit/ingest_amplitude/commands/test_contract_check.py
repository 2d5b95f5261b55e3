"""The check of the export compares what both sides speak of: no account is held against a chart that leaves it out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import cast

import pytest

from ingest_amplitude.adapters.amplitude_api import AmplitudeApi
from ingest_amplitude.commands.contract_check import Checks, LastChart
from ingest_amplitude.domain.answers import Sums
from ingest_amplitude.domain.buckets import Metric
from ingest_amplitude.domain.tally import Tally
from ingest_amplitude.domain.windows import Hours
from ingest_amplitude.settings import Settings
from trueup_kit.assumptions import Unmet
from trueup_kit.settings import load

NOW = datetime(2026, 11, 10, 12, tzinfo=UTC)
SETTINGS = {
    "POSTGRES_DSN": "postgresql://ingest_amplitude@127.0.0.1:5432/trueup",
    "KAFKA_BOOTSTRAP": "127.0.0.1:9092",
    "HTTP_PORT": "8090",
    "API_KEY": "k",
    "SECRET_KEY": "s",
    "METRICS": '[{"metric":"calls","event_type":"called","property":"quantity","unit":"calls"}]',
}


@dataclass
class Project:
    """What its export holds and what its chart says of each account; the chart names as many as are asked for."""

    events: dict[str, int]
    chart: dict[str, int]
    incomplete: str | None = None

    async def export(self, _: Hours, tally: Tally) -> None:
        for account, quantity in self.events.items():
            tally.add("called", "2026-11-07 10:00", account, {"account_id": account, "quantity": quantity})

    async def sums(self, _: Metric, days: Sequence[date], accounts: Sequence[str] | None, limit: int) -> Sums:
        assert (days, accounts) == ([date(2026, 11, 7)], None)
        rows = {account: (Decimal(value),) for account, value in list(self.chart.items())[:limit]}
        return Sums(rows, len(rows), self.incomplete, None)


async def check(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SETTINGS.items():
        monkeypatch.setenv(f"INGEST_AMPLITUDE_{name}", value)
    await Checks(cast("AmplitudeApi", project), cast("LastChart", None), load(Settings), lambda: NOW).export()


async def test_more_accounts_than_a_chart_names_are_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    many = {f"a{number:04}": number for number in range(1200)}
    await check(Project(many, many), monkeypatch)
    await check(Project(many, dict(list(many.items())[:500]), "hitChunkGroupByLimit"), monkeypatch)
    with pytest.raises(Unmet, match="1 accounts differ"):
        await check(Project(many, many | {"a0007": 8}), monkeypatch)


async def test_nothing_and_none_are_one(monkeypatch: pytest.MonkeyPatch) -> None:
    await check(Project({"a": 5, "b": 0}, {"a": 5, "c": 0}), monkeypatch)


@pytest.mark.parametrize("chart", [{}, {"a": 4}, {"a": 5, "b": 1}])
async def test_a_difference_is_told(monkeypatch: pytest.MonkeyPatch, chart: dict[str, int]) -> None:
    with pytest.raises(Unmet, match="calls of 2026-11-07: 1 accounts differ"):
        await check(Project({"a": 5}, chart), monkeypatch)


async def test_an_answer_that_is_not_whole_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unmet, match="prunedResult"):
        await check(Project({"a": 5}, {"a": 5}, "prunedResult"), monkeypatch)
