"""A metric that is counted by the month: rated by whole months, never added up, never cut, drawn or projected."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from tests.integration.reconciler.world import FIRST_DAY, NOW, System, customers, facts, reports

from trueup_contracts.accounts import AccountConfiguredV1, Rate
from trueup_contracts.syncs import Coverage, SyncReportedV1
from trueup_contracts.usage import UsageObservedV1

SEATS = Rate(metric="seats", unit="users", unit_price="2", currency="USD", valid_from=date(2026, 1, 1))


def seats(month: str, users: int, *, version: int, observed_at: datetime = NOW) -> UsageObservedV1:
    return UsageObservedV1(
        version=version, ref="amplitude:a0", metric="seats", bucket=month, grain="month", quantity=str(users),
        unit="users", observed_at=observed_at,
    )  # fmt: skip


def configured(**changes: Any) -> AccountConfiguredV1:
    [account, *_] = customers(0)
    assert isinstance(account, AccountConfiguredV1)
    return account.model_copy(update={"version": 2, "rates": [*account.rates, SEATS]} | changes)


def reported() -> SyncReportedV1:
    return SyncReportedV1(
        version=3, source="amplitude", scope="usage|seats|0", started_at=NOW, finished_at=NOW, as_of=NOW, complete=True,
        coverage=[Coverage(from_day=FIRST_DAY, as_of=NOW)],
    )  # fmt: skip


async def month(system: System, start: date) -> dict[str, Any]:
    sql = "SELECT payload FROM read_model.reconciliations WHERE client_id = 'c0' AND current AND period_start = $1"
    return dict(json.loads(await system.value(sql, start)))


@pytest.fixture
async def fed(system: System) -> System:
    await system.feed([*facts(1), *reports(), configured(), reported()])
    return system


async def test_the_months_value_is_rated_once(fed: System) -> None:
    early = datetime(2026, 10, 20, tzinfo=UTC)
    await fed.feed([seats("2026-10", 3, version=1, observed_at=early), seats("2026-10", 5, version=2)])
    await fed.feed([seats("2026-11", 4, version=2)])
    await fed.settle()
    october = await month(fed, date(2026, 10, 1))
    calls = 31 * 100  # a cent each
    assert october["expected_minor"] == calls + 5 * 200
    assert october["band"] != "cannot_judge"
    assert "late_usage" not in json.dumps(october)
    row = await fed.row("c0")
    assert {one["metric"]: one["quantity"] for one in row["item"]["usage_mtd"]}["seats"] == "4"
    assert [one["metric"] for one in row["payload"]["trend_detail"]] == ["api_calls"]
    [left_out] = row["payload"]["forecast"]["excluded"]
    assert (left_out["code"], "seats" in left_out.values()) == ("month_grain", True)


async def test_a_period_that_cuts_the_month_cannot_be_judged(fed: System) -> None:
    await fed.feed([seats("2026-10", 5, version=1), configured(version=3, anchor_day=15)])
    await fed.settle()
    cut = await month(fed, date(2026, 9, 15))
    assert (cut["band"], cut["reasons"][0]["code"]) == ("cannot_judge", "month_grain")
