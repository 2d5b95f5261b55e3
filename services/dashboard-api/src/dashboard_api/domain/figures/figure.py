"""What a figure's definition says, and the words that several share."""

from __future__ import annotations

from dataclasses import dataclass

GRID, ACCOUNT, EXPORT = "portfolio grid", "account page", "exports"
EVERYWHERE = (GRID, ACCOUNT, EXPORT)
METRIC_UNIT = "the metric's own unit"
USAGE_SOURCE = "Amplitude (daily totals)"
RATES = "rate cards entered in Trueup"
EXPECTED_SOURCE = f"{USAGE_SOURCE} and {RATES}"
SIX = "to six digits after the point, half up"
TWO = "to two digits after the point, half up; decisions compare the exact values"
ONCE = "half up to whole minor units, once for each metric, price and run of days"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure; the defaults are those of an amount that a ledger document states."""

    id: str
    name: str
    fields: tuple[str, ...]
    """Where the API carries it: `Schema.field`."""
    definition: str
    shown: tuple[str, ...] = (ACCOUNT,)
    formula: str = "as the source states it"
    source: str = "QuickBooks"
    unit: str = "money in minor units of the named currency"
    rounding: str = "none; never converted and never added across currencies"
