"""When the month's plan of reads runs out."""

from __future__ import annotations

ALARM_TENTHS = 8


def alarming(reads: int, per_month: int) -> str | None:
    """`80 %` from four fifths on, `all` when nothing is left; None: no reason to worry."""
    if reads >= per_month:
        return "all"
    return "80 %" if reads * 10 >= per_month * ALARM_TENTHS else None
