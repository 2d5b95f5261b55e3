"""The quarter of a whole portfolio: how the accounts' forecasts add up.

Amounts of one currency are added; currencies never are. A range cannot be added without knowing how the accounts'
errors hang together, so the two ends of what is possible are both given:

- `low` and `high` add the accounts' own distances: as if every account erred the same way at once (correlation 1). It
  is the widest that the portfolio's range can be, and what is shown first: the line's errors are mostly common ones
  (a season, a holiday, a trend that bends), so accounts do err together.
- `low_if_independent` and `high_if_independent` add the distances in quadrature, as if no account's error told anything
  of another's (correlation 0). The larger the portfolio, the narrower it is.

Both rules are those of the Guide to the Expression of Uncertainty in Measurement, JCGM 100:2008, 5.1.2 and 5.2.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import isqrt
from typing import Any

from trueup_billing import Period, quarter_of

LISTED_MAX = 50
"""Excluded accounts that are named for each reason; all are counted."""
MOVERS_MAX = 5
"""Accounts named for each currency that moved most."""
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """The quarter that is looked at, and the Monday of the week; both in UTC, for every account alike."""

    quarter: Period
    week: date


def asked_at(now: datetime) -> Asked:
    """What an instant asks for."""
    today = now.astimezone(UTC).date()
    return Asked(quarter_of(today), today - timedelta(days=today.weekday()))


def assemble(asked: Asked, found: Json) -> dict[str, Any]:
    """The answer: totals with both ranges, what moved, and who is left out."""
    return {
        "quarter": {"start": asked.quarter.start.isoformat(), "end": asked.quarter.end.isoformat()},
        "since": (asked.week - timedelta(days=1)).isoformat() if found["compared"] else None,
        "accounts": found["accounts"],
        "by_currency": [_currency(each, compared=found["compared"]) for each in found["currencies"]],
        "excluded": found["excluded"],
        "partly": found["partly"],
    }


def _currency(each: Json, *, compared: bool) -> dict[str, Any]:
    likely = each.get("likely_minor") or 0
    return {
        "currency": each["currency"],
        "accounts": each.get("accounts") or 0,
        "likely_minor": likely,
        "low_minor": each.get("low_minor") or 0,
        "high_minor": each.get("high_minor") or 0,
        "low_if_independent_minor": likely - _root(each.get("squares_below")),
        "high_if_independent_minor": likely + _root(each.get("squares_above")),
        "moved": _moved(each["moved"]) if compared and each.get("moved") else None,
    }


def _moved(moved: Json) -> dict[str, Any]:
    return {**moved, "movers": moved.get("movers") or []}


def _root(squares: str | None) -> int:
    """The square root, up to the next whole minor unit: a range is never made narrower by rounding."""
    whole = int(squares or 0)
    root = isqrt(whole)
    return root if root * root == whole else root + 1
