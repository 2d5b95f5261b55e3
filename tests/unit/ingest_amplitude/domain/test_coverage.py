"""Claims merge to the latest instant per day, and never get older."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ingest_amplitude.domain.coverage import Coverage, Run, by_day, cap, overlay, seamless

DAY = date(2026, 11, 1)
T0 = datetime(2026, 11, 10, tzinfo=UTC)


def run(first: int, last: int, hour: int) -> Run:
    return Run(DAY + timedelta(days=first), DAY + timedelta(days=last), T0 + timedelta(hours=hour))


class TestOverlay:
    def test_a_window_newer_than_the_history_splits_it(self) -> None:
        coverage = overlay(overlay((), run(0, 9, 0)), run(7, 9, 5))
        assert coverage == (run(0, 6, 0), run(7, 9, 5))

    def test_an_older_run_fills_only_what_is_older_or_unknown(self) -> None:
        coverage = overlay(overlay((), run(7, 9, 5)), run(0, 9, 0))
        assert coverage == (run(0, 6, 0), run(7, 9, 5))

    def test_days_that_left_the_window_keep_their_instant(self) -> None:
        coverage: Coverage = ()
        for day in range(4):
            coverage = overlay(coverage, run(day, day + 2, day))
        assert coverage == (run(0, 0, 0), run(1, 1, 1), run(2, 2, 2), run(3, 5, 3))

    @given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 6), st.integers(0, 9)), max_size=12))
    def test_says_of_each_day_the_latest_instant_of_all_runs(self, drawn: list[tuple[int, int, int]]) -> None:
        runs = [run(first, first + length, hour) for first, length, hour in drawn]
        coverage: Coverage = ()
        for piece in runs:
            coverage = overlay(coverage, piece)
        for day, as_of in by_day(coverage).items():
            assert as_of == max(piece.as_of for piece in runs if piece.first <= day <= piece.last)
        assert all(a.last < b.first for a, b in pairwise(coverage))
        assert sum((piece.last - piece.first).days + 1 for piece in coverage) == len(by_day(coverage))


def test_cap_claims_no_more_than_was_asked() -> None:
    assert cap((run(0, 6, 0), run(7, 9, 5)), T0 + timedelta(hours=2)) == (run(0, 6, 0), run(7, 9, 2))


def test_seamless_sees_a_hole() -> None:
    holed = (run(0, 3, 0), run(5, 9, 0))
    assert not seamless(holed, DAY, DAY + timedelta(days=9))
    assert seamless(holed, DAY, DAY + timedelta(days=3))
