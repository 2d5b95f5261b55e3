"""What a question costs by Amplitude's own rule, so that it is paid for before it is asked."""

from __future__ import annotations

GROUP_BY_COST = 4


def segmentation_cost(days: int, *, group_bys: int, segments: int = 1, events: int = 1) -> int:
    """Cost = days × conditions × type; the type counts its events and four more for each group-by of an event."""
    if days < 1:
        raise ValueError("a question spans at least one day")
    return days * segments * events * (1 + GROUP_BY_COST * group_bys)
