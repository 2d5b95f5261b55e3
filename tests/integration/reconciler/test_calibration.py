"""From a count on the bus to the forecast: judged once, switched off for every account, cleared by a person."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.integration.reconciler.world import NOW, System, bucket, facts, reports

from reconciler.adapters.calibrations import PostgresCalibrations
from reconciler.usecases.calibrate import calibrate
from trueup_contracts.calibrations import MetricCalibratedV1, ReferenceCount

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 14)
METERED = "SELECT sum(quantity)::bigint FROM reconciler.usage WHERE day BETWEEN $1 AND $2"


def counted(reference: int, *, version: int, check_id: str = "cc_1") -> MetricCalibratedV1:
    check = ReferenceCount(
        check_id=check_id, from_day=FIRST, to_day=LAST, reference=str(reference), limit_percent=7, counted_at=NOW
    )
    return MetricCalibratedV1(version=version, metric="api_calls", checks=[check], changed_at=NOW)


def cleared(version: int) -> MetricCalibratedV1:
    return MetricCalibratedV1(version=version, metric="api_calls", changed_at=NOW)


async def forecasts(system: System) -> list[tuple[str, list[dict[str, Any]]]]:
    found = [(await system.row(f"c{number}"))["payload"]["forecast"] for number in range(3)]
    return [(one["status"], one["excluded"]) for one in found]


async def judged(system: System) -> int:
    done = await calibrate(PostgresCalibrations(system.engine), lambda: system.now)
    await system.settle()
    return done


async def verdicts(system: System) -> list[tuple[Any, ...]]:
    rows = await system.admin.fetch(
        "SELECT check_id, state, drift_percent FROM read_model.calibration_checks ORDER BY 1"
    )
    return [tuple(row) for row in rows]


async def prepared(system: System) -> int:
    await system.feed([*facts(3), *reports()])
    await system.settle()
    metered: int = await system.value(METERED, FIRST, LAST)
    assert metered > 0
    return metered


async def test_drift_over_the_limit_takes_the_metric_out_of_every_forecast(system: System) -> None:
    metered = await prepared(system)
    assert [status for status, _ in await forecasts(system)] == ["ok"] * 3
    await system.feed([counted(metered * 2, version=5)])
    assert await judged(system) == 1
    note = "-50.00 % drift, 2026-11-01 to 2026-11-14; allowed 7 %"
    expected = ("nothing_to_project", [{"code": "calibration_drift", "detail": "api_calls", "note": note}])
    assert await forecasts(system) == [expected] * 3
    reasons = await system.admin.fetch("SELECT DISTINCT reason, likely_minor FROM read_model.forecasts")
    assert [tuple(row) for row in reasons] == [("calibration_drift", None)]


async def test_only_a_person_clears_it(system: System) -> None:
    metered = await prepared(system)
    bad, good = counted(metered * 2, version=5).checks, counted(metered, version=6, check_id="cc_2").checks
    await system.feed([counted(metered * 2, version=5)])
    await judged(system)
    both = MetricCalibratedV1(version=6, metric="api_calls", checks=[*good, *bad], changed_at=NOW)
    await system.feed([both])
    assert await judged(system) == 1
    assert await verdicts(system) == [("cc_1", "over", "-50.00"), ("cc_2", "within", "0.00")]
    assert {status for status, _ in await forecasts(system)} == {"nothing_to_project"}
    await system.feed([cleared(7)])
    assert await judged(system) == 0
    assert {status for status, _ in await forecasts(system)} == {"ok"}
    assert len(await verdicts(system)) == 2


async def test_a_count_is_judged_once_and_late_usage_does_not_undo_it(system: System) -> None:
    metered = await prepared(system)
    await system.feed([counted(metered, version=5)])
    assert await judged(system) == 1
    await system.feed([bucket(1, LAST, metered, version=50)])
    assert await judged(system) == 0
    assert await verdicts(system) == [("cc_1", "within", "0.00")]


async def test_a_count_waits_until_the_usage_of_its_days_is_whole(system: System) -> None:
    await system.feed(facts(3))
    await system.feed([counted(10**9, version=5)])
    assert await judged(system) == 0
    await system.feed(reports())
    await system.settle()
    assert await judged(system) == 1


async def test_an_older_message_changes_nothing(system: System) -> None:
    metered = await prepared(system)
    await system.feed([counted(metered * 2, version=5)])
    await judged(system)
    await system.feed([cleared(4)])
    await judged(system)
    assert {status for status, _ in await forecasts(system)} == {"nothing_to_project"}
