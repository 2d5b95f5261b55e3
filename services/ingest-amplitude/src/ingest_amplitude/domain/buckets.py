"""What is metered, and the values that are published of it: one quantity per metric, account and bucket."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal, Inexact
from typing import Literal, NamedTuple

from trueup_billing import clean_text, month_of

ZERO = Decimal(0)
ONE = Decimal(1)
ABSENT = "(none)"
"""How Amplitude calls the value of a property that an event does not have."""
Measure = Literal["sums", "totals", "uniques"]
Grain = Literal["day", "month"]
_EXACT = Context(prec=400, traps=[Inexact])


@dataclass(frozen=True, slots=True)
class Filter:
    """Only events whose property is one of the values; negated: none of them."""

    property_name: str
    values: tuple[str, ...]
    owner: Literal["event", "user"] = "event"
    negated: bool = False

    def lets_through(self, event: Mapping[str, object], user: Mapping[str, object]) -> bool:
        """Whether an exported event counts."""
        value = (event if self.owner == "event" else user).get(self.property_name)
        return (_text(value) in self.values) is not self.negated


def is_storable(account: str) -> bool:
    """Whether an account can go by this name: neither PostgreSQL nor UTF-8 holds NUL or half a character."""
    return clean_text(account) == account


def _text(value: object) -> str:
    if value is None:
        return ABSENT
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass(frozen=True, slots=True)
class Metric:
    """A metered quantity in `unit`: what is counted of which events, times `scale`.

    `sums` adds up the property, `totals` counts the events, `uniques` the users. What cannot be added up over days, as
    users cannot, has buckets of a calendar month.
    """

    name: str
    event_type: str
    property_name: str | None
    unit: str
    measure: Measure = "sums"
    filters: tuple[Filter, ...] = ()
    scale: Decimal = ONE
    additive: bool = True

    @property
    def grain(self) -> Grain:
        """What one bucket spans."""
        return "day" if self.additive else "month"

    @property
    def group_bys(self) -> int:
        """How many properties a question splits by: the account, and before it the property that is summed."""
        return 2 if self.measure == "sums" else 1

    def buckets(self, days: Sequence[date]) -> list[date]:
        """The first day of each bucket that the days touch, in order."""
        return list(days) if self.additive else sorted({month_of(day).start for day in days})

    def scaled(self, value: Decimal | int) -> Decimal:
        """The quantity of what Amplitude counted, exact."""
        exact = Decimal(value)
        return exact if self.scale == ONE else _EXACT.multiply(exact, self.scale)

    def fingerprint(self, *around: str) -> str:
        """Tells two definitions apart; `around`: what else decides which values they give."""
        meaning = (
            self.event_type,
            self.property_name,
            self.measure,
            self.filters,
            self.scale.normalize(),
            self.additive,
        )
        return hashlib.sha256(repr((meaning, around)).encode()).hexdigest()[:32]


class Key(NamedTuple):
    """One bucket: a metric, the (first) day of it in the project's zone, an account."""

    metric: str
    day: date
    account: str


Totals = dict[Key, Decimal]
