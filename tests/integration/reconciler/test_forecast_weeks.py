"""Each week's row holds the week's last forecast, for as long as it is kept."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.integration.reconciler.world import NOW, System, bucket, facts, reports

from reconciler.adapters.forecast_rows import week_of
from reconciler.domain.policy import Policy
from reconciler.usecases.decide import decide_these

WEEK = date(2026, 11, 23)
ROWS = "SELECT week, likely_minor, status, payload ->> 'version' AS version FROM read_model.forecast_weeks WHERE client_id = $1"


async def weeks(system: System) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await system.admin.fetch(f"{ROWS} ORDER BY week", "c1")]


async def shown(system: System) -> int:
    amount: int = (await system.row("c1"))["payload"]["forecast"]["amount"]["amount_minor"]
    return amount


async def prepared(system: System) -> int:
    await system.feed([*facts(3), *reports()])
    await system.settle()
    return await shown(system)


async def test_a_decision_writes_its_week_with_what_it_was_made_of(system: System) -> None:
    assert week_of(NOW) == WEEK
    likely = await prepared(system)
    assert await weeks(system) == [(WEEK, likely, "ok", "2")]


async def test_the_last_forecast_of_a_week_stays_when_the_next_one_begins(system: System) -> None:
    first = await prepared(system)
    await system.feed([bucket(1, date(2026, 11, 10), 5_000, version=50)])
    await system.settle()
    second = await shown(system)
    assert second != first
    assert [row[:2] for row in await weeks(system)] == [(WEEK, second)]
    system.now = NOW + timedelta(days=7)
    await decide_these(system.decisions, Policy(), lambda: system.now, ["c1"], quiet=True)
    assert [row[0] for row in await weeks(system)] == [WEEK, WEEK + timedelta(days=7)]
    assert (await weeks(system))[0][1] == second


async def test_what_stood_when_the_week_began_stays_beside_what_stands_now(system: System) -> None:
    columns = "week, likely_minor, likely_minor_before, quarter_start_before"

    async def now() -> tuple[Any, ...]:
        found = await system.admin.fetchrow(f"SELECT {columns} FROM read_model.forecasts WHERE client_id = 'c1'")
        assert found is not None
        return tuple(found)

    first = await prepared(system)
    assert await now() == (WEEK, first, None, None)
    system.now = NOW + timedelta(days=7)
    await system.feed(reports(version=2, as_of=system.now))
    await system.settle()
    second, quarter = await shown(system), date(2026, 10, 1)
    assert await now() == (WEEK + timedelta(days=7), second, first, quarter)
    await system.feed([bucket(1, date(2026, 11, 10), 5_000, version=50)])
    await system.settle()
    assert await shown(system) != second
    assert await now() == (WEEK + timedelta(days=7), await shown(system), first, quarter)


async def test_a_week_without_any_change_has_its_row_and_a_replay_changes_none(system: System) -> None:
    await prepared(system)
    await system.admin.execute("DELETE FROM read_model.forecast_weeks")
    for _ in range(2):
        round_ = await decide_these(system.decisions, Policy(), lambda: system.now, ["c1"], quiet=True)
        assert round_.changed == 0
        assert len(await weeks(system)) == 1


async def test_weeks_are_forgotten_once_they_are_older_than_is_kept(system: System) -> None:
    await prepared(system)
    await system.decisions.forget_forecasts(WEEK)
    assert len(await weeks(system)) == 1
    await system.decisions.forget_forecasts(WEEK + timedelta(days=1))
    assert await weeks(system) == []
