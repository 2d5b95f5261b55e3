"""Reading a segmentation request: which event, which split, which days, and what it costs."""

from __future__ import annotations

import json
from collections.abc import Mapping
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
class Filter:
    """Events whose property is one of the values, or none of them."""

    owner: str
    key: str
    values: frozenset[str]
    negated: bool

    def passes(self, properties: Mapping[str, str]) -> bool:
        """Whether an event with these properties counts."""
        return (properties.get(self.key, "(none)") in self.values) is not self.negated


@dataclass(frozen=True, slots=True)
class Chart:
    """A segmentation of one event by days or months."""

    event_type: str
    measure: str
    start: date
    end: date
    """Included."""
    groups: tuple[str, ...]
    """Event properties to group by; of sums the first is what is added up."""
    only: frozenset[str] | None
    """The account ids that a filter lets through."""
    filters: tuple[Filter, ...]
    """The other filters."""
    monthly: bool
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
    interval = params.get("i", "1")
    if interval not in {"1", "30"} or any(name in params for name in ("g", "g2", "s", "e2", "formula")):
        raise BadChart("Only daily and monthly charts of one event without user segments are supported")
    groups = tuple(group["value"] for group in event.get("group_by", []))
    if len(groups) > GROUPS_MAX:
        raise BadChart("At most two group_by per event")
    start, end = _day(params, "start"), _day(params, "end")
    if not start <= end < start + timedelta(days=DAYS_MAX):
        raise BadChart("The range is empty or longer than 365 days")
    limit = int(params.get("limit", LIMIT_DEFAULT))
    if not 1 <= limit <= LIMIT_MAX:
        raise BadChart(f"limit must be between 1 and {LIMIT_MAX}")
    only, filters = _filters(event.get("filters", []))
    return Chart(event["event_type"], measure, start, end, groups, only, filters, interval == "30", limit)


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


def _filters(given: list[dict[str, Any]]) -> tuple[frozenset[str] | None, tuple[Filter, ...]]:
    only: frozenset[str] | None = None
    others: list[Filter] = []
    for one in given:
        operator, owner = one.get("subprop_op"), one.get("subprop_type")
        if operator not in {"is", "is not"} or owner not in {"event", "user"}:
            raise BadChart(f"Unsupported filter: {owner} {one.get('subprop_key')} {operator}")
        values = frozenset(str(value) for value in one.get("subprop_value", []))
        if one.get("subprop_key") == "account_id" and operator == "is":
            only = values if only is None else only & values
        else:
            others.append(Filter(owner, str(one.get("subprop_key")), values, operator == "is not"))
    return only, tuple(others)
