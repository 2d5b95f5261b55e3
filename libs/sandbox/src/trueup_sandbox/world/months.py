"""Calendar months as plain dates: the first day of each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

INVOICING_LAG_DAYS = 5
"""A month is planted once its invoices have been out this long."""


def next_month(month: date) -> date:
    """The first day of the month after."""
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def earlier(month: date, count: int) -> date:
    """The first day of the month so many months before."""
    years, place = divmod(month.year * 12 + month.month - 1 - count, 12)
    return date(years, place + 1, 1)


def months(first: date, end: date) -> Iterator[date]:
    """The first days of the months from the first on, before the end."""
    month = first.replace(day=1)
    while month < end:
        yield month
        month = next_month(month)


def planted_month(today: date) -> date:
    """The latest month that ended at least the invoicing lag ago."""
    last = earlier(today, 1)
    return last if next_month(last) + timedelta(days=INVOICING_LAG_DAYS) <= today else earlier(today, 2)
