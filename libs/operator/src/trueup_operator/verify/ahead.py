"""What a row may know beyond its watermarks. Pure.

A watermark is a promise of the least: facts are stored and decided as they come, and only when every account that they
concern is decided does the watermark move. A row in between is right if it is right as of some instant that is no
earlier than its watermark and no later than its decision; each source, and each metric of usage, is read by itself and
has an instant of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations, islice, product
from typing import Any

ASKED_AT_MOST = 64
"""Ways to be ahead that are tried for one account; more come in minutes only where nothing is decided any more."""

Watermarks = list[dict[str, Any]]


def later_sights(watermarks: Watermarks, moves: Mapping[str, list[str]]) -> Iterator[Watermarks]:
    """The watermarks with one or more of what is read moved on to an instant at which it changed.

    `moves`: `quickbooks`, `stripe` or `amplitude|METRIC` → instants (RFC 3339) between its latest watermark and the
    decision, in order.
    """
    for to in islice(_ways(moves), ASKED_AT_MOST):
        yield [_moved(mark, to, watermarks) for mark in watermarks]


def _ways(moves: Mapping[str, list[str]]) -> Iterator[dict[str, str]]:
    """As little ahead as can be first: what waits at the one source says nothing about the others."""
    names = sorted(name for name, instants in moves.items() if instants)
    for count in range(1, len(names) + 1):
        for chosen in combinations(names, count):
            for instants in product(*(moves[name] for name in chosen)):
                yield dict(zip(chosen, instants, strict=True))


def _moved(mark: dict[str, Any], to: Mapping[str, str], watermarks: Watermarks) -> dict[str, Any]:
    """Moved on if it is the latest of its name: earlier runs of days were not read again."""
    instant = to.get(_name(mark))
    return mark if instant is None or mark["as_of"] != _latest(watermarks, _name(mark)) else {**mark, "as_of": instant}


def _name(mark: Mapping[str, Any]) -> str:
    """What the watermark is of, as `later_sights` names it."""
    return f"amplitude|{mark['scope'].split('|')[1]}" if mark["source"] == "amplitude" else str(mark["source"])


def _latest(watermarks: Watermarks, name: str) -> str | None:
    return max((mark["as_of"] for mark in watermarks if _name(mark) == name and mark["as_of"]), default=None)
