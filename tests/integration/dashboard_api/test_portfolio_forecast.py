"""The portfolio's forecast: sums within scope, both ranges, what moved, who is left out, and how much it reads."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from dashboard_api.adapters.database import Database
from dashboard_api.adapters.forecast_reads import PLANNING, PostgresForecastReads
from dashboard_api.adapters.forecast_sql import forecast_statement
from dashboard_api.domain.access import Principal, Role
from dashboard_api.domain.portfolio_forecast import asked_at
from dashboard_api.entrypoints.http.app import create_app
from dashboard_api.entrypoints.http.services import Services
from dashboard_api.usecases.forecasts import PortfolioForecast
from trueup_kit.postgres import create_engine

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
THIS, LAST = date(2026, 11, 23), date(2026, 11, 16)
QUARTER = date(2026, 10, 1)
PASSES_MAX = 12
"""Of each row handed from step to step of the plan; one account's share of a loop over all would be 12,000."""
PATH = "/api/v1/portfolio/forecast"


@pytest.fixture
async def ask(services: Services, settings: Any) -> AsyncIterator[httpx.AsyncClient]:
    """The application with a clock that stands still."""
    engine = create_engine(settings.postgres_dsn, application_name="test", pool_size=2, schema="dashboard")
    reads = PostgresForecastReads(Database(engine))
    app: FastAPI = create_app(replace(services, portfolio_forecast=PortfolioForecast(reads, now=lambda: NOW)))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as client:
        yield client
    await engine.dispose()


def row(
    client_id: str,
    likely: int | None,
    *,
    before: int | None = None,
    monday: date = THIS,
    currency: str = "USD",
    margin: tuple[int, int] = (30, 40),
    reason: str | None = None,
    left_out: tuple[str, ...] = (),
    quarter: date = QUARTER,
    quarter_before: date | None = None,
    active: tuple[date | None, date | None] = (None, None),
) -> tuple[Any, ...]:
    """One account's forecast as the reconciler writes it; `before`: what stood last week."""
    low, high = (None, None) if likely is None else (likely - margin[0], likely + margin[1])
    former = (quarter_before or (QUARTER if before is not None else None), None if before is None else currency, before)
    money = (None if likely is None else currency, low, likely, high)
    return (client_id, client_id, *active, monday, quarter, reason, *money, list(left_out), *former)


async def store(world: Any, rows: list[tuple[Any, ...]]) -> None:
    await world.admin.copy_records_to_table("forecasts", schema_name="read_model", records=rows)


async def answer(client: httpx.AsyncClient, headers: dict[str, str]) -> dict[str, Any]:
    response = await client.get(PATH, headers=headers)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


async def test_sums_are_those_of_the_caller_s_own_accounts(portfolio: Any, ask: httpx.AsyncClient, bearer: Any) -> None:
    await store(portfolio, [row("a1", 1_000), row("a2", 500), row("b1", 70_000), row("b2", 9, currency="EUR")])
    seen = {}
    managers = [(user, "account_manager") for user in ("ana", "ben", "chloe", "nobody")]
    for user, role in (*managers, ("fay", "finance"), ("sam", "support")):
        body = await answer(ask, bearer(user, role))
        seen[user] = (body["accounts"], {one["currency"]: one["likely_minor"] for one in body["by_currency"]})
    assert seen == {
        "ana": (2, {"USD": 1_500}),
        "ben": (2, {"USD": 70_000, "EUR": 9}),
        "chloe": (1, {"EUR": 9}),
        "nobody": (0, {}),
        "fay": (4, {"USD": 71_500, "EUR": 9}),
        "sam": (4, {"USD": 71_500, "EUR": 9}),
    }


async def test_a_role_without_a_portfolio_is_refused(portfolio: Any, ask: httpx.AsyncClient, bearer: Any) -> None:
    assert (await ask.get(PATH, headers=bearer("pia", "product_owner"))).status_code == 403


async def test_the_view_alone_keeps_foreign_forecasts_out(portfolio: Any, settings: Any) -> None:
    await store(portfolio, [row("a1", 1_000), row("b1", 70_000)])
    engine = create_engine(settings.postgres_dsn, application_name="test", pool_size=1, schema="dashboard")
    async with Database(engine).reading(Principal("ana", Role.ACCOUNT_MANAGER)) as connection:
        rows = await connection.fetch("SELECT client_id FROM dashboard.seen_forecasts")
    await engine.dispose()
    assert [each["client_id"] for each in rows] == ["a1"]


async def test_ranges_are_added_both_ways(portfolio: Any, ask: httpx.AsyncClient, bearer: Any) -> None:
    await store(portfolio, [row("a1", 1_000, margin=(30, 60)), row("a2", 500, margin=(40, 80))])
    [usd] = (await answer(ask, bearer("ana", "account_manager")))["by_currency"]
    assert (usd["low_minor"], usd["likely_minor"], usd["high_minor"]) == (1_500 - 70, 1_500, 1_500 + 140)
    assert (usd["low_if_independent_minor"], usd["high_if_independent_minor"]) == (1_500 - 50, 1_500 + 100)


