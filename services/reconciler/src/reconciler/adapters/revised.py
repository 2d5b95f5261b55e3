"""A bucket that changed after its day was over, as the database writes it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec


class Revised(msgspec.Struct, frozen=True, array_like=True):
    """Days since 1970, former values with the instants that they were counted at, and the present one."""

    day: int
    earlier: list[tuple[datetime, str]]
    observed_at: datetime
    quantity: str

    def seen(self) -> Iterator[tuple[datetime, str]]:
        """Every value, oldest first."""
        yield from self.earlier
        yield self.observed_at, self.quantity
