"""The days of a backfill, and the bar that tells how far it is."""

from __future__ import annotations

import io
from datetime import date

import pytest

from trueup_kit.backfill import BadDays, Bar, Span


def test_days_are_read_and_wrong_ones_named() -> None:
    assert Span.read("2026-01-31", "2026-02-01") == Span(date(2026, 1, 31), date(2026, 2, 1))
    for first, last in (("2026-02-30", "2026-03-01"), ("today", "2026-03-01"), ("2026-03-02", "2026-03-01")):
        with pytest.raises(BadDays):
            Span.read(first, last)


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
