"""A pull announces the current value of each day, and claims no more than it knows."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest_amplitude.domain.answers import GarbledAnswer
from ingest_amplitude.domain.coverage import by_day
from ingest_amplitude.ports import SourceUnavailable
from ingest_amplitude.usecases.pull import pull_usage

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def _claims(world: Any, account: str) -> dict[date, datetime]:
    """What the last reports claim of an account, day by day."""
    found: dict[date, datetime] = {}
    for report in {report.scope: report for report in world.reports}.values():
        if report.refs is None or f"amplitude:{account}" in report.refs:
            for run in report.coverage:
                days = (run.to_day - run.from_day).days + 1
                found |= {run.from_day + timedelta(days=n): run.as_of for n in range(days)}
    return found


def _holds(world: Any) -> None:
    """Each claimed day of each account is on the bus exactly as Amplitude had it at the claimed instant.

    What a killed pull had announced may be ahead of its claim until that day is read again, and never ahead of the truth.
    """
    bus, now = world.on_the_bus(), world.truth(world.now)
    for account in {event.account for event in world.events}:
        for day, as_of in _claims(world, account).items():
            claimed = world.truth(as_of)
            for key in {key for key in bus.keys() | claimed.keys() if key.account == account and key.day == day}:
                shown, least = bus.get(key, Decimal(0)), claimed.get(key, Decimal(0))
                assert least <= shown <= now.get(key, Decimal(0)) if key in world.unsure else shown == least, key


class TestHistory:
    async def test_is_announced_and_covered(self, world: Any) -> None:
        world.happen("a", 5, world.now - 20 * DAY)
        world.happen("a", 6, world.now - 20 * DAY)
        world.happen("b", 1, world.now - HOUR)
        await pull_usage(world.deps())
        assert sorted(world.on_the_bus().values()) == [1, 11]
        (report,) = world.reports
        assert (report.scope, report.complete, report.refs) == ("usage|api_calls|0", True, None)
        assert report.coverage[0].from_day == date(2026, 10, 1)
        assert report.coverage[0].as_of == world.now.replace(minute=0) - timedelta(microseconds=1)
        assert (report.coverage[-1].to_day, report.coverage[-1].as_of) == (world.now.date(), world.now)
        assert report.as_of == world.now
        _holds(world)

    async def test_the_second_pull_announces_nothing(self, world: Any) -> None:
        world.happen("a", 5, world.now - 20 * DAY)
        world.happen("a", 5, world.now - HOUR)
        await pull_usage(world.deps())
        sent = len(world.sent)
        world.now += timedelta(minutes=5)
        await pull_usage(world.deps())
        assert len(world.sent) == sent == 2
        assert world.reports[-1].as_of == world.now

    async def test_is_split_where_it_is_too_much(self, world: Any) -> None:
        world.export_hours_max = 24
        world.happen("a", 5, world.now - 20 * DAY)
        await pull_usage(world.deps())
        assert list(world.on_the_bus().values()) == [5]
        taken = [hours for hours in world.exports if len(hours) <= 24]
        assert all(a.end == b.start for a, b in pairwise(taken))

    async def test_longer_pieces_that_are_refused_are_tried_ever_more_rarely(self, world: Any) -> None:
        world.export_hours_max = 24
        world.happen("a", 5, world.now - 20 * DAY)
        await pull_usage(world.deps())
        refused = [place for place, hours in enumerate(world.exports) if len(hours) > 24]
        apart = [after - before for before, after in pairwise(refused)]
        assert len(refused) < 10 < len(world.exports)
        assert apart == sorted(apart)
        assert apart[-1] > 4

    async def test_holds_no_more_events_at_once_than_it_may_however_many_there_are(self, world: Any) -> None:
        world.plan = replace(world.plan, export_events_max=3)
        for number in range(20):
            world.happen("a", 1, world.now - 20 * DAY - number * timedelta(minutes=50))
        await pull_usage(world.deps())
        assert sum(world.on_the_bus().values()) == 20
        assert world.reports[-1].complete
        lengths = [len(hours) for hours in world.exports]
        assert min(lengths) <= 3
        assert lengths[-3] > 100, "where little happened the pieces are long again"
        assert len(lengths) < 100

    async def test_counts_a_single_hour_whatever_it_holds(self, world: Any) -> None:
        world.plan = replace(world.plan, export_events_max=3)
        for _ in range(20):
            world.happen("a", 1, world.now - 20 * DAY)
        await pull_usage(world.deps())
        assert list(world.on_the_bus().values()) == [20]

    @pytest.mark.parametrize("at", [0, 1, 3, 5])
    async def test_a_killed_load_goes_on_and_counts_nothing_twice(self, world: Any, at: int) -> None:
        for number in range(40):
            world.happen("ab"[number % 2], 1, world.now - number * DAY)
        world.die_at_publish = at
        with pytest.raises(ConnectionError):
            await pull_usage(world.deps())
        await pull_usage(world.deps())
        assert world.on_the_bus() == world.truth(world.now)
        _holds(world)

    async def test_a_hole_after_the_history_is_told(self, world: Any) -> None:
        world.happen("a", 5, world.now - 20 * DAY)
        await pull_usage(world.deps())
        world.now += 19 * DAY
        world.export_hours_max = 0
        world.plan = replace(world.plan, reread_cost=1)  # one look back a pull, and it does not reach over the hole
        await pull_usage(world.deps())
        assert (world.reports[-1].complete, world.reports[-1].reason) == (False, "never_complete")
        world.export_hours_max = 1000
        await pull_usage(world.deps())
        assert world.reports[-1].complete


class TestLateUsage:
    async def test_to_an_old_day_is_seen_with_the_next_export(self, world: Any) -> None:
        world.happen("a", 5, world.now - 20 * DAY)
        await pull_usage(world.deps())
        world.happen("a", 3, world.now - 20 * DAY, uploaded=world.now + timedelta(minutes=1))
        world.now += timedelta(minutes=10)
        await pull_usage(world.deps())
        assert list(world.on_the_bus().values()) == [5]
        _holds(world)
        world.now += HOUR
        await pull_usage(world.deps())
        assert list(world.on_the_bus().values()) == [8]
        _holds(world)

    async def test_an_export_never_turns_back_a_later_answer(self, world: Any) -> None:
        world.plan = replace(world.plan, export_delay=2 * HOUR)
        world.happen("a", 5, world.now - 2 * HOUR)
        world.happen("a", 2, world.now - timedelta(minutes=20))
        await pull_usage(world.deps())
        world.now += timedelta(minutes=50)  # 13:20: the export brings 10:30 now, and does not know of 12:10
        await pull_usage(world.deps())
        assert [quantity for _, quantity, _ in world.sent] == [7]
        _holds(world)

    async def test_the_same_event_uploaded_again_counts_once(self, world: Any) -> None:
        at = world.now - 20 * DAY
        world.happen("a", 5, at, uuid="x")
        world.happen("a", 5, at, uploaded=at + 9 * DAY, uuid="x")
        await pull_usage(world.deps())
        assert list(world.on_the_bus().values()) == [5]


class TestZeros:
    async def test_a_value_that_vanished_is_announced_as_zero(self, world: Any) -> None:
        world.happen("a", 5, world.now - HOUR)
        await pull_usage(world.deps())
        world.events.clear()
        world.now += timedelta(minutes=5)
        await pull_usage(world.deps())
        assert [quantity for _, quantity, _ in world.sent] == [5, 0]
        world.now += timedelta(minutes=5)
        await pull_usage(world.deps())
        assert len(world.sent) == 2

    async def test_a_value_that_returns_after_a_kill_is_announced_again(self, world: Any) -> None:
        world.happen("a", 5, world.now - HOUR)
        await pull_usage(world.deps())
        world.happen("a", 3, world.now)
        world.happen("b", 1, world.now)
        world.now += timedelta(minutes=5)
        world.die_at_publish = 0
        with pytest.raises(ConnectionError):
            await pull_usage(world.deps())
        del world.events[1:]  # both are taken back before anything was remembered of them
        await pull_usage(world.deps())
        assert world.on_the_bus() == world.truth(world.now)


class TestPartitions:
    async def test_ask_for_their_accounts_and_report_them(self, world: Any) -> None:
        for number in range(7):
            world.happen(f"a{number}", number + 1, world.now - 9 * DAY)
            world.happen(f"a{number}", 1, world.now - HOUR)
        await pull_usage(world.deps())
        assert [len(accounts) for _, accounts in world.questions] == [4, 3]
        assert [report.scope for report in world.reports] == ["usage|api_calls|0", "usage|api_calls|1"]
        assert sorted(ref for report in world.reports for ref in report.refs) == [f"amplitude:a{n}" for n in range(7)]
        _holds(world)

    async def test_a_cut_answer_halves_and_asks_again(self, world: Any) -> None:
        world.plan = replace(world.plan, partition_capacity=50)
        for number in range(11):
            world.happen(f"a{number:02}", 1, world.now - 9 * DAY)
            world.happen(f"a{number:02}", 1, world.now - HOUR)
        await pull_usage(world.deps())
        assert len(world.reports) == 2
        assert all(report.complete for report in world.reports)
        assert world.on_the_bus() == world.truth(world.now)
        _holds(world)

    async def test_a_new_account_joins_with_the_next_export(self, world: Any) -> None:
        for number in range(7):
            world.happen(f"a{number}", 1, world.now - HOUR)
        await pull_usage(world.deps())
        world.happen("new", 9, world.now + timedelta(minutes=1))
        world.now += timedelta(minutes=5)
        await pull_usage(world.deps())
        assert _claims(world, "new") == {}
        world.now += HOUR
        await pull_usage(world.deps())
        assert world.on_the_bus() == world.truth(world.now)
        assert len(_claims(world, "new")) == 41
        _holds(world)

    async def test_a_new_account_of_a_single_partition_shows_at_once(self, world: Any) -> None:
        world.happen("a", 1, world.now - HOUR)
        await pull_usage(world.deps())
        world.happen("new", 9, world.now + timedelta(minutes=1))
        world.now += timedelta(minutes=5)
        await pull_usage(world.deps())
        assert world.on_the_bus() == world.truth(world.now)


class TestFailure:
    async def test_an_answer_that_is_not_whole_changes_nothing(self, world: Any) -> None:
        world.happen("a", 5, world.now - HOUR)
        await pull_usage(world.deps())
        before = by_day(next(iter(world.claims.values())).coverage)
        world.events.clear()
        world.incomplete = "realtimeDataMissing"
        world.now += timedelta(minutes=5)
        await pull_usage(world.deps())
        report = world.reports[-1]
        assert (report.complete, report.reason, report.error) == (False, "incomplete_answer", "realtimeDataMissing")
        assert list(world.on_the_bus().values()) == [5]
        assert by_day(next(iter(world.claims.values())).coverage) == before
        assert report.as_of == world.now - timedelta(minutes=5)

    async def test_a_provider_that_is_down_is_asked_once_and_reported_for_each_scope(self, world: Any) -> None:
        for number in range(7):
            world.happen(f"a{number}", 1, world.now - HOUR)
        await pull_usage(world.deps())
        complete_at, world.down = world.now, "HTTP 503"
        world.now += timedelta(minutes=5)
        outcome = await pull_usage(world.deps())
        assert (outcome.complete, outcome.incomplete) == (0, 2)
        for report in world.reports[-2:]:
            assert (report.reason, report.as_of) == ("provider_error", complete_at)
            assert "HTTP 503" in report.error
        world.down = None
        world.now += timedelta(minutes=5)
        assert (await pull_usage(world.deps())).incomplete == 0

    async def test_one_answer_that_is_garbled_keeps_no_other_from_being_asked_for(self, world: Any) -> None:
        world.plan = replace(world.plan, metrics=[replace(world.plan.metrics[0], name="garbled"), *world.plan.metrics])
        whole = world.sums

        async def one_garbled(metric: Any, *more: Any) -> Any:
            if metric.name == "garbled":
                raise GarbledAnswer("the answer is no JSON")
            return await whole(metric, *more)

        world.sums = one_garbled
        await pull_usage(world.deps())
        assert [(report.scope, report.complete) for report in world.reports] == [
            ("usage|garbled|0", False),
            ("usage|api_calls|0", True),
        ]

    @pytest.mark.parametrize(
        ("silent", "asked"),
        [
            ({"b"}, ["a", "a", "b", "c", "c", "d", "d"]),
            ({"a", "c"}, ["a", "b", "b", "c", "d", "d"]),
            ({"b", "c"}, ["a", "a", "b", "c"]),
            ({"a", "b", "c", "d"}, ["a", "b"]),
        ],
    )
    async def test_one_metric_that_takes_amplitude_too_long_keeps_no_other_from_being_asked_for(
        self, world: Any, silent: set[str], asked: list[str]
    ) -> None:
        for number in range(7):
            world.happen(f"a{number}", 1, world.now - HOUR)
        world.plan = replace(world.plan, metrics=[replace(world.plan.metrics[0], name=name) for name in "abcd"])
        await pull_usage(world.deps())
        whole, met = world.sums, []

        async def some_silent(metric: Any, *more: Any) -> Any:
            met.append(metric.name)
            if metric.name in silent:
                raise SourceUnavailable("HTTP 504")
            return await whole(metric, *more)

        world.sums = some_silent
        world.now += timedelta(minutes=5)
        await pull_usage(world.deps())
        assert met == asked
        told = {report.scope: report.complete for report in world.reports[-8:]}
        answered = Counter(name for name in asked if name not in silent)
        assert told == {f"usage|{name}|{part}": part < answered[name] for name in "abcd" for part in range(2)}

    async def test_an_answer_out_of_a_cache_does_not_turn_time_back(self, world: Any) -> None:
        world.happen("a", 5, world.now - HOUR)
        await pull_usage(world.deps())
        world.events.clear()
        world.computed_at = world.now - timedelta(minutes=1)
        world.now += timedelta(minutes=5)
        await pull_usage(world.deps())
        assert list(world.on_the_bus().values()) == [5]
        assert world.reports[-1].as_of == world.now - timedelta(minutes=5)


class TestAlways:
    @settings(max_examples=100, deadline=None)
    @given(data=st.data())
    async def test_what_is_claimed_is_true(self, new_world: Any, data: Any) -> None:
        """Uploads late and early, in the export as nobody can read them, new accounts, kills, outages, answers out of a
        cache, questions that name too many: every claim holds at every moment."""
        world = new_world()
        world.plan = replace(world.plan, export_delay=HOUR * data.draw(st.integers(0, 2)))
        world.names_max = data.draw(st.sampled_from([1000, 2]))
        shown = st.sampled_from(["line"] * 6 + ["list", "timeless", "garbled"])
        accounts = st.sampled_from([f"a{n}" for n in range(9)])
        for _ in range(data.draw(st.integers(1, 8))):
            world.now += timedelta(minutes=data.draw(st.sampled_from([5, 30, 65, 26 * 60])))
            for _ in range(data.draw(st.integers(0, 6))):
                late = data.draw(st.integers(0, 30 * 24 * 60))
                uploaded = world.now - timedelta(minutes=data.draw(st.integers(0, 4)))
                account, quantity = data.draw(accounts), data.draw(st.integers(1, 9))
                at = uploaded - timedelta(minutes=late)
                world.happen(account, quantity, at, uploaded, in_export=data.draw(shown))
            world.down = "HTTP 503" if data.draw(st.integers(0, 5)) == 0 else None
            cached_min = data.draw(st.sampled_from([0, 0, 0, 3, 90]))
            world.computed_at = world.now - timedelta(minutes=cached_min) if cached_min else None
            world.die_at_publish = data.draw(st.sampled_from([None, None, 0, 1]))
            try:
                await pull_usage(world.deps())
            except ConnectionError:
                continue
        world.down = world.die_at_publish = world.computed_at = None
        await pull_usage(world.deps())
        _holds(world)


async def test_a_pull_that_comes_through_says_that_too_many_calls_fail(world: Any) -> None:
    async def trouble() -> str:
        return "9 of 90 calls failed"

    world.happen("a", 5, world.now - HOUR)
    outcome = await pull_usage(replace(world.deps(), trouble=trouble))
    assert (outcome.complete, outcome.incomplete) == (1, 0)
    (report,) = world.reports
    assert (report.complete, report.reason, report.error) == (True, "provider_errors", "9 of 90 calls failed")
    assert report.as_of == world.now
