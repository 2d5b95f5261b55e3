"""The rates file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from itertools import pairwise

from dashboard_api.domain.configuration import RateConfig
from dashboard_api.domain.csv_rows import Cells, read_rows
from dashboard_api.domain.imports import Row, RowError
from trueup_billing import parse_decimal

NEEDED = ("client_id", "metric", "unit", "unit_price", "currency", "valid_from")
OPTIONAL = ("quickbooks_item", "valid_to")
PRICE_DIGITS_MAX = 12

Wanted = dict[str, tuple[int, RateConfig]]


def read_rates(text: str, clients: Iterable[str]) -> tuple[int, Wanted, list[RowError]]:
    """Number of rows, rate key → (line, rate), and everything that is wrong; `clients` are the accounts there are."""
    rows, errors = read_rows(text, needed=NEEDED, optional=OPTIONAL)
    known = set(clients)
    wanted: Wanted = {}
    for row in rows:
        rate = _rate(row, known, errors)
        if rate is None:
            continue
        if rate.key in wanted:
            detail = f"Line {wanted[rate.key][0]} has this account, metric and first day already."
            errors.append(RowError(row.line, "valid_from", "repeated_row", detail))
        else:
            wanted[rate.key] = (row.line, rate)
    errors.extend(_overlaps(wanted))
    return len(rows), wanted, sorted(errors, key=lambda error: error.line)


def _rate(row: Row, clients: set[str], errors: list[RowError]) -> RateConfig | None:
    cells = Cells(row, errors)
    client_id = cells.needed("client_id")
    if client_id and client_id not in clients:
        cells.fail("client_id", "unknown_account", "There is no such account; import it first.")
    valid_from, valid_to = cells.day("valid_from"), cells.day("valid_to")
    if valid_from is None and cells.sound:
        cells.fail("valid_from", "missing_value", "Write the first day of this price as YYYY-MM-DD.")
    if valid_from and valid_to and valid_to <= valid_from:
        cells.fail("valid_to", "invalid_range", "The first day without this price lies after valid_from.")
    cells.needed("unit_price", hint="Write a price per unit, such as 0.0125.")
    rate = RateConfig(
        client_id=client_id,
        metric=cells.needed("metric", r"[A-Za-z0-9_.-]{1,100}", hint="Letters, digits and _ . -, such as api_calls."),
        unit=cells.needed("unit"),
        unit_price=cells.read("unit_price", _price, hint="A number such as 0.0125, not negative.") or Decimal(0),
        currency=cells.needed("currency", r"[A-Z]{3}", hint="Three capital letters such as USD."),
        item_id=cells.text("quickbooks_item", length_max=100),
        valid_from=valid_from or date.min,
        valid_to=valid_to,
    )
    return rate if cells.sound else None


def _price(text: str) -> Decimal:
    price = parse_decimal(text)
    exponent = price.as_tuple().exponent
    if price < 0 or price >= 10**12 or not isinstance(exponent, int) or -exponent > PRICE_DIGITS_MAX:
        raise ValueError(text)
    return price


def _overlaps(wanted: Wanted) -> list[RowError]:
    """Two prices of one metric must not hold on the same day."""
    errors = []
    ordered = sorted(wanted.values(), key=lambda each: (each[1].client_id, each[1].metric, each[1].valid_from))
    for (_, before), (line, after) in pairwise(ordered):
        same = (before.client_id, before.metric) == (after.client_id, after.metric)
        if same and (before.valid_to is None or before.valid_to > after.valid_from):
            detail = f"The price from {before.valid_from} still holds then; end it with valid_to {after.valid_from}."
            errors.append(RowError(line, "valid_from", "overlapping_rates", detail))
    return errors
