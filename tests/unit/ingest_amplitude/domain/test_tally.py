"""Exported events add up exactly, each once."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_amplitude.domain.buckets import Filter, Key, Metric
from ingest_amplitude.domain.tally import RecentIds, Tally, event_id
from ingest_amplitude.domain.windows import HOUR, Hours

CALLS = Metric("api_calls", "api_calls_metered", "quantity", "calls")
BYTES = Metric("bytes_out", "api_calls_metered", "bytes", "bytes")


def tally(
    zone: str = "UTC", recent: RecentIds | None = None, metrics: Sequence[Metric] = (CALLS, BYTES), **more: Any
) -> Tally:
    return Tally(
        metrics,
        account_property="account_id",
        zone=ZoneInfo(zone),
        first_day=date(2026, 10, 1),
        recent=recent or RecentIds(),
        **more,
    )


def add(into: Tally, uuid: str, time: str = "2026-10-02 10:00:00.000000", **properties: object) -> None:
    into.add("api_calls_metered", time, uuid, {"account_id": "a", "quantity": 1, "bytes": 1} | properties)


class TestTally:
    def test_adds_up_by_account_metric_and_day(self) -> None:
        counted = tally()
        add(counted, "1", quantity=5)
        add(counted, "2", quantity=7, bytes=Decimal("0.1"))
        add(counted, "3", quantity="0.25", bytes=Decimal("0.2"), account_id="b")
        assert counted.totals == {
            Key("api_calls", date(2026, 10, 2), "a"): Decimal(12),
            Key("bytes_out", date(2026, 10, 2), "a"): Decimal("1.1"),
            Key("api_calls", date(2026, 10, 2), "b"): Decimal("0.25"),
            Key("bytes_out", date(2026, 10, 2), "b"): Decimal("0.2"),
        }

    def test_counts_an_event_once(self) -> None:
        recent = RecentIds()
        counted = tally(recent=recent)
        add(counted, "550e8400-e29b-41d4-a716-446655440000")
        add(counted, "550e8400-e29b-41d4-a716-446655440000")
        assert counted.repeated == 1
        assert counted.totals[Key("api_calls", date(2026, 10, 2), "a")] == 1
        recent.remember(counted.event_ids)
        again = tally(recent=recent)
        add(again, "550e8400-e29b-41d4-a716-446655440000")
        assert again.repeated == 1
        assert again.totals == {}

    @pytest.mark.parametrize(("events", "full"), [(1, False), (2, False), (3, True), (4, True)])
    def test_is_full_beyond_what_shall_be_held(self, events: int, full: bool) -> None:
        counted = tally(events_max=2)
        for number in range(events):
            add(counted, str(number))
        assert counted.full is full
        assert not tally().full

    @pytest.mark.parametrize(("owner", "reads"), [("user", True), ("event", False)])
    def test_says_whether_users_decide(self, owner: Any, reads: bool) -> None:
        filtered = replace(CALLS, filters=(Filter("plan", ("pro",), owner=owner),))
        assert tally(metrics=[BYTES, filtered]).reads_users is reads

    def test_what_seems_to_be_uploaded_before_it_happened_is_not_late(self) -> None:
        counted = tally()
        for number, uploaded in enumerate(("2026-10-01 23", "2026-10-02 00", "2026-10-03 00")):
            properties = {"account_id": "a", "quantity": 1, "bytes": 1}
            counted.add("api_calls_metered", "2026-10-02 10:00", str(number), properties, uploaded=f"{uploaded}:30:00")
        late = counted.late[Key("api_calls", date(2026, 10, 2), "a")]
        assert list(late) == [datetime(2026, 10, 3, tzinfo=UTC)]

    @pytest.mark.parametrize(("time", "unread"), [("2026-10-01 00:00", True), ("2026-09-30 23:59", False)])
    def test_a_garbled_line_costs_a_day_of_the_history_only(self, time: str, unread: bool) -> None:
        counted = tally(metrics=[CALLS])
        counted.add_garbled(b"{", "no JSON", "api_calls_metered", time)
        assert counted.unread == ({("api_calls", date(2026, 10, 1))} if unread else set())

    @pytest.mark.parametrize(
        ("account", "name"),
        [
            (Decimal(-1), "-1"),
            (Decimal("-1.5"), None),
            (Decimal("1.5"), None),
            (Decimal(2**63 - 1), str(2**63 - 1)),
            (Decimal(2**63), None),
            (Decimal("NaN"), None),
        ],
    )
    def test_only_a_whole_number_names_an_account(self, account: Decimal, name: str | None) -> None:
        counted = tally(metrics=[CALLS])
        add(counted, "1", account_id=account)
        assert {key.account for key in counted.totals} == ({name} if name else set())

    @pytest.mark.parametrize("account", ["a\x00b", "a\ud83d"])
    def test_a_name_that_cannot_be_kept_leaves_its_day_to_a_question(self, account: str) -> None:
        counted = tally(metrics=[CALLS])
        add(counted, "1", account_id=account)
        assert (counted.accounts, counted.unread) == (set(), {("api_calls", date(2026, 10, 2))})

    def test_days_are_the_projects(self) -> None:
        counted = tally("America/Los_Angeles")
        add(counted, "1", "2026-10-02 06:59:59.999000")
        add(counted, "2", "2026-10-02 07:00:00")
        assert {key.day for key in counted.totals} == {date(2026, 10, 1), date(2026, 10, 2)}

    @given(st.integers(0, 57 * 24 * 60), st.sampled_from(["Asia/Kathmandu", "UTC"]))
    def test_the_day_is_that_of_the_instant(self, minutes: int, zone: str) -> None:
        moment = datetime(2026, 10, 5, tzinfo=UTC) + timedelta(minutes=minutes)
        counted = tally(zone)
        add(counted, "1", f"{moment:%Y-%m-%d %H:%M:%S.%f}")
        assert {key.day for key in counted.totals} == {moment.astimezone(ZoneInfo(zone)).date()}

    def test_passes_over_other_events_and_days_before_the_history(self) -> None:
        counted = tally()
        counted.add("page_viewed", "2026-10-02 10:00", "1", {})
        add(counted, "2", "2026-09-30 23:59:00")
        assert (counted.totals, counted.unreadable) == ({}, 0)

    @pytest.mark.parametrize(
        ("broken", "day"),
        [
            ({"account_id": ["a"]}, date(2026, 10, 2)),
            ({"account_id": {"id": "a"}}, date(2026, 10, 2)),
            ({"account_id": True}, date(2026, 10, 2)),
            ({"account_id": Decimal("7.5")}, date(2026, 10, 2)),
            ({"account_id": Decimal("NaN")}, date(2026, 10, 2)),
            ({"account_id": Decimal("1E+999999")}, date(2026, 10, 2)),
            ({"time": "soon"}, None),
            ({"time": ""}, None),
        ],
    )
    def test_counts_what_cannot_be_read_without_guessing(self, broken: dict[str, object], day: date | None) -> None:
        counted = tally()
        time = str(broken.pop("time", "2026-10-02 10:00"))
        add(counted, "1", time, **broken)
        assert (counted.totals, counted.unreadable) == ({}, 1)
        assert counted.unread == {("api_calls", day), ("bytes_out", day)}

    @pytest.mark.parametrize(
        ("number", "name"),
        [(7, "7"), (Decimal("7.0"), "7"), (Decimal("1E+3"), "1000"), (-1, "-1"), (Decimal("-0.0"), "0")],
    )
    def test_a_whole_number_names_an_account_by_its_digits(self, number: object, name: str) -> None:
        counted = tally()
        add(counted, "1", account_id=number)
        assert {key.account for key in counted.totals} == counted.accounts == {name}
        assert (counted.unreadable, counted.unread) == (0, set())

    @pytest.mark.parametrize("named", [None, "", "(none)"])
    def test_an_event_without_account_is_nobodys_and_leaves_nothing_unread(self, named: object) -> None:
        counted = tally()
        add(counted, "1", account_id=named)
        add(counted, "2", "soon", account_id=named)
        counted.add("api_calls_metered", "2026-10-02 10:00", "3", {"quantity": 1})
        assert (counted.nameless, counted.unreadable, counted.unread, counted.totals) == (3, 0, set(), {})

    def test_a_property_that_is_no_number_leaves_nothing_unread(self) -> None:
        counted = tally()
        add(counted, "1", quantity="many")
        assert (counted.unreadable, counted.unread) == (1, set())

    def test_only_metrics_that_would_count_the_event_are_unread(self) -> None:
        paid = Metric("paid", "api_calls_metered", "quantity", "calls", filters=(Filter("plan", ("pro",)),))
        counted = tally(metrics=[CALLS, paid], watched=("signed_in",))
        add(counted, "1", account_id=[], plan="free")
        add(counted, "2", "2026-09-30 10:00", account_id=[], plan="pro")
        counted.add("signed_in", "2026-10-02 10:00", "3", {"account_id": []})
        assert counted.unread == {("api_calls", date(2026, 10, 2))}

    def test_a_garbled_line_leaves_unread_what_it_may_have_been(self) -> None:
        counted, here = tally(metrics=[CALLS, Metric("seats", "signed_in", None, "users", "totals")]), date(2026, 10, 2)
        counted.add_garbled(b"1", "uuid: missing", "page_viewed", "2026-10-02 10:00")
        counted.add_garbled(b"2", "uuid: missing", "signed_in", "2026-09-30 10:00")
        assert (counted.unread, counted.unreadable) == (set(), 0)
        for _ in range(2):
            counted.add_garbled(b"3", "uuid: missing", "signed_in", "2026-10-02 10:00")
        assert (counted.unread, counted.unreadable, counted.repeated) == ({("seats", here)}, 1, 1)
        counted.add_garbled(b"4", "not JSON", None, "")
        assert counted.unread == {("seats", here), ("seats", None), ("api_calls", None)}
        assert counted.why_unreadable == "not JSON"

    def test_what_was_uploaded_after_its_day_is_late(self) -> None:
        counted = tally("America/Los_Angeles")
        properties = {"account_id": "a", "quantity": 4, "bytes": "many"}
        for number, uploaded in enumerate(["2026-10-03 06:59:59.999000", "2026-10-03 07:00:00", "2026-10-03 07:59"]):
            counted.add("api_calls_metered", "2026-10-02 10:00", str(number), properties, uploaded=uploaded)
        bucket = Key("api_calls", date(2026, 10, 2), "a")
        assert counted.late == {bucket: {datetime(2026, 10, 3, 7, tzinfo=UTC): Decimal(8)}}
        assert counted.totals[bucket] == 12
        assert counted.undated == set()

    def test_a_day_that_is_not_over_when_the_hour_begins_is_not_late(self) -> None:
        """An upload counts from the beginning of its hour on; in Kathmandu days begin at a quarter past an hour."""
        counted = tally("Asia/Kathmandu")
        properties = {"account_id": "a", "quantity": 1, "bytes": 1}
        counted.add("api_calls_metered", "2026-10-02 10:00", "1", properties, uploaded="2026-10-02 18:40")
        assert counted.late == {}
        counted.add("api_calls_metered", "2026-10-02 10:00", "2", properties, uploaded="2026-10-02 19:01")
        assert counted.late[Key("api_calls", date(2026, 10, 2), "a")] == {
            datetime(2026, 10, 2, 19, tzinfo=UTC): Decimal(1)
        }

    def test_late_events_of_one_hour_are_added_up_and_of_two_are_told_apart(self) -> None:
        counted = tally()
        for number, hour in enumerate((5, 5, 6)):
            properties = {"account_id": "a", "quantity": 10**number}
            uploaded = f"2026-10-04 0{hour}:30"
            counted.add("api_calls_metered", "2026-10-02 10:00", str(number), properties, uploaded=uploaded)
        late = counted.late[Key("api_calls", date(2026, 10, 2), "a")]
        assert late == {
            datetime(2026, 10, 4, 5, tzinfo=UTC): Decimal(11),
            datetime(2026, 10, 4, 6, tzinfo=UTC): Decimal(100),
        }

    @pytest.mark.parametrize("uploaded", ["", "soon"])
    def test_an_event_without_time_of_upload_counts_and_says_so(self, uploaded: str) -> None:
        counted = tally()
        counted.add("api_calls_metered", "2026-10-02 10:00", "1", {"account_id": "a", "quantity": 4}, uploaded=uploaded)
        assert Key("api_calls", date(2026, 10, 2), "a") in counted.undated
        assert counted.late == {}
        assert counted.totals[Key("api_calls", date(2026, 10, 2), "a")] == 4

    def test_it_counts_what_it_counted_and_what_it_met(self) -> None:
        counted = tally()
        add(counted, "1")
        add(counted, "1")
        add(counted, "2", quantity="many")
        add(counted, "3", "2026-09-30 23:59:00")
        assert (counted.counted, counted.repeated, counted.unreadable) == (3, 1, 1)
        assert len(counted.met) == len(counted.event_ids) == 3
        assert counted.why_unreadable == "event_properties.quantity: 'many' is no exact number"

    @pytest.mark.parametrize(
        ("broken", "said"),
        [
            ({"account_id": [7]}, "event_properties.account_id: [7] names no account"),
            ({"time": "soon"}, "event_time: 'soon' is no instant"),
            ({"bytes": 1.5}, "event_properties.bytes: 1.5 is no exact number"),
        ],
    )
    def test_what_cannot_be_read_says_where_and_why(self, broken: dict[str, object], said: str) -> None:
        counted = tally()
        add(counted, "1", str(broken.pop("time", "2026-10-02 10:00")), **broken)
        assert counted.why_unreadable == said

    def test_a_repeat_is_met_all_the_same(self) -> None:
        recent = RecentIds()
        recent.remember([event_id("1")])
        counted = tally(recent=recent)
        add(counted, "1")
        assert (counted.repeated, counted.met, counted.event_ids) == (1, {event_id("1")}, set())

    def test_the_first_day_counts(self) -> None:
        counted = tally()
        add(counted, "1", "2026-10-01 00:00")
        assert {key.day for key in counted.totals} == {date(2026, 10, 1)}
        assert counted.accounts == {"a"}

    def test_accounts_of_days_before_the_history_are_not_noted(self) -> None:
        counted = tally()
        add(counted, "1", "2026-09-30 23:59")
        assert counted.accounts == set()

    @pytest.mark.parametrize(("events", "full"), [(2, False), (3, True)])
    def test_it_is_full_with_more_events_than_shall_be_held(self, events: int, full: bool) -> None:
        counted = tally(events_max=2)
        for number in range(events):
            add(counted, str(number))
        assert counted.full is full

    def test_without_a_bound_it_is_never_full(self) -> None:
        counted = tally()
        add(counted, "1")
        assert not counted.full

    def test_what_is_only_watched_asks_for_no_user(self) -> None:
        assert not tally(watched=["seen"]).reads_users

    @pytest.mark.parametrize("value", [None, True, "many", 1.5, Decimal("NaN")])
    def test_a_quantity_must_be_an_exact_number(self, value: object) -> None:
        counted = tally()
        add(counted, "1", quantity=value)
        assert counted.unreadable == 1
        assert Key("api_calls", date(2026, 10, 2), "a") not in counted.totals


class TestRecentIds:
    def test_is_bounded_and_forgets_the_oldest(self) -> None:
        recent = RecentIds(generation_max=10)
        for start in range(0, 100, 5):
            recent.remember(set(range(start, start + 5)))
        assert 99 in recent
        assert 0 not in recent
        assert sum(number in recent for number in range(100)) <= 20

    def test_a_generation_that_is_just_full_is_kept(self) -> None:
        recent = RecentIds(generation_max=2)
        recent.remember([1])
        recent.remember([2])
        recent.remember([3])
        assert all(number in recent for number in (1, 2, 3))
        recent.remember([4, 5])
        assert [number in recent for number in (1, 2, 3, 4, 5)] == [False, False, True, True, True]

    def test_hours_of_others_are_recalled_once_while_they_are_kept(self) -> None:
        recent = RecentIds(generation_max=3)
        start = datetime(2026, 10, 2, tzinfo=UTC)
        one, two = (Hours(start + n * HOUR, start + (n + 1) * HOUR) for n in range(2))
        assert recent.unmet([one, two]) == [one, two]
        recent.remember([1, 2])
        recent.recall(one, [1, 2, 3])
        assert recent.unmet([one, two]) == [two]
        recent.remember([4])
        assert all(number in recent for number in (1, 2, 3, 4)), "what is known takes no room twice"
        assert recent.unmet([]) == []
        assert recent.unmet([one]) == [one]

    @pytest.mark.parametrize("number", [0, 1, (1 << 128) - 1])
    def test_every_uuid_is_its_number(self, number: int) -> None:
        assert event_id(f"{number:032x}") == number

    @pytest.mark.parametrize("text", [f"{1 << 128:x}", "no uuid"])
    def test_a_number_that_is_no_uuid_is_hashed(self, text: str) -> None:
        assert event_id(text) == int.from_bytes(hashlib.blake2b(text.encode(), digest_size=16).digest())

    def test_a_uuid_takes_the_room_of_a_number(self) -> None:
        assert event_id("00000000-0000-0000-0000-0000000000ff") == 255
        for other in ("not a uuid", "f" * 40, "-"):
            assert 255 < event_id(other) < 1 << 128
            assert event_id(other) == event_id(other) != event_id(f"{other} ")


class TestDefinitions:
    def test_filters_read_the_event_and_the_user(self) -> None:
        paid = Filter("plan", ("free", "(none)"), "user", negated=True)
        metric = Metric("paid", "api_calls_metered", "quantity", "calls", filters=(Filter("env", ("prod",)), paid))
        counted = tally(metrics=[metric])
        assert counted.reads_users
        for number, (env, user) in enumerate(
            [("prod", {"plan": "pro"}), ("test", {"plan": "pro"}), ("prod", {"plan": "free"}), ("prod", None)]
        ):
            properties = {"account_id": "a", "quantity": 10**number, "env": env}
            counted.add("api_calls_metered", "2026-10-02 10:00", str(number), properties, user)
        assert list(counted.totals.values()) == [1]
        assert counted.unreadable == 0

    def test_booleans_and_numbers_are_compared_as_text(self) -> None:
        assert Filter("ok", ("true",)).lets_through({"ok": True}, {})
        assert Filter("code", ("200",)).lets_through({"code": 200}, {})
        assert not Filter("code", ("200",)).lets_through({}, {})

    def test_totals_count_events_and_a_scale_is_exact(self) -> None:
        thousands = Metric("k", "api_calls_metered", None, "k", "totals", scale=Decimal("0.001"))
        giga = Metric("gb", "api_calls_metered", "bytes", "GB", scale=Decimal("0.000000001"))
        counted = tally(metrics=[thousands, giga])
        for number in range(3):
            properties = {"account_id": "a", "bytes": 10**15 + 1}
            counted.add("api_calls_metered", "2026-10-02 10:00", str(number), properties)
        assert set(counted.totals.values()) == {Decimal("0.003"), Decimal("3000000.000000003")}

    def test_accounts_of_watched_events_are_noted_and_nothing_is_counted(self) -> None:
        counted = tally(metrics=(), watched=("signed_in",))
        counted.add("signed_in", "2026-10-02 10:00", "1", {"account_id": "a"})
        counted.add("other", "2026-10-02 10:00", "2", {"account_id": "b"})
        assert (counted.accounts, counted.totals) == ({"a"}, {})


@pytest.mark.parametrize("steps", [([1], [2], [3], [4]), ([1, 2], [3, 4]), ([1, 2], [3], [4])])
def test_ids_are_all_known_as_long_as_there_is_room(steps: tuple[list[int], ...]) -> None:
    recent = RecentIds(generation_max=4)
    for ids in steps:
        recent.remember(ids)
    assert all(number in recent for number in range(1, 5))


def test_a_full_generation_becomes_the_older_one_and_then_goes() -> None:
    recent = RecentIds(generation_max=1)
    for number in (1, 2):
        recent.remember([number])
    assert (1 in recent, 2 in recent) == (True, True)
    recent.remember([3])
    assert [number in recent for number in (1, 2, 3)] == [False, True, True]
