"""The trend as lines between 0 and 1: daily usage as far as it is known, and the straight line to quarter end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dashboard_api.domain.exports.figures import day, quantity
from dashboard_api.domain.exports.words import humanised

Trend = Mapping[str, Any]
Point = tuple[float, float]
_HEADROOM = 1.08


@dataclass(frozen=True, slots=True)
class _Frame:
    first: date
    last: date
    top: float

    def at(self, when: date, value: float) -> Point:
        width = max(1, (self.last - self.first).days)
        return round((when - self.first).days / width, 5), round(min(max(value, 0.0), self.top) / self.top, 5)


def chart(trend: Trend) -> dict[str, Any] | None:
    """What is to be drawn; None when not a single day is known."""
    # A day that is not over would look like a fall.
    known = [(date.fromisoformat(each["day"]), each["quantity"]) for each in trend["days"] if each["closed"]]
    measured = [(when, float(value)) for when, value in known if value is not None]
    if not measured:
        return None
    line = _line(trend["line"])
    ends = [when for when, _ in line]
    top = max([value for _, value in [*measured, *line]]) * _HEADROOM or 1.0
    frame = _Frame(min(measured[0][0], *ends[:1] or [measured[0][0]]), max([measured[-1][0], *ends]), top)
    return {
        "actual": [[frame.at(when, value) for when, value in part] for part in _unbroken(measured)],
        "fitted": _between(line, frame, frame.first, measured[-1][0]),
        "forecast": _between(line, frame, measured[-1][0], frame.last),
        "months": _months(frame),
        "top": f"{quantity(f'{top / _HEADROOM:.6f}', 0)} {trend['unit']}",
        "alt": _words(trend, measured, line),
    }


def _line(line: Mapping[str, Any] | None) -> list[tuple[date, float]]:
    """First and last point of the line."""
    if line is None:
        return []
    first, last = date.fromisoformat(line["from"]), date.fromisoformat(line["to"])
    start, slope = float(line["intercept"]), float(line["slope"])
    return [(first, start), (last, start + slope * (last - first).days)]


def _between(line: Sequence[tuple[date, float]], frame: _Frame, start: date, end: date) -> list[Point]:
    """The part of the line between two days, bent where it would fall below 0."""
    if not line or end <= start:
        return []
    (first, value), (last, final) = line
    slope = (final - value) / max(1, (last - first).days)
    start, end = max(start, first), min(end, last)
    days = [start + timedelta(days=each) for each in range((end - start).days + 1)]
    points = [frame.at(when, value + slope * (when - first).days) for when in days]
    crossing = [index for index, (_, height) in enumerate(points) if height == 0.0]
    kept = sorted({0, len(points) - 1, *crossing[:1], *crossing[-1:]})
    return [points[index] for index in kept] if len(points) > 1 else []


def _unbroken(measured: Sequence[tuple[date, float]]) -> list[list[tuple[date, float]]]:
    """A gap is drawn as a gap."""
    parts: list[list[tuple[date, float]]] = []
    for when, value in measured:
        if parts and (when - parts[-1][-1][0]).days == 1:
            parts[-1].append((when, value))
        else:
            parts.append([(when, value)])
    return parts


def _months(frame: _Frame) -> list[dict[str, Any]]:
    starts = [frame.first + timedelta(days=each) for each in range((frame.last - frame.first).days + 1)]
    return [{"x": frame.at(when, 0.0)[0], "text": f"{when:%b}"} for when in starts if when.day == 1]


def _words(trend: Trend, measured: Sequence[tuple[date, float]], line: Sequence[tuple[date, float]]) -> str:
    """For those who cannot see it."""
    (first, start), (last, end) = measured[0], measured[-1]
    text = (
        f"{humanised(trend['metric'])} a day: {quantity(f'{start:.6f}', 1)} {trend['unit']} on {day(first.isoformat())}, "
        f"{quantity(f'{end:.6f}', 1)} on {day(last.isoformat())}."
    )
    if line:
        text += f" The line reaches {quantity(f'{max(0.0, line[1][1]):.6f}', 1)} on {day(line[1][0].isoformat())}."
    return text
