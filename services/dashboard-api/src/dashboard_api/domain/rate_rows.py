"""One row of a rate card file: a component of one of eight kinds, each with its own cells."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Literal, TypeVar, get_args

from dashboard_api.domain.configuration import USAGE_KINDS, RateConfig, RateKind, Tiers
from dashboard_api.domain.csv_rows import Cells
from dashboard_api.domain.imports import Row, RowError
from trueup_billing import Currency, InvalidValue, parse_decimal

W = TypeVar("W", bound=str)
NEEDED = ("client_id", "currency", "valid_from")
COLUMNS = (
    "client_id", "component", "kind", "metric", "unit", "unit_price", "tiers", "package_size", "included", "amount",
    "percent", "billed", "proration", "currency", "quickbooks_item", "valid_from", "valid_to",
)  # fmt: skip
PRICE_DIGITS_MAX = 12
PRICE_HINT = "A number such as 0.0125, not negative."
_KINDS: tuple[RateKind, ...] = get_args(RateKind)
_BILLED: tuple[Literal["arrears", "advance"], ...] = ("arrears", "advance")
_PRORATION: tuple[Literal["day", "second", "none"], ...] = ("day", "second", "none")
_USAGE = frozenset({"metric", "unit"})
_NEEDS: dict[RateKind, frozenset[str]] = {
    "per_unit": _USAGE | {"unit_price"},
    "graduated": _USAGE | {"tiers"},
    "volume": _USAGE | {"tiers"},
    "package": _USAGE | {"unit_price", "package_size"},
    "as_invoiced": _USAGE | {"quickbooks_item"},
    "flat": frozenset({"component", "amount"}),
    "minimum": frozenset({"amount"}),
    "discount": frozenset(),
}
_TAKES: dict[RateKind, frozenset[str]] = {
    "per_unit": frozenset({"included"}),
    "graduated": frozenset({"included"}),
    "volume": frozenset({"included"}),
    "package": frozenset({"included"}),
    "as_invoiced": frozenset(),
    "flat": frozenset({"billed"}),
    "minimum": frozenset({"metric"}),
    "discount": frozenset({"metric", "percent", "amount"}),
}
_ALWAYS = frozenset({*NEEDED, "component", "kind", "proration", "quickbooks_item", "valid_to"})
_HINTS = {
    "metric": "Letters, digits and _ . -, such as api_calls.",
    "unit_price": "Write a price per unit, such as 0.0125.",
    "tiers": "Write tiers such as 10000:0.01;rest:0.008.",
    "package_size": "Write how many units make a package.",
    "amount": "Write an amount such as 250.00.",
    "component": "Write what the fee is called.",
    "quickbooks_item": "Name the item whose invoices tell the price.",
}


def rate_of(row: Row, clients: set[str], errors: list[RowError]) -> RateConfig | None:
    """The component; None, and errors that name the column, when anything about it is wrong."""
    cells = Cells(row, errors)
    client_id = cells.needed("client_id")
    if client_id and client_id not in clients:
        cells.fail("client_id", "unknown_account", "There is no such account; import it first.")
    kind = cells.read("kind", _among(_KINDS), hint=f"One of {', '.join(_KINDS)}.") or "per_unit"
    valid_from, valid_to = _days(cells)
    _check_cells(cells, row, kind)
    currency = cells.needed("currency", r"[A-Z]{3}", hint="Three capital letters such as USD.")
    metric = _metric(cells, row)
    rate = RateConfig(
        client_id=client_id,
        component=cells.text("component", length_max=100)
        or (metric if kind in USAGE_KINDS else f"{kind} {metric}".strip()),
        metric=metric,
        unit=cells.text("unit") or "",
        currency=currency,
        valid_from=valid_from or date.min,
        valid_to=valid_to,
        item_id=cells.text("quickbooks_item", length_max=100),
        kind=kind,
        unit_price=cells.read("unit_price", _number, hint=PRICE_HINT) or Decimal(0),
        tiers=cells.read("tiers", _tiers, hint="Rising bounds with a price each, the last one `rest`.") or (),
        package_size=cells.read("package_size", _positive, hint="A number above 0.") or Decimal(1),
        included=cells.read("included", _number, hint=PRICE_HINT) or Decimal(0),
        amount_minor=cells.read("amount", lambda text: _minor(text, currency), hint="An amount of the currency.") or 0,
        percent=cells.read("percent", _percent, hint="A number from 0 to 100."),
        billed=cells.read("billed", _among(_BILLED), hint="arrears or advance.") or "arrears",
        proration=cells.read("proration", _among(_PRORATION), hint="day, second or none.") or "day",
    )
    return rate if cells.sound else None


def _days(cells: Cells) -> tuple[date | None, date | None]:
    valid_from, valid_to = cells.day("valid_from"), cells.day("valid_to")
    if valid_from is None and cells.sound:
        cells.fail("valid_from", "missing_value", "Write the first day of this price as YYYY-MM-DD.")
    if valid_from and valid_to and valid_to <= valid_from:
        cells.fail("valid_to", "invalid_range", "The first day without this price lies after valid_from.")
    return valid_from, valid_to


def _check_cells(cells: Cells, row: Row, kind: RateKind) -> None:
    """What a kind needs is there, and nothing that it would silently ignore."""
    needed, taken = _NEEDS[kind], _NEEDS[kind] | _TAKES[kind] | _ALWAYS
    for column in COLUMNS:
        value = row.values.get(column, "")
        if column in needed and not value:
            cells.fail(column, "missing_value", _HINTS.get(column, "Fill in this cell."))
        elif value and column not in taken:
            cells.fail(column, "unused_value", f"A component of kind {kind} has no {column}; leave the cell empty.")
    if kind == "discount" and bool(row.values.get("percent")) == bool(row.values.get("amount")):
        cells.fail("percent", "missing_value", "A discount has either percent or amount.")


def _metric(cells: Cells, row: Row) -> str:
    return cells.needed("metric", r"[A-Za-z0-9_.-]{1,100}", hint=_HINTS["metric"]) if row.values.get("metric") else ""


def _among(words: tuple[W, ...]) -> Callable[[str], W]:
    """A parser that takes one of the words."""

    def read(text: str) -> W:
        for word in words:
            if word == text:
                return word
        raise ValueError(text)

    return read


def _number(text: str) -> Decimal:
    number = parse_decimal(text)
    exponent = number.as_tuple().exponent
    if number < 0 or number >= 10**12 or not isinstance(exponent, int) or -exponent > PRICE_DIGITS_MAX:
        raise ValueError(text)
    return number


def _positive(text: str) -> Decimal:
    number = _number(text)
    if number == 0:
        raise ValueError(text)
    return number


def _percent(text: str) -> Decimal:
    number = _number(text)
    if number > 100:
        raise ValueError(text)
    return number


def _minor(text: str, currency: str) -> int:
    """Minor units; an amount with more digits than the currency has is not rounded but refused."""
    number = _number(text)
    try:
        scaled = number * 10 ** Currency(currency).exponent
    except InvalidValue:
        return 0  # The currency's own cell says what is wrong.
    if scaled != int(scaled):
        raise ValueError(text)
    return int(scaled)


def _tiers(text: str) -> Tiers:
    """`10000:0.01;rest:0.008`."""
    found: list[tuple[Decimal | None, Decimal]] = []
    for each in text.split(";"):
        bound, _, price = (part.strip() for part in each.partition(":"))
        found.append((None if bound == "rest" else _positive(bound), _number(price)))
    bounds = [bound for bound, _ in found if bound is not None]
    if found[-1][0] is not None or len(bounds) != len(found) - 1 or bounds != sorted(set(bounds)):
        raise ValueError(text)
    return tuple(found)
