"""QuickBooks' query language: SELECT … FROM … WHERE … AND … ORDERBY … STARTPOSITION … MAXRESULTS …."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

MAX_RESULTS, DEFAULT_RESULTS = 1000, 100
_QUERY = re.compile(
    r"\s*select\s+(?P<what>\*|count\s*\(\s*\*\s*\))\s+from\s+(?P<entity>\w+)"
    r"(?:\s+where\s+(?P<where>.*?))?"
    r"(?:\s+order\s*by\s+(?P<order>[\w.]+)(?:\s+(?P<way>asc|desc))?)?"
    r"(?:\s+startposition\s+(?P<start>\d+))?(?:\s+maxresults\s+(?P<most>\d+))?\s*;?\s*$",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(
    r"\s*(?P<field>[\w.]+)\s*(?P<op><=|>=|=|<|>|in|like)\s*(?P<value>\([^)]*\)|'(?:[^'\\]|\\.)*'|\S+)\s*(?:and\b|$)",
    re.IGNORECASE | re.DOTALL,
)


class BadQuery(Exception):
    """The query cannot be understood; the message says where."""


@dataclass(frozen=True, slots=True)
class Condition:
    """`field op value`; values of IN are several."""

    field: str
    op: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query."""

    entity: str
    count: bool
    conditions: tuple[Condition, ...]
    order: str | None
    descending: bool
    start: int
    most: int


def parse(text: str) -> Query:
    """Read a query.

    Raises:
        BadQuery: it is none, or asks for what does not exist (position 0, too many results).
    """
    match = _QUERY.match(text)
    if match is None:
        raise BadQuery(f"Encountered unexpected input in: {text[:80]}")
    start, most = int(match["start"] or 1), int(match["most"] or DEFAULT_RESULTS)
    if start < 1:
        raise BadQuery("STARTPOSITION must be at least 1")
    if not 0 <= most <= MAX_RESULTS:
        raise BadQuery(f"MAXRESULTS must be at most {MAX_RESULTS}")
    return Query(
        entity=match["entity"],
        count=match["what"] != "*",
        conditions=_conditions(match["where"] or ""),
        order=match["order"],
        descending=(match["way"] or "").lower() == "desc",
        start=start,
        most=most,
    )


def _conditions(text: str) -> tuple[Condition, ...]:
    found, place = [], 0
    while place < len(text.rstrip()):
        match = _CONDITION.match(text, place)
        if match is None:
            raise BadQuery(f"Encountered unexpected input near: {text[place : place + 40]}")
        value = match["value"]
        inner = value[1:-1] if match["op"].lower() == "in" else value
        parts = re.findall(r"'(?:[^'\\]|\\.)*'|[^\s,]+", inner)
        found.append(Condition(match["field"], match["op"].lower(), tuple(_unquote(part) for part in parts)))
        place = match.end()
    return tuple(found)


def _unquote(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text.startswith("'") else text


def matches(condition: Condition, actual: object) -> bool:
    """Whether a record's field meets the condition."""
    if condition.op == "in":
        return any(_compare(actual, value, "=") for value in condition.values)
    if condition.op == "like":
        pattern = re.escape(condition.values[0]).replace("%", ".*")
        return re.fullmatch(pattern, str(actual), re.IGNORECASE) is not None
    return _compare(actual, condition.values[0], condition.op)


_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: bool(a == b),
    "<": lambda a, b: bool(a < b),
    ">": lambda a, b: bool(a > b),
    "<=": lambda a, b: bool(a <= b),
    ">=": lambda a, b: bool(a >= b),
}


def _compare(actual: object, value: str, op: str) -> bool:
    if actual is None:
        return False
    return _OPERATORS[op](actual, _as(actual, value))


def _as(like: object, value: str) -> object:
    """The written value as the kind of thing that it is compared with."""
    try:
        if isinstance(like, bool):
            return value.lower() == "true"
        if isinstance(like, datetime):
            read = datetime.fromisoformat(value)
            return read if read.tzinfo else read.replace(tzinfo=like.tzinfo)
        if isinstance(like, (int, Decimal)):
            return Decimal(value)
    except (ValueError, InvalidOperation):
        raise BadQuery(f"{value!r} cannot be compared") from None
    return value
