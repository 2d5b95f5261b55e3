"""A bucket that changed after its day was over, as the database writes it: as we saw it, or as the source tells."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec


class Revised(msgspec.Struct, frozen=True, array_like=True):
    """Days since 1970, former values with the instants as of which they held, and the present one."""

    day: int
    earlier: list[tuple[datetime, str]]
    observed_at: datetime
    quantity: str

    def seen(self) -> Iterator[tuple[datetime, str]]:
        """Every value, oldest first; the present one last."""
        yield from sorted(self.earlier, key=lambda value: value[0])
        yield self.observed_at, self.quantity
