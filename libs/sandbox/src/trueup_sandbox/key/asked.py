"""The question: an account, an instant, and how much of each source had been seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from trueup_sandbox.clock import to_ms, utc_day


class Watermark(BaseModel):
    """How far one pull had seen: of usage a run of days, of the others everything, as of an instant."""

    model_config = ConfigDict(extra="ignore")

    source: str
    scope: str
    from_day: date | None = None
    to_day: date | None = None
    as_of: datetime | None = None


class AccountAsked(BaseModel):
    """One account's question."""

    model_config = ConfigDict(extra="ignore")

    client_id: str
    now: datetime
    watermarks: list[Watermark] = []


class Question(BaseModel):
    """What `POST /control/key` takes."""

    model_config = ConfigDict(extra="forbid")

    accounts: list[AccountAsked]


@dataclass(frozen=True, slots=True)
class Span:
    """A run of days of one metric that was seen as of an instant; without an end it is still going on."""

    first: date
    last: date | None
    as_of_ms: int


@dataclass(frozen=True, slots=True)
class Sight:
    """How much had been seen when the account was judged."""

    now_ms: int
    ledger_ms: int | None
    gateway_ms: int | None
    usage: dict[str, list[Span]]
    """Metric → what was seen of it."""

    def starts(self, metric: str) -> date | None:
        """The first day seen of a metric."""
        return min((span.first for span in self.usage.get(metric, [])), default=None)

    def as_of(self, metric: str, day: date) -> int | None:
        """The latest instant as of which the day was seen."""
        latest = None
        for span in self.usage.get(metric, ()):
            covered = span.first <= day and (span.last is None or day <= span.last)
            if covered and (latest is None or span.as_of_ms > latest):
                latest = span.as_of_ms
        return latest

    def latest(self, metric: str) -> int | None:
        """The latest instant as of which some day of a metric was seen."""
        return max((span.as_of_ms for span in self.usage.get(metric, ())), default=None)

    def seen_through(self, metric: str, day: date) -> bool:
        """Whether the day was over, in the analytics project's zone, when it was last seen."""
        as_of_ms = self.as_of(metric, day)
        return as_of_ms is not None and day < utc_day(as_of_ms)


def sight_of(asked: AccountAsked) -> Sight:
    """Sort the watermarks of a question by what they say."""
    usage: dict[str, list[Span]] = {}
    latest: dict[str, int] = {}
    for mark in asked.watermarks:
        if mark.as_of is None:
            continue
        as_of_ms = to_ms(mark.as_of)
        latest[mark.source] = max(as_of_ms, latest.get(mark.source, 0))
        if mark.source == "amplitude" and mark.from_day is not None:
            metric = mark.scope.split("|")[1] if "|" in mark.scope else mark.scope
            usage.setdefault(metric, []).append(Span(mark.from_day, mark.to_day, as_of_ms))
    return Sight(to_ms(asked.now), latest.get("quickbooks"), latest.get("stripe"), usage)
