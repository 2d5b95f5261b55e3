"""The days of a backfill, and the bar that tells how far it is."""

from __future__ import annotations

import io
from datetime import date

import pytest

from trueup_kit.backfill import BadDays, Bar, Span

TODAY = date(2026, 3, 5)


def test_days_are_read_and_wrong_ones_named() -> None:
    found = Span.read("2026-01-31", "2026-02-01", TODAY)
    assert (found.first, found.last) == (date(2026, 1, 31), date(2026, 2, 1))
    assert Span.read("2026-01-31", "", TODAY).last == TODAY
    for first, last in (("2026-02-30", "2026-03-01"), ("today", "2026-03-01"), ("2026-03-02", "2026-03-01")):
        with pytest.raises(BadDays):
            Span.read(first, last, TODAY)
    with pytest.raises(BadDays, match="2026-03-06 is after 2026-03-05"):
        Span.read("2026-03-06", "", TODAY)


def test_days_that_are_still_to_come_are_left_out() -> None:
    assert Span.read("2026-03-01", "2027-01-01", TODAY).until(TODAY).last == TODAY
    assert Span.read("2026-03-01", "2026-03-02", TODAY).until(TODAY).last == date(2026, 3, 2)
    assert Span.read(str(TODAY), "2026-04-01", TODAY).until(TODAY).first == TODAY
    with pytest.raises(BadDays, match="2026-03-06 is still to come"):
        Span.read("2026-03-06", "2026-03-07", TODAY).until(TODAY)


def test_where_there_is_no_terminal_each_tenth_part_is_a_line() -> None:
    out = io.StringIO()
    bar = Bar(out)
    for done in range(201):
        bar.tell(done, 200, "invoices")
    bar.end()
    lines = out.getvalue().splitlines()
    assert len(lines) == 11
    assert lines[5] == "[###############...............]  50 %  100 of 200 invoices"


def test_a_total_that_was_too_low_is_raised() -> None:
    out = io.StringIO()
    Bar(out).tell(7, 5, "invoices")
    assert out.getvalue().endswith("100 %  7 of 7 invoices\n")


def test_a_terminal_has_one_line_that_is_written_over() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    out = Terminal()
    bar = Bar(out)
    bar.tell(1, 2, "invoices")
    bar.tell(2, 2, "invoices")
    bar.end()
    assert out.getvalue().count("\n") == 1
    assert out.getvalue().count("\r") == 2
