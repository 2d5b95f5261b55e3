"""The company's own counts of a metric: what a file or a query may say of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dashboard_api.domain.csv_rows import Cells, read_rows
from dashboard_api.domain.imports import Row, RowError
from trueup_billing import format_decimal, parse_decimal

NEEDED = ("metric", "from_day", "to_day", "count")
METRIC = r"[A-Za-z0-9_.-]{1,100}"
DAYS_MAX = 92
COUNT_MAX = Decimal(10) ** 24
DIGITS_MAX = 12


@dataclass(frozen=True, slots=True)
class Count:
    """What the company counted of one metric, all clients together; `to_day` is the last day, included."""

    metric: str
    from_day: date
    to_day: date
    reference: Decimal

    @property
    def key(self) -> str:
        """What a file may name once."""
        return f"{self.metric} {self.from_day}"

    def shown(self) -> dict[str, str | None]:
        """Field → text."""
        return {
            "from_day": self.from_day.isoformat(),
            "to_day": self.to_day.isoformat(),
            "count": format_decimal(self.reference),
        }


Wanted = dict[str, tuple[int, Count]]


def read_counts(text: str, metrics: Iterable[str], today: date) -> tuple[int, Wanted, list[RowError]]:
    """Number of rows, key → (line, count), and everything that is wrong; `metrics` are those that are metered."""
    rows, errors = read_rows(text, needed=NEEDED, optional=())
    known = set(metrics)
    wanted: Wanted = {}
    for row in rows:
        count = _count(row, known, today, errors)
        if count is None:
            continue
        if count.key in wanted:
            detail = f"Line {wanted[count.key][0]} counts this metric from this day already."
            errors.append(RowError(row.line, "metric", "repeated_row", detail))
        else:
            wanted[count.key] = (row.line, count)
    return len(rows), wanted, sorted(errors, key=lambda error: error.line)


def _count(row: Row, metrics: set[str], today: date, errors: list[RowError]) -> Count | None:
    cells = Cells(row, errors)
    metric = cells.needed("metric", METRIC, hint="Letters, digits and _ . -, such as api_calls.")
    if metric and metric not in metrics:
        cells.fail("metric", "unknown_metric", "No usage of this metric is metered.")
    first, last = cells.day("from_day"), cells.day("to_day")
    for column, day in (("from_day", first), ("to_day", last)):
        if day is None and cells.sound:
            cells.fail(column, "missing_value", "Write the day as YYYY-MM-DD.")
    if first and last and (problem := days_problem(first, last, today)):
        cells.fail("to_day", "invalid_range", problem)
    cells.needed("count", hint="Write what was counted, such as 1834500.")
    reference = cells.read("count", read_reference, hint="A number such as 1834500, not negative.")
    if not cells.sound or first is None or last is None or reference is None:
        return None
    return Count(metric, first, last, reference)


def days_problem(first: date, last: date, today: date) -> str | None:
    """What is wrong with a run of days; None when nothing is. A day that is not over cannot be compared."""
    if last < first:
        return "The last day lies before the first."
    if last >= today:
        return "Only days that are over can be compared."
    if (last - first).days >= DAYS_MAX:
        return f"At most {DAYS_MAX} days at once."
    return None


def read_reference(text: str) -> Decimal:
    """A count.

    Raises:
        ValueError: no such number.
    """
    count = parse_decimal(text)
    exponent = count.as_tuple().exponent
    if count < 0 or count >= COUNT_MAX or not isinstance(exponent, int) or -exponent > DIGITS_MAX:
        raise ValueError(text)
    return count
