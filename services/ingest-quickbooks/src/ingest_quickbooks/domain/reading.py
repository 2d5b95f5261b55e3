"""Reading fields out of QuickBooks bodies: what cannot be read is named by its path, never guessed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

from trueup_billing import BillingError, Currency, Ref, Source, clean_text, parse_decimal

Body = Mapping[str, object]


class Unreadable(Exception):
    """A field that is needed is absent or not what it should be. `path` leads to it inside the body."""

    code = "unreadable_document"

    def __init__(self, path: str, what: str) -> None:
        super().__init__(f"{path}: {what}")
        self.path = path


def at(path: str, name: str) -> str:
    """The path of a field below another."""
    return f"{path}.{name}" if path else name


def text(body: Body, name: str, path: str = "") -> str:
    """A text that must be there."""
    value = optional_text(body, name, path)
    if value is None:
        raise Unreadable(at(path, name), "missing")
    return value


def optional_text(body: Body, name: str, path: str = "") -> str | None:
    """A text that can be stored, or None where it is absent or empty; anything else is unreadable."""
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise Unreadable(at(path, name), "not a text")
    return clean_text(value) or None


def identity(body: Body, name: str, path: str = "") -> str:
    """An id that must be there, as it is: a cleaned one could be that of another object."""
    value = text(body, name, path)
    if value != body[name]:
        raise Unreadable(at(path, name), "not an id")
    return value


def optional_body(body: Body, name: str, path: str = "") -> Body | None:
    """A nested object, or None."""
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise Unreadable(at(path, name), "not an object")
    return value


def bodies(body: Body, name: str, path: str = "") -> Iterator[tuple[str, Body]]:
    """Each object of a list with its own path; an absent list is empty."""
    value = body.get(name)
    if value is None:
        return
    if not isinstance(value, list):
        raise Unreadable(at(path, name), "not a list")
    for index, item in enumerate(value):
        item_path = f"{at(path, name)}[{index}]"
        if not isinstance(item, Mapping):
            raise Unreadable(item_path, "not an object")
        yield item_path, item


def some_bodies(body: Body, name: str, path: str = "") -> list[tuple[str, Body]]:
    """As `bodies`, of a list that is never empty where QuickBooks answers."""
    found = list(bodies(body, name, path))
    if not found:
        raise Unreadable(at(path, name), "missing or empty")
    return found


def reference(body: Body, name: str, path: str = "") -> str:
    """The `value` of a reference such as CustomerRef that must be there."""
    nested = optional_body(body, name, path)
    if nested is None:
        raise Unreadable(at(path, name), "missing")
    return identity(nested, "value", at(path, name))


def reference_name(body: Body, name: str, path: str = "") -> str | None:
    """The display name inside a reference."""
    nested = optional_body(body, name, path)
    return None if nested is None else optional_text(nested, "name", at(path, name))


def customer_ref(external_id: str) -> str:
    """How the rest of the product names a QuickBooks customer."""
    return str(Ref(Source.QUICKBOOKS, external_id))


def currency(body: Body, path: str = "") -> Currency:
    """The document's own currency; a home currency is never assumed."""
    code = reference(body, "CurrencyRef", path)
    try:
        return Currency(code)
    except BillingError as error:
        raise Unreadable(at(path, "CurrencyRef.value"), str(error)) from None


def decimal(body: Body, name: str, path: str = "") -> Decimal:
    """An exact number that must be there."""
    value = optional_decimal(body, name, path)
    if value is None:
        raise Unreadable(at(path, name), "missing")
    return value


def optional_decimal(body: Body, name: str, path: str = "") -> Decimal | None:
    """An exact number, or None. JSON numbers arrive as int or Decimal, never as float."""
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, (int, Decimal, str)):
        raise Unreadable(at(path, name), "not a number")
    try:
        return parse_decimal(value)
    except BillingError:
        raise Unreadable(at(path, name), "not a number") from None


def minor(body: Body, name: str, unit: Currency, path: str = "") -> int:
    """An amount that must be there, in minor units of `unit`."""
    return _to_minor(decimal(body, name, path), unit, at(path, name))


def optional_minor(body: Body, name: str, unit: Currency, path: str = "") -> int | None:
    """An amount in minor units, or None."""
    value = optional_decimal(body, name, path)
    return None if value is None else _to_minor(value, unit, at(path, name))


def _to_minor(value: Decimal, unit: Currency, path: str) -> int:
    scale: int = 10**unit.exponent
    exact = Fraction(value) * scale
    if exact.denominator != 1:
        raise Unreadable(path, f"{value} has more digits than {unit} has")
    return exact.numerator


def day(body: Body, name: str, path: str = "") -> date:
    """A plain date that must be there."""
    value = optional_day(body, name, path)
    if value is None:
        raise Unreadable(at(path, name), "missing")
    return value


def optional_day(body: Body, name: str, path: str = "") -> date | None:
    """A plain date (2026-10-01), or None. Dates stay dates: no zone is applied."""
    value = optional_text(body, name, path)
    if value is None:
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        raise Unreadable(at(path, name), f"{value!r} is no date") from None


def optional_instant(body: Body, name: str, path: str = "") -> datetime | None:
    """An instant in UTC, or None; QuickBooks writes them with a Pacific offset."""
    value = optional_text(body, name, path)
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise Unreadable(at(path, name), f"{value!r} names no zone")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unreadable(at(path, name), f"{value!r} is no instant") from None
