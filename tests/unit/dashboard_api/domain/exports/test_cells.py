"""Whatever a client calls itself, a spreadsheet sees text; numbers stay numbers; nothing is lost on the way."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard_api.domain.exports.cells import Cell, cell, lines, major, neutralised

FORMULA = re.compile(r"^[\s\ufeff\u200b-\u200f\u2060]*[=+\-@＝＋－＠]")
CONTROL = re.compile(r"^ *[\t\r\n\x00]")
WILD = st.text(alphabet=st.sampled_from("=+-@＝\t\r\n\x00 ;,|'\"\ufeff\u200bAé客1()"), max_size=30) | st.text(
    max_size=30
)
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**15), max_value=10**15)


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t'=1"),
        ("\rx", "'\rx"),
        ("\x00x", "'\x00x"),
        ("   =1", "'   =1"),
        ("\u00a0=1", "'\u00a0=1"),
        ("＝1", "'＝1"),
        ("a;=1", "a;'=1"),
        ("a\n=1", "a\n'=1"),
        ("Alder-Werke + Söhne = gut", "Alder-Werke + Söhne = gut"),
        ("a@b", "a@b"),
        ("", ""),
    ],
)
def test_domain_rule_32_formulas_get_an_apostrophe(text: str, safe: str) -> None:
    assert neutralised(text) == safe


@given(WILD)
def test_domain_rule_32_no_text_starts_like_a_formula_however_the_file_is_split(text: str) -> None:
    written = "".join(lines([["a", text, "b"]]))
    for delimiter in ",;\t":
        for row in csv.reader(io.StringIO(written, newline=""), delimiter=delimiter):
            assert not [each for each in row if FORMULA.match(each)], (delimiter, row)
            assert delimiter != "," or not [each for each in row if CONTROL.match(each)]


@given(WILD)
def test_only_apostrophes_are_added(text: str) -> None:
    kept = iter(neutralised(text))
    assert all(any(each == found for found in kept) for each in text)
    assert neutralised(text).replace("'", "") == text.replace("'", "")


@given(st.lists(st.lists(WILD | NUMBERS | st.integers() | st.dates() | st.none(), min_size=2, max_size=5), max_size=5))
def test_a_reader_gets_back_what_was_written(rows: list[list[Cell]]) -> None:
    read = list(csv.reader(io.StringIO("".join(lines(rows)), newline="")))
    shown = [
        [neutralised(each) if isinstance(each, str) else "" if each is None else str(each) for each in row]
        for row in rows
    ]
    assert read == shown


@given(NUMBERS)
def test_domain_rule_32_numbers_are_bare_and_exact(number: Decimal) -> None:
    assert Decimal(cell(number)) == number
    assert re.fullmatch(r"-?\d+(\.\d+)?", cell(number))


def test_a_negative_amount_is_a_number_and_a_negative_name_is_text() -> None:
    assert list(lines([[Decimal("-12.50"), "-12.50", None, date(2026, 11, 1), 3]])) == [
        '-12.50,"\'-12.50",,2026-11-01,3\r\n'
    ]


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (123456, "USD", "1234.56"),
        (-5, "EUR", "-0.05"),
        (1500, "JPY", "1500"),
        (1500, "KWD", "1.500"),
        (0, "USD", "0.00"),
        (10**17 + 1, "USD", "1000000000000000.01"),
    ],
)
def test_amounts_have_the_digits_of_their_currency(minor: int, currency: str, text: str) -> None:
    assert cell(major(minor, currency)) == text


def test_what_is_missing_is_empty_and_never_zero() -> None:
    assert cell(major(None, "USD")) == cell(major(5, None)) == cell(None) == ""
