"""Days that the export could not read whole: found, kept, claimed only as of a question."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from ingest_amplitude.domain.again import AT_ONCE, Marks, Rules, next_look
from ingest_amplitude.domain.buckets import Metric
from ingest_amplitude.domain.coverage import Run, by_day, overlay
from ingest_amplitude.domain.tally import RecentIds, Tally
from ingest_amplitude.domain.unread import claimable, is_asked, noticed, together

CALLS = Metric("api_calls", "api_calls_metered", "quantity", "calls")
DAY = timedelta(days=1)
FIRST, LAST = date(2026, 10, 1), date(2026, 10, 4)
END = datetime(2026, 10, 4, 12, tzinfo=UTC)


def tally() -> Tally:
    return Tally([CALLS], account_property="account_id", zone=UTC, first_day=FIRST, recent=RecentIds())


def test_a_day_that_is_known_is_the_only_one_and_otherwise_it_may_be_any() -> None:
    counted = tally()
    counted.add("api_calls_metered", "2026-10-03 10:00", "1", {"account_id": [], "quantity": 1})
    assert noticed({}, counted, first=FIRST, last=LAST, end=END) == {"api_calls": {date(2026, 10, 3): END}}
    counted.add("api_calls_metered", "soon", "2", {"account_id": "a", "quantity": 1})
    found = noticed({}, counted, first=FIRST, last=LAST, end=END)
    assert found == {"api_calls": dict.fromkeys((FIRST + n * DAY for n in range(4)), END)}


def test_what_is_met_later_of_an_unread_day_is_to_be_asked_for_too() -> None:
    counted = tally()
    for day in (2, 3):
        counted.add("api_calls_metered", f"2026-10-0{day} 10:00", str(day), {"account_id": "a", "quantity": 1})
    before = {"api_calls": {date(2026, 10, 3): END - DAY, FIRST: END - DAY}}
    found = noticed(before, counted, first=FIRST, last=LAST, end=END)
    assert found == {"api_calls": {date(2026, 10, 3): END}}
    assert together(before, found) == {"api_calls": {date(2026, 10, 3): END, FIRST: END - DAY}}


@pytest.mark.parametrize(("minutes", "asked"), [(-1, False), (0, True), (1, True)])
def test_a_question_counts_when_it_was_answered_after_all_that_was_met(minutes: int, asked: bool) -> None:
    known = {FIRST: END + timedelta(minutes=minutes)}
    assert is_asked(FIRST, {FIRST: END}, known) is asked
    assert not is_asked(LAST, {LAST: END}, known)
    assert is_asked(LAST, {FIRST: END}, known)


def test_only_what_was_asked_for_is_claimed_and_nothing_for_those_who_joined() -> None:
    coverage = (Run(FIRST, LAST, END), Run(LAST + DAY, LAST + DAY, END - DAY))
    unread = {FIRST: END, LAST: END + DAY, LAST + DAY: END}
    assert set(by_day(claimable(coverage, unread, joined=False))) == {FIRST, FIRST + DAY, FIRST + 2 * DAY}
    assert set(by_day(claimable(coverage, unread, joined=True))) == {FIRST + DAY, FIRST + 2 * DAY}


def test_an_export_does_not_speak_of_spared_days() -> None:
    coverage = overlay((Run(LAST, LAST, END - DAY),), Run(FIRST, LAST, END), {FIRST + DAY, LAST})
    assert by_day(coverage) == {FIRST: END, FIRST + 2 * DAY: END, LAST: END - DAY}


def test_of_a_past_that_is_exported_only_unread_days_are_asked_for_and_no_more_than_lie_between() -> None:
    now = datetime(2026, 12, 9, 12, tzinfo=UTC)
    known = {date(2026, 9, 1) + DAY * n: now for n in range(60)}
    days = [date(2026, 9, 20), date(2026, 10, 10), date(2026, 11, 1), date(2026, 11, 9)]
    marks = Marks(now.date(), date(2026, 11, 1))
    unread = dict.fromkeys([*days, date(2026, 9, 2)], now - DAY) | dict.fromkeys(days, now + DAY)

    def look(of: dict[date, datetime]) -> tuple[date, date, Marks] | None:
        found = next_look(CALLS, known, marks, now=now, first=date(2026, 9, 1), unread=of, rules=Rules())
        return None if found is None else (found.first, found.last, found.marks)

    assert look({}) is None
    assert look(unread) == (days[1], days[3], marks)
    assert look({days[0]: now + DAY}) == (days[0], days[0], marks)
    assert AT_ONCE not in (marks.night, marks.month)
