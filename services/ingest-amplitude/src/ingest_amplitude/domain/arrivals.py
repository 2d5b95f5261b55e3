"""What a bucket held before late events were added to it, as the upload times of an export tell."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias

from ingest_amplitude.domain.buckets import ZERO, Key

VALUES_MAX = 24
"""Values told of one bucket; of more the oldest are left out, so that before the first one nobody knows."""

Earlier: TypeAlias = tuple[tuple[datetime, Decimal], ...]
"""Instants and what the bucket held then, oldest first; the last one is what it holds now."""
Arrivals: TypeAlias = Mapping[Key, Earlier]


def earlier_values(late: Mapping[datetime, Decimal], total: Decimal, since: datetime) -> Earlier:
    """The values of a bucket from an instant on.

    `late` has what was uploaded after the bucket's day, by the hour in which it was; it counts from the beginning of
    that hour on, so nothing is called late that may have been there. `total` is what the bucket holds with all of it.
    """
    value = total - sum(late.values(), ZERO)
    found = {since: value}
    for hour in sorted(late):
        value += late[hour]
        found[max(hour, since)] = value
    return tuple(found.items())[-VALUES_MAX:]
