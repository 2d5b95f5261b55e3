"""CSV as RFC 4180 has it, safe to open in a spreadsheet.

Text and numbers are told apart by their type. A number is ours and stays a number, its sign included; text comes from
clients and other systems, and a spreadsheet would run what starts like a formula. Such text gets an apostrophe in
front. The file starts with a byte order mark: without it Excel reads UTF-8 as the machine's old code page and breaks
every accented name, while LibreOffice and RFC 4180 readers take it or leave it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from trueup_billing import Currency, Money

BOM = "\ufeff"
Cell = str | int | Decimal | date | None
"""Text is neutralised, numbers are written plainly, None is an empty cell."""

_FORMULA = "=+\\-@＝＋－＠"
_SPACE = '\\s"\ufeff\u200b-\u200f\u2060'
# At the start of the cell, and after what separates cells where the list separator is `;` or a tab: there a
# spreadsheet splits our quoted cells, may take a quote for its own, and would look at each piece.
_STARTS_LIKE_FORMULA = re.compile(f"(^|[;\\t\\r\\n])(?=[{_SPACE}]*[{_FORMULA}])")
_CONTROL_FIRST = re.compile(r"^(?= *[\t\r\n\x00])")


def neutralised(text: str) -> str:
    """The text, so that no spreadsheet takes it for a formula."""
    return _CONTROL_FIRST.sub("'", _STARTS_LIKE_FORMULA.sub(r"\1'", text), count=1)


def cell(value: Cell) -> str:
    """One cell as written: text in quotes, numbers and days bare."""
    if value is None:
        return ""
    if isinstance(value, str):
        return '"' + neutralised(value).replace('"', '""') + '"'
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def lines(rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """One line for each row."""
    for row in rows:
        yield ",".join(cell(value) for value in row) + "\r\n"


def major(amount_minor: int | None, currency: str | None) -> Decimal | None:
    """The amount as a plain decimal with its currency's own number of digits; exact."""
    if amount_minor is None or currency is None:
        return None
    return Money(amount_minor, Currency(currency)).to_major()