async def test_what_moved_tells_accounts_that_came_and_went(
    portfolio: Any, ask: httpx.AsyncClient, bearer: Any
) -> None:
    gone, came = row("b1", None, before=400, reason="stale"), row("b2", 70, quarter_before=QUARTER)
    await store(portfolio, [row("a1", 1_000, before=900), gone, came, row("a2", 5, before=5)])
    body = await answer(ask, bearer("fay", "finance"))
    assert body["since"] == "2026-11-22"
    [usd] = body["by_currency"]
    moved = usd["moved"]
    movers = [(one["client_id"], one["moved_minor"]) for one in moved.pop("movers")]
    assert moved == {"moved_minor": 100 - 400 + 70, "joined": 1, "joined_minor": 70, "left": 1, "left_minor": -400}
    assert movers == [("b1", -400), ("a1", 100), ("b2", 70)]
    assert usd["likely_minor"] == 1_075


async def test_a_currency_that_changed_left_one_total_and_joined_the_other(
    portfolio: Any, ask: httpx.AsyncClient, bearer: Any
) -> None:
    changed = row("a1", 1_000, before=900)
    await store(portfolio, [(*changed[:7], "EUR", *changed[8:])])
    found = (await answer(ask, bearer("fay", "finance")))["by_currency"]
    moved = {one["currency"]: (one["accounts"], one["moved"]["moved_minor"]) for one in found}
    assert moved == {"EUR": (1, 1_000), "USD": (0, -900)}


async def test_an_account_not_decided_this_week_has_not_moved(
    portfolio: Any, ask: httpx.AsyncClient, bearer: Any
) -> None:
    await store(portfolio, [row("a1", 900, before=100, monday=LAST)])
    [usd] = (await answer(ask, bearer("ana", "account_manager")))["by_currency"]
    assert (usd["likely_minor"], usd["moved"]["moved_minor"]) == (900, 0)


async def test_a_new_quarter_is_not_compared_with_the_old_one(
    portfolio: Any, ask: httpx.AsyncClient, bearer: Any
) -> None:
    old = date(2026, 7, 1)
    await store(portfolio, [row("a1", 1_000, before=900, quarter_before=old), row("a2", 5, monday=LAST, quarter=old)])
    body = await answer(ask, bearer("ana", "account_manager"))
    assert (body["since"], body["by_currency"][0]["moved"]) == (None, None)
    assert body["by_currency"][0]["likely_minor"] == 1_000
    assert [(one["code"], one["accounts"]) for one in body["excluded"]] == [("other_quarter", 1)]


async def test_whoever_is_left_out_is_counted_and_named_with_the_reason(
    portfolio: Any, ask: httpx.AsyncClient, bearer: Any
) -> None:
    many = [row(f"z{number:02}", None, reason="ended") for number in range(60)]
    none = row("a2", None, reason="not_enough_history")
    await store(portfolio, [none, row("a1", 10, left_out=("calibration_drift",)), *many])
    body = await answer(ask, bearer("fay", "finance"))
    told = {one["code"]: (one["accounts"], [each["client_id"] for each in one["listed"]]) for one in body["excluded"]}
    assert told == {"ended": (60, [f"z{number:02}" for number in range(50)]), "not_enough_history": (1, ["a2"])}
    assert body["partly"] == [{"code": "calibration_drift", "accounts": 1}]
    assert body["accounts"] == 62


async def test_accounts_that_did_not_run_in_the_quarter_have_no_part_in_it(
    world: Any, ask: httpx.AsyncClient, bearer: Any
) -> None:
    old, new = (None, date(2026, 10, 1)), (date(2027, 1, 1), None)
    await store(world, [row("old", None, reason="ended", active=old), row("now", 7), row("new", 9, active=new)])
    body = await answer(ask, bearer("fay", "finance"))
    assert (body["accounts"], body["excluded"], body["by_currency"][0]["likely_minor"]) == (1, [], 7)


def rows_touched(node: dict[str, Any]) -> float:
    """Rows that a plan and all below it handed up, each as often as it did."""
    own: float = node["Actual Rows"] * node["Actual Loops"]
    return own + sum(rows_touched(one) for one in node.get("Plans", []))


async def test_twelve_thousand_accounts_are_added_up_in_few_passes(world: Any, settings: Any) -> None:
    """A filled table of 12,000 accounts, a tenth of them left out, owned by 240 managers: a few passes over it at most."""
    rows = [
        row(f"c{number:05}", None if number % 10 == 9 else 100_000 + number, before=100_000, reason="partial")
        for number in range(12_000)
    ]
    await store(world, rows)
    await world.admin.execute(
        "INSERT INTO dashboard.accounts (client_id, name, time_zone, refs)"
        " SELECT client_id, name, 'UTC', '{}' FROM read_model.forecasts"
    )
    await world.admin.execute(
        "INSERT INTO dashboard.account_owners SELECT client_id, 'm' || right(client_id, 5)::integer % 240"
        " FROM read_model.forecasts"
    )
    await world.admin.execute("ANALYZE")
    engine = create_engine(settings.postgres_dsn, application_name="test", pool_size=2, schema="dashboard")
    try:
        for user, role in (("fay", Role.FINANCE), ("m7", Role.ACCOUNT_MANAGER)):
            statement = forecast_statement(Principal(user, role), asked_at(NOW))
            async with Database(engine, limit_s=60).reading(Principal(user, role)) as connection:
                await connection.execute(PLANNING)
                plan = await connection.fetchval(
                    f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement.sql}", *statement.values
                )
            touched = rows_touched(plan[0]["Plan"])
            print(f"{role}: {touched / len(rows):.1f} passes")
            assert len(rows) / 240 < touched < PASSES_MAX * len(rows)
    finally:
        await engine.dispose()
