"""Figures and texts as a report prints them: exact, grouped, with the currency named."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from trueup_billing import Currency, InvalidValue, Money, parse_decimal

MINUS = "−"
NONE = "–"
_TOKEN_MAX = 28
# Characters that take no room themselves but turn the text around them would let a name pose as another.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
_LONG = re.compile(rf"\S{{{_TOKEN_MAX}}}(?=\S)")


def plain(text: str, *, length_max: int = 160) -> str:
    """One line of somebody else's text, shortened where it is endless."""
    line = " ".join(_UNSEEN.sub(" ", text).split())
    return line if len(line) <= length_max else line[: length_max - 1] + "…"


def breakable(text: str) -> str:
    """The text with places to break a long word at."""
    return _LONG.sub(lambda match: match[0] + "\u200b", text)


def money(amount_minor: int | None, currency: str | None) -> str:
    """`5,200.00 USD`; a dash where it is not known."""
    if amount_minor is None or currency is None:
        return NONE
    return str(Money(amount_minor, Currency(currency))).replace("-", MINUS)


def signed(amount_minor: int | None, currency: str | None) -> str:
    """With its sign always shown: `+35.00 USD`."""
    return ("+" if amount_minor and amount_minor > 0 else "") + money(amount_minor, currency)


def percent(text: str | None) -> str:
    """`-5.10` → `−5.10 %`, `7.00` → `+7.00 %`."""
    if text is None:
        return NONE
    value = _decimal(text)
    if value is None:
        return plain(text)
    return f"{value:+.2f} %".replace("-", MINUS) if value else "0.00 %"


def quantity(text: str | None, digits: int = 6) -> str:
    """Decimal text with groups, at most `digits` after the point: `1834.5` → `1,834.5`."""
    if text is None:
        return NONE
    value = _decimal(text)
    if value is None:
        return plain(text)
    grouped = f"{value:,.{digits}f}"
    return (grouped.rstrip("0").rstrip(".") if "." in grouped else grouped).replace("-", MINUS)


def price(text: str | None, currency: str) -> str:
    """A unit price keeps all its digits and has at least those of its currency: `0.0125`, `3.00`."""
    value = None if text is None else _decimal(text)
    if value is None:
        return NONE if text is None else plain(text)
    exponent = value.as_tuple().exponent
    digits = max(Currency(currency).exponent, -exponent if isinstance(exponent, int) else 0)
    return f"{value:,.{digits}f}".replace("-", MINUS)


def day(text: str | None) -> str:
    """`2026-11-05` → `5 Nov 2026`."""
    if text is None:
        return NONE
    value = date.fromisoformat(text)
    return f"{value.day} {value:%b %Y}"


def span(start: str, end: str) -> str:
    """A half-open period by its name or its first and last day: `October 2026`, `5 Oct 2026 – 4 Nov 2026`."""
    first, after = date.fromisoformat(start), date.fromisoformat(end)
    if first.day == 1 and after == (first + timedelta(days=31)).replace(day=1):
        return f"{first:%B %Y}"
    return f"{day(start)} – {day((after - timedelta(days=1)).isoformat())}"


def instant(text: str | None) -> str:
    """`26 Nov 2026, 09:10 UTC`."""
    if text is None:
        return "not known"
    value = datetime.fromisoformat(text).astimezone(UTC)
    return f"{value.day} {value:%b %Y, %H:%M} UTC"


def _decimal(text: str) -> Decimal | None:
    try:
        return parse_decimal(text)
    except InvalidValue:
        return None
