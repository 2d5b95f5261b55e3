from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from trueup_sandbox.clock import DAY_MS, HOUR_MS, day_start_ms
from trueup_sandbox.world.usage import Extra
from trueup_sandbox.world.world import World

shared = settings(max_examples=30, deadline=None)


@shared
@given(data=st.data())
def test_a_day_grows_with_what_was_seen_and_ends_at_its_plan(still_world: World, data: st.DataObject) -> None:
    usage = still_world.desk.usage
    series = data.draw(
        st.sampled_from([one.index for one in usage.series if not still_world.accounts[one.account].planted])
    )
    day = data.draw(st.integers(0, usage.index(date(2026, 12, 20))))
    start_ms = day_start_ms(usage.day(day))
    steps = [usage.value(series, day, start_ms + hour * HOUR_MS) for hour in range(25)]
    assert steps == sorted(steps)
    assert steps[0] == 0
    assert steps[-1] == usage.planned(series, usage.day(day), usage.day(day + 1))


def test_live_days_arrive_in_four_parts(world: World) -> None:
    usage = world.desk.usage
    day = usage.index(date(2026, 11, 25))
    start_ms = day_start_ms(date(2026, 11, 25))
    seen = {usage.value(0, day, start_ms + hour * HOUR_MS) for hour in range(25)}
    assert len(seen) == 5
    assert usage.reports_on(0, day, start_ms + DAY_MS) == 4
    assert usage.reports_on(0, usage.index(date(2026, 11, 20)), start_ms) == 1


def test_late_usage_counts_from_its_arrival_on(world: World) -> None:
    usage = world.desk.usage
    day = usage.index(date(2026, 11, 20))
    at_ms = day_start_ms(date(2026, 11, 23)) + 5
    before = usage.value(0, day, at_ms)
    usage.add(Extra(at_ms, 0, day, 700))
    usage.add(Extra(at_ms + 10, 0, day, 30))
    assert usage.value(0, day, at_ms - 1) == before
    assert usage.value(0, day, at_ms) == before + 700
    assert usage.value(0, day, at_ms + 10) == before + 730


def test_hours_hold_every_report_once(world: World) -> None:
    """The reports of the export, hour by hour, add up to the totals that segmentation shows."""
    usage = world.desk.usage
    exported = 0
    last = date(2026, 11, 27)
    for hour in range(day_start_ms(usage.first_day) // HOUR_MS, (day_start_ms(last) + DAY_MS) // HOUR_MS):
        _, _, planned = usage.planned_in(hour)
        exported += sum(quantity for _, quantity in planned) + sum(extra.quantity for extra in usage.extras_in(hour))
    end_ms = day_start_ms(last + timedelta(days=1))
    assert exported == sum(
        usage.total(one.index, usage.first_day, last + timedelta(days=1), end_ms) for one in usage.series
    )


def test_a_series_moves_where_its_value_does(world: World) -> None:
    usage = world.desk.usage
    start_ms = day_start_ms(date(2026, 11, 25))
    usage.add(Extra(start_ms + 77, 0, usage.index(date(2026, 11, 20)), 700))
    usage.add(Extra(start_ms + 78, 1, usage.index(date(2026, 11, 20)), 700))
    found = usage.moves(0, start_ms, start_ms + DAY_MS)
    assert len(found) == 5
    assert found[0] == start_ms + 77
    assert usage.moves(0, found[0], found[1] - 1) == []
    assert usage.moves(0, found[0], found[1]) == [found[1]]
