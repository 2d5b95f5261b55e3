"""Rows of a file with the lines they start on."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dashboard_api.domain.csv_rows import Cells, read_rows


def test_lines_are_counted_through_quoted_breaks_and_empty_lines() -> None:
    rows, errors = read_rows('A , b\n1,"x\ny"\n\n2,z\n', needed=["a"], optional=["b"])
    assert errors == []
    assert [(row.line, row.values["a"]) for row in rows] == [(2, "1"), (5, "2")]


def test_a_short_row_is_named_and_the_others_are_read() -> None:
    rows, errors = read_rows("a,b\n1\n2,3\n", needed=["a", "b"], optional=[])
    assert [(error.line, error.code) for error in errors] == [(2, "wrong_cell_count")]
    assert [row.line for row in rows] == [3]


def test_a_broken_quote_stops_with_its_line() -> None:
    rows, errors = read_rows('a\n1\n"2"x\n', needed=["a"], optional=[])
    assert rows == []
    assert [(error.line, error.code) for error in errors] == [(3, "invalid_csv")]


def test_cells_gather_everything_that_is_wrong() -> None:
    rows, errors = read_rows("a,b,c\n,2026-13-01,\x07\n", needed=["a", "b", "c"], optional=[])
    cells = Cells(rows[0], errors)
    assert (cells.needed("a"), cells.day("b"), cells.text("c")) == ("", None, None)
    assert [error.code for error in errors] == ["missing_value", "invalid_value", "invalid_text"]
    assert not cells.sound


@given(st.text(max_size=200))
def test_no_text_crashes_the_reader(text: str) -> None:
    rows, errors = read_rows(text, needed=["a"], optional=["b"])
    assert rows or errors
