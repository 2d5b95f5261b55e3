"""Reading a segmentation request: which event, which split, which days, and what it costs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from starlette.datastructures import QueryParams

LIMIT_DEFAULT, LIMIT_MAX = 100, 1000
GROUPS_MAX = 2
DAYS_MAX = 365
COST_OF_GROUP = 4


class BadChart(Exception):
    """The chart definition is invalid; the message is the detail."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A daily segmentation of one event."""

    event_type: str
    measure: str
    start: date
    end: date
    """Included."""
    groups: tuple[str, ...]
    """Event properties to group by; of sums the first is what is added up."""
    only: frozenset[str] | None
    """The account ids that a filter lets through."""
    limit: int

    @property
    def days(self) -> int:
        """How many days are asked for."""
        return (self.end - self.start).days + 1

    @property
    def cost(self) -> int:
        """Days × conditions × type, as the provider counts it."""
        return self.days * (1 + COST_OF_GROUP * len(self.groups))

    @property
    def split(self) -> str | None:
        """The property whose values make the rows."""
        rest = self.groups[1:] if self.measure == "sums" else self.groups
        return rest[0] if rest else None


def parse(params: QueryParams) -> Chart:
    """Read the query parameters.

    Raises:
        BadChart: something is missing, unknown or out of bounds.
    """
    event = _event(params.get("e", ""))
    measure = params.get("m", "uniques")
    if measure not in {"sums", "totals", "uniques"}:
        raise BadChart(f"Unsupported metric: {measure}")
    if params.get("i", "1") != "1" or any(name in params for name in ("g", "g2", "s", "e2", "formula")):
        raise BadChart("Only daily charts of one event without user segments are supported")
    groups = tuple(group["value"] for group in event.get("group_by", []))
    if len(groups) > GROUPS_MAX:
        raise BadChart("At most two group_by per event")
    start, end = _day(params, "start"), _day(params, "end")
    if not start <= end < start + timedelta(days=DAYS_MAX):
        raise BadChart("The range is empty or longer than 365 days")
    limit = int(params.get("limit", LIMIT_DEFAULT))
    if not 1 <= limit <= LIMIT_MAX:
        raise BadChart(f"limit must be between 1 and {LIMIT_MAX}")
    return Chart(event["event_type"], measure, start, end, groups, _filter(event.get("filters", [])), limit)


def _event(text: str) -> dict[str, Any]:
    try:
        event: Any = json.loads(text)
        group_by = event.get("group_by", [])
        good = isinstance(event["event_type"], str) and all(isinstance(group["value"], str) for group in group_by)
    except (ValueError, KeyError, TypeError, AttributeError):
        good, event = False, {}
    if not good:
        raise BadChart("Invalid event definition")
    return dict(event)


def _day(params: QueryParams, name: str) -> date:
    try:
        return datetime.strptime(params.get(name, ""), "%Y%m%d").date()  # noqa: DTZ007 - a plain day
    except ValueError:
        raise BadChart(f"{name} must be YYYYMMDD") from None


def _filter(filters: list[dict[str, Any]]) -> frozenset[str] | None:
    only: frozenset[str] | None = None
    for one in filters:
        if one.get("subprop_key") != "account_id" or one.get("subprop_op") != "is":
            raise BadChart(f"Unsupported filter: {one.get('subprop_key')} {one.get('subprop_op')}")
        values = frozenset(str(value) for value in one.get("subprop_value", []))
        only = values if only is None else only & values
    return only
