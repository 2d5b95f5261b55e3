"""The values that are published: one quantity per metric, account and day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Metric:
    """A metered quantity: the sum of `property_name` over events of `event_type`, in `unit`."""

    name: str
    event_type: str
    property_name: str
    unit: str


class Key(NamedTuple):
    """One bucket: a metric, a day of the project's zone, an account."""

    metric: str
    day: date
    account: str


Totals = dict[Key, Decimal]
