"""Quantities and unit prices: exact decimals, strings on the wire."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from fractions import Fraction

from trueup_billing.errors import InvalidValue

DIGITS_MAX = 60
"""More digits than this is no quantity but an attack or a broken export."""


def parse_decimal(text: str | int | Decimal) -> Decimal:
    """Read an exact, finite decimal.

    Raises:
        InvalidValue: a float, a bool, not a number, not finite, or longer than `DIGITS_MAX`.
    """
    if isinstance(text, (bool, float)):
        raise InvalidValue(f"{text!r} is not exact; pass a string or a Decimal")
    if isinstance(text, str) and len(text) > DIGITS_MAX:
        raise InvalidValue(f"a number of {len(text)} characters; at most {DIGITS_MAX} are read")
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise InvalidValue(f"{text!r} is no decimal number") from None
    if not value.is_finite() or abs(value.adjusted()) > DIGITS_MAX:
        raise InvalidValue(f"{text!r} is no finite decimal number of sensible size")
    return value


def format_decimal(value: Decimal) -> str:
    """The plain, shortest form: `Decimal("1E+2")` is "100", `Decimal("1.50")` is "1.5", never "-0"."""
    if value == 0:
        return "0"
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def round_half_up(value: Fraction | Decimal | int) -> int:
    """Round to the nearest integer, halves away from zero, as invoices do."""
    exact = Fraction(value)
    magnitude = (2 * abs(exact.numerator) + exact.denominator) // (2 * exact.denominator)
    return magnitude if exact >= 0 else -magnitude
