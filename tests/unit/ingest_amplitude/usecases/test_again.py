"""Past days are asked for again, and metrics by the month, new ones and changed ones come to their past."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ingest_amplitude.domain.again import AT_ONCE, Marks, Rules, next_look, reopened
from ingest_amplitude.domain.buckets import Key, Metric
from ingest_amplitude.domain.coverage import by_day
from ingest_amplitude.domain.tally import RecentIds
from ingest_amplitude.ports import SourceUnavailable, TooMuchAtOnce
from ingest_amplitude.usecases.pull import pull_usage

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
USERS = Metric("users", "api_calls_metered", None, "users", "uniques", additive=False)
OTHER = Metric("calls_in_thousands", "api_calls_metered", "quantity", "k", scale=Decimal("0.001"))


async def _pull(world: Any, times: int = 1, **later: float) -> None:
    for _ in range(times):
        world.now += timedelta(**later)
        await pull_usage(world.deps())


def _days_asked(world: Any, name: str = "api_calls") -> list[tuple[date, date]]:
    found = [(first, last) for metric, first, last in world.asked_days if metric == name]
    world.asked_days.clear()
    return found


async def test_the_nights_and_the_closed_month_are_asked_for_once_each(world: Any) -> None:
    world.now = datetime(2026, 11, 27, 22, tzinfo=UTC)
    await _pull(world, 2, minutes=5)
    assert _days_asked(world) == [(date(2026, 11, 25), date(2026, 11, 27))] * 2, "what was just read is not read again"
    world.now = datetime(2026, 11, 28, 2, 50, tzinfo=UTC)
    await _pull(world, 3, minutes=5)
    trailing, again = (date(2026, 11, 26), date(2026, 11, 28)), (date(2026, 11, 19), date(2026, 11, 25))
    assert _days_asked(world) == [trailing, trailing, again, trailing]
    for day in range(1, 9):
        world.now = datetime(2026, 12, day, 12, tzinfo=UTC)
        await _pull(world, 2, minutes=5)
    whole = (date(2026, 11, 1), date(2026, 11, 30))
    asked = _days_asked(world)
    assert asked.count(whole) == 1
    assert asked[asked.index(whole) - 1] == (date(2026, 12, 3), date(2026, 12, 5)), "on the fifth"


async def test_an_event_that_the_export_never_shows_is_found_by_night(world: Any) -> None:
    world.happen("a", 5, world.now - 6 * DAY)
    await _pull(world)
    late = world.now - timedelta(hours=4)
    world.happen("a", 7, world.now - 6 * DAY, late)  # in an hour that was exported already
    day = (world.now - 6 * DAY).date()
    await _pull(world, minutes=5)
    assert world.on_the_bus()[Key("api_calls", day, "a")] == 5
    await _pull(world, hours=24)
    assert world.on_the_bus()[Key("api_calls", day, "a")] == 12


async def test_what_came_to_an_hour_after_it_was_exported_is_added_once(world: Any) -> None:
    """Twelve days back no question asks any more: only the export can tell."""
    day, uploaded = world.now - 12 * DAY, world.now - timedelta(hours=2)
    key = Key("api_calls", day.date(), "a")
    world.happen("a", 5, day, uploaded)
    world.happen("a", 7, day, uploaded, shows_at=world.now + timedelta(hours=5))
    await _pull(world)
    assert world.on_the_bus()[key] == 5
    await _pull(world, hours=12)
    assert world.on_the_bus()[key] == 5
    world.recent = RecentIds()  # a restart in between
    await _pull(world, hours=13)
    assert world.on_the_bus()[key] == 12
    await _pull(world, 3, hours=25)
    assert world.on_the_bus()[key] == 12
    world.happen("a", 1, day, world.now)
    await _pull(world, hours=2)
    assert world.on_the_bus()[key] == 13, "later exports add to the whole of it"


async def test_an_event_that_is_uploaded_twice_counts_once_across_a_restart(world: Any) -> None:
    day = world.now - 12 * DAY
    world.happen("a", 5, day, world.now - timedelta(hours=2), uuid="same")
    await _pull(world)
    world.recent = RecentIds()
    world.happen("a", 5, day, world.now + timedelta(minutes=10), uuid="same")
    await _pull(world, 2, hours=26)
    assert world.on_the_bus()[Key("api_calls", day.date(), "a")] == 5


async def test_an_event_counts_once_whichever_replica_has_the_turn(world: Any) -> None:
    day, other = world.now - 12 * DAY, RecentIds()
    world.happen("a", 1, day)
    await _pull(world)
    mine, world.recent = world.recent, other
    world.happen("a", 5, day, world.now + timedelta(minutes=10), uuid="same")
    await _pull(world, hours=1)
    world.recent = mine
    world.happen("a", 5, day, world.now + timedelta(minutes=10), uuid="same")
    await _pull(world, hours=1)
    assert world.on_the_bus()[Key("api_calls", day.date(), "a")] == 6


async def test_hours_that_hold_more_the_second_time_are_read_in_pieces(world: Any) -> None:
    day = world.now - 12 * DAY
    world.plan = replace(world.plan, export_events_max=5, export_every_hours=4)
    await _pull(world)
    for number in range(12):
        shows = world.now + (20 * HOUR if number % 4 else 0 * HOUR)
        world.happen("a", 1, day, world.now + number * timedelta(minutes=15), shows_at=shows)
    await _pull(world, hours=4)
    assert world.on_the_bus()[Key("api_calls", day.date(), "a")] == 3
    await _pull(world, 2, hours=26)
    assert world.on_the_bus()[Key("api_calls", day.date(), "a")] == 12
    assert all(hours.end > world.now - 30 * HOUR for hours in await world.exported_hours())


async def test_an_hour_that_cannot_be_read_again_is_told_and_keeps_no_other_waiting(world: Any) -> None:
    day = world.now - 12 * DAY
    world.plan = replace(world.plan, export_every_hours=1)
    await _pull(world)
    bad = world.now.replace(minute=0)
    world.happen("a", 2, day, bad + 90 * timedelta(minutes=1), shows_at=world.now + 10 * HOUR)
    await _pull(world, 3, hours=1)
    whole = world.export

    async def refusing(hours: Any, tally: Any) -> None:
        if hours.start == bad:
            raise TooMuchAtOnce("export: HTTP 504")
        await whole(hours, tally)

    world.export = refusing
    await _pull(world, hours=26)
    await _pull(world, minutes=5)
    report = world.reports[-1]
    assert (report.complete, report.reason) == (True, "provider_errors")
    assert "HTTP 504" in report.error
    assert world.on_the_bus()[Key("api_calls", day.date(), "a")] == 2
    world.export = whole
    await _pull(world, minutes=5)
    assert (world.reports[-1].reason, world.reports[-1].error) == (None, None)


async def test_looking_again_waits_for_its_budget_and_never_stops(world: Any) -> None:
    world.plan = replace(world.plan, reread_cost=1)
    world.now = datetime(2026, 11, 29, 12, tzinfo=UTC)
    await _pull(world)
    world.now = datetime(2026, 12, 6, 12, tzinfo=UTC)
    _days_asked(world)
    await _pull(world, 3, minutes=5)
    trailing = (date(2026, 12, 4), date(2026, 12, 6))
    night, month = (date(2026, 11, 27), date(2026, 12, 3)), (date(2026, 11, 1), date(2026, 11, 30))
    assert _days_asked(world) == [trailing, night, trailing, month, trailing]


async def test_failing_to_look_again_takes_nothing_and_is_tried_again(world: Any) -> None:
    await _pull(world)
    world.now += DAY
    whole = world.sums

    async def only_trailing(metric: Any, days: Any, *more: Any) -> Any:
        sums = await whole(metric, days, *more)
        return sums if days[-1] == world.now.date() else replace(sums, incomplete="prunedResult")

    world.sums = only_trailing
    await _pull(world)
    assert world.reports[-1].complete
    assert len(_days_asked(world)) == 3
    world.sums = whole
    await _pull(world, 2, minutes=5)
    assert len(_days_asked(world)) == 3, "once, then it is done"


async def test_an_older_answer_out_of_a_cache_is_not_taken_for_a_look_again(world: Any) -> None:
    world.happen("a", 5, world.now - 6 * DAY)
    await _pull(world)
    known = world.on_the_bus()
    world.now += DAY
    whole = world.sums

    async def cached(metric: Any, days: Any, *more: Any) -> Any:
        sums = await whole(metric, days, *more)
        if days[-1] == world.now.date():
            return sums
        return replace(sums, by_account={}, computed_at=world.now - timedelta(hours=30))

    world.sums = cached
    await _pull(world)
    assert world.on_the_bus() == known


async def test_users_are_counted_by_the_month_and_never_added_up(world: Any) -> None:
    world.plan = replace(world.plan, metrics=[*world.plan.metrics, USERS], history_months=2)
    for days_ago in (1, 2, 3, 35, 36):
        for user in ("u1", "u2"):
            world.happen("a", 1, world.now - days_ago * DAY, user=user)
    world.happen("a", 1, world.now - 3 * DAY, user="u3")
    await _pull(world, 3, minutes=5)
    bus = {key: n for key, n in world.on_the_bus().items() if key.metric == "users"}
    assert bus == {Key("users", date(2026, 11, 1), "a"): 3, Key("users", date(2026, 10, 1), "a"): 2}
    report = [one for one in world.reports if one.scope == "usage|users|0"][-1]
    assert (report.complete, report.coverage[0].from_day) == (True, date(2026, 9, 1))


async def test_a_running_month_is_asked_for_less_often_and_a_finished_one_at_once(world: Any) -> None:
    world.plan = replace(world.plan, metrics=[USERS], history_months=1)
    world.now = datetime(2026, 11, 30, 23, 48, tzinfo=UTC)
    await _pull(world, 3, minutes=2)
    asked = _days_asked(world, "users")
    assert asked == [(date(2026, 11, 1), date(2026, 11, 30)), (date(2026, 10, 1), date(2026, 10, 31))]
    world.happen("a", 1, datetime(2026, 11, 30, 23, 58, tzinfo=UTC))
    world.now = datetime(2026, 12, 1, 0, 3, tzinfo=UTC)
    await _pull(world, 2, minutes=1)
    assert _days_asked(world, "users") == [
        (date(2026, 12, 1), date(2026, 12, 1)),
        (date(2026, 11, 1), date(2026, 11, 30)),
    ], "the month that was last looked at while it ran is read to its end"
    assert world.on_the_bus() == {Key("users", date(2026, 11, 1), "a"): 1}


async def test_a_metric_that_is_new_beside_a_running_export_is_not_taken_for_zero(world: Any) -> None:
    world.happen("a", 4000, world.now - 30 * DAY)
    await _pull(world)
    world.plan = replace(world.plan, metrics=[*world.plan.metrics, OTHER], reread_cost=1)
    await _pull(world, minutes=61)
    report = world.reports[-1]
    assert (report.scope, report.complete, report.reason) == ("usage|calls_in_thousands|0", False, "never_complete")
    await _pull(world, 2, minutes=61)
    assert world.reports[-1].complete
    assert world.on_the_bus()[Key("calls_in_thousands", (world.now - 30 * DAY).date(), "a")] == 4


async def test_a_day_that_ran_when_the_service_went_down_for_long_is_read_to_its_end(world: Any) -> None:
    await _pull(world)
    world.plan = replace(world.plan, metrics=[*world.plan.metrics, OTHER])
    await _pull(world, 3, minutes=5)
    world.happen("a", 7000, world.now + 3 * HOUR)
    day = world.now.date()
    await _pull(world, days=13)
    assert world.on_the_bus()[Key(OTHER.name, day, "a")] == 7
    assert all(report.complete for report in world.reports[-2:])
    world.asked_days.clear()
    await _pull(world, minutes=5)
    assert len(_days_asked(world, OTHER.name)) == 1, "and not asked for once more"


async def test_a_changed_definition_starts_anew(world: Any) -> None:
    day = (world.now - 20 * DAY).date()
    world.happen("a", 4000, world.now - 20 * DAY)
    await _pull(world)
    assert world.on_the_bus()[Key("api_calls", day, "a")] == 4000
    world.plan = replace(world.plan, metrics=[replace(world.plan.metrics[0], scale=Decimal("0.001"))], reread_cost=1)
    world.happen("a", 1000, world.now - 20 * DAY, world.now + timedelta(minutes=30))
    await _pull(world, minutes=125)
    assert world.reports[-1].reason == "never_complete"
    await _pull(world, 3, minutes=5)
    assert world.reports[-1].complete
    assert world.on_the_bus()[Key("api_calls", day, "a")] == 5


async def test_a_metric_that_went_and_came_back_is_read_anew(world: Any) -> None:
    """What was exported without it in between is not taken for zero."""
    both = [*world.plan.metrics, OTHER]
    world.plan = replace(world.plan, metrics=both, reread_cost=1)
    await _pull(world)
    world.plan = replace(world.plan, metrics=both[:1])
    world.happen("a", 4000, world.now - 20 * DAY, world.now + timedelta(minutes=30))
    await _pull(world, 2, minutes=65)
    world.plan = replace(world.plan, metrics=both)
    await _pull(world, minutes=65)
    assert world.reports[-1].reason == "never_complete"
    await _pull(world, 3, minutes=65)
    assert world.reports[-1].complete
    assert world.on_the_bus()[Key("calls_in_thousands", (world.now - 20 * DAY).date(), "a")] == 4


async def test_days_do_not_become_months_under_the_same_name(world: Any) -> None:
    world.happen("a", 4, world.now - DAY)
    await _pull(world)
    world.plan = replace(world.plan, metrics=[replace(USERS, name="api_calls")])
    await _pull(world, minutes=5)
    report = world.reports[-1]
    assert (report.complete, report.reason) == (False, "provider_error")
    assert "give the new definition another name" in report.error
    assert list(world.on_the_bus().values()) == [4]


@pytest.mark.parametrize("metric", [USERS, OTHER])
def test_nothing_is_due_before_the_first_day(metric: Metric) -> None:
    now, today = datetime(2026, 12, 9, 12, tzinfo=UTC), date(2026, 12, 9)
    look = next_look(
        metric, {}, Marks(date(2026, 12, 8), date(2026, 10, 1)), now=now, first=today, unread=None, rules=Rules()
    )
    assert look is None


async def test_new_accounts_are_looked_at_again_with_their_partition(world: Any) -> None:
    for number in range(6):
        world.happen(f"a{number}", 1, world.now - DAY)
    await _pull(world)
    await _pull(world, hours=24)
    before = {scope: min(by_day(one.coverage).values()) for scope, one in world.claims.items()}
    world.happen("new", 3, world.now - 6 * DAY, world.now + timedelta(minutes=5))
    await _pull(world, minutes=65)
    assert world.on_the_bus()[Key("api_calls", (world.now - 6 * DAY).date(), "new")] == 3
    assert all(min(by_day(one.coverage).values()) >= before[scope] for scope, one in world.claims.items())


def _look(metric: Metric, marks: Marks, now: datetime) -> Any:
    known = {date(2026, 9, 1) + DAY * number: datetime(2027, 1, 1, tzinfo=UTC) for number in range(120)}
    return next_look(metric, known, marks, now=now, first=date(2026, 9, 1), unread=None, rules=Rules())


def test_a_settled_month_is_not_looked_at_night_by_night_any_more() -> None:
    night = datetime(2026, 12, 3, 4, tzinfo=UTC)
    before, october, november = date(2026, 12, 2), date(2026, 10, 1), date(2026, 11, 1)
    found = _look(USERS, Marks(before, october), night)
    assert (found.first, found.last, found.marks) == (november, date(2026, 11, 30), Marks(night.date(), october))
    assert _look(USERS, Marks(before, november), night) is None
    assert _look(OTHER, Marks(night.date(), november), night) is None


def test_what_is_claimed_less_of_is_due_again_at_once() -> None:
    today, rules = date(2026, 12, 9), Rules()
    marks = Marks(today, date(2026, 11, 1))
    assert reopened(marks, [today], today, rules) == marks
    night = reopened(marks, [date(2026, 12, 5)], today, rules)
    assert night == Marks(AT_ONCE, date(2026, 11, 1))
    assert _look(OTHER, night, datetime(2026, 12, 9, 0, 30, tzinfo=UTC)).last == date(2026, 12, 6)
    assert reopened(marks, [date(2026, 11, 5)], today, rules) == Marks(AT_ONCE, date(2026, 10, 1))
    assert reopened(Marks(), [date(2026, 11, 5)], today, rules) == Marks()


async def test_a_source_that_fails_while_it_is_asked_again_is_still_read_up_to_now(world: Any) -> None:
    await _pull(world)
    world.now += DAY
    whole = world.sums

    async def failing(metric: Any, days: Any, *more: Any) -> Any:
        if days[-1] != world.now.date():
            raise SourceUnavailable("HTTP 504")
        return await whole(metric, days, *more)

    world.sums = failing
    await _pull(world)
    assert (world.reports[-1].complete, world.reports[-1].as_of) == (True, world.now)


async def test_an_answer_that_is_cut_while_asking_again_divides_the_partition(world: Any) -> None:
    for number in range(8):
        world.happen(f"a{number}", 1, world.now - 6 * DAY, world.now + timedelta(hours=23, minutes=50))
    await _pull(world)
    world.export_hours_max = 0
    await _pull(world, hours=24)
    assert len(set(world.placed.values())) > 1
