"""Reading a segmentation answer: sums by account and day, and whether they are whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal

from ingest_amplitude.domain.buckets import ABSENT, Grain, Metric, is_storable
from trueup_billing import InvalidValue, parse_decimal

# Any of these true means that the sums may be too low.
CUT = "hitChunkGroupByLimit"
"""Amplitude's word for groups that are left out."""
_INCOMPLETE_FLAGS = (CUT, "timedOutRealtimeData", "realtimeDataMissing", "prunedResult")
_TEXT_LENGTH = {"day": len("2026-10-01"), "month": len("2026-10")}


class GarbledAnswer(Exception):
    """The answer as a whole is not what Amplitude sends; nothing of it is used."""

    code = "garbled_answer"


@dataclass(frozen=True, slots=True)
class Sums:
    """Quantities by account, one per asked bucket in order. `rows` counts groups, those without account included."""

    by_account: Mapping[str, tuple[Decimal, ...]]
    rows: int
    incomplete: str | None
    """Which flag says that the answer is not whole, or None."""
    computed_at: datetime | None
    """Amplitude's own instant of counting; None when it does not say."""

    def is_cut(self, limit: int) -> bool:
        """Whether groups are left out: there are as many as were asked for at the most, or Amplitude says so."""
        return self.rows >= limit or self.incomplete == CUT

    def in_units_of(self, metric: Metric) -> Sums:
        """The same in the metric's unit."""
        rows = {name: tuple(metric.scaled(value) for value in row) for name, row in self.by_account.items()}
        return replace(self, by_account=rows)


def days_of(answer: object) -> list[date]:
    """The days that a segmentation answer speaks of.

    Raises:
        GarbledAnswer: there are none.
    """
    values = _sequence(_mapping(_mapping(answer, "answer").get("data"), "data"), "xValues")
    try:
        return [date.fromisoformat(str(value)[:10]) for value in values]
    except ValueError as error:
        raise GarbledAnswer(f"data.xValues: {error}") from None


def read_sums(answer: object, buckets: Sequence[date], grain: Grain = "day") -> Sums:
    """Take a grouped segmentation answer apart; of a month's label only the month is read.

    Raises:
        GarbledAnswer: other buckets than asked for, labels and series that do not pair, a value that is no number.
    """
    body = _mapping(answer, "answer")
    data = _mapping(body.get("data"), "data")
    series, labels = _sequence(data, "series"), _sequence(data, "seriesLabels")
    length = _TEXT_LENGTH[grain]
    found = [str(value)[:length] for value in _sequence(data, "xValues")]
    if found != [day.isoformat()[:length] for day in buckets]:
        raise GarbledAnswer(
            f"data.xValues: asked for {buckets[0]} to {buckets[-1]}, answered {found[:1]} to {found[-1:]}"
        )
    if len(series) != len(labels):
        raise GarbledAnswer(f"data.series: {len(series)} series with {len(labels)} labels")
    by_account: dict[str, tuple[Decimal, ...]] = {}
    for place, (label, values) in enumerate(zip(labels, series, strict=True)):
        account = _account(label, f"data.seriesLabels[{place}]")
        if account is None:
            continue
        if account in by_account:
            raise GarbledAnswer(f"data.seriesLabels[{place}]: two series for {account!r}")
        by_account[account] = _values(values, len(buckets), f"data.series[{place}]")
    return Sums(by_account, len(series), _incomplete(body, data), _computed_at(body, data))


def _account(label: object, path: str) -> str | None:
    """Labels are `[index, "value"]` pairs or plain texts when grouped; a bare number is an ungrouped series.

    None of what is nobody's: without a name, or with one that cannot be kept.
    """
    if isinstance(label, (list, tuple)) and len(label) == 2:
        label = label[1]
    if not isinstance(label, str):
        raise GarbledAnswer(f"{path}: a series without account: {label!r}")
    return None if label in ("", ABSENT) or not is_storable(label) else label


def _values(values: object, count: int, path: str) -> tuple[Decimal, ...]:
    if not isinstance(values, list) or len(values) != count:
        raise GarbledAnswer(f"{path}: a series of another length than its days")
    return tuple(_value(value, f"{path}[{place}]") for place, value in enumerate(values))


def _value(value: object, path: str) -> Decimal:
    if not isinstance(value, (int, Decimal, str)) or isinstance(value, bool):
        raise GarbledAnswer(f"{path}: {value!r} is no exact number")
    try:
        return parse_decimal(value)
    except InvalidValue:
        raise GarbledAnswer(f"{path}: {value!r} is no exact number") from None


def _incomplete(*bodies: Mapping[str, object]) -> str | None:
    for body in bodies:
        for flag in _INCOMPLETE_FLAGS:
            if body.get(flag):
                return flag
        rate = body.get("minSampleRate")
        if isinstance(rate, (int, Decimal)) and rate < 1:
            return "minSampleRate"
    return None


def _computed_at(*bodies: Mapping[str, object]) -> datetime | None:
    """`timeComputed` is in milliseconds since 1970."""
    for body in bodies:
        value = body.get("timeComputed")
        if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
            try:
                return datetime.fromtimestamp(int(value) // 1000, UTC).replace(microsecond=int(value) % 1000 * 1000)
            except (ValueError, OverflowError, OSError):
                raise GarbledAnswer("timeComputed: no instant") from None
    return None


def _mapping(value: object, name: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise GarbledAnswer(f"{name}: no object")
    return value


def _sequence(data: Mapping[str, object], name: str) -> list[object]:
    value = data.get(name)
    if not isinstance(value, list):
        raise GarbledAnswer(f"data.{name}: no list")
    return value
