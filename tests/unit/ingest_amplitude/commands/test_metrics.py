"""The dry run says what the project knows of a metric, and fails where a service would count nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import pytest

from ingest_amplitude.commands.metrics import examine
from ingest_amplitude.domain.answers import Sums
from ingest_amplitude.domain.buckets import Metric
from ingest_amplitude.domain.tally import Tally
from ingest_amplitude.domain.windows import Hours
from ingest_amplitude.ports import SourceUnavailable

DAYS = [date(2026, 11, 8), date(2026, 11, 9)]
GB = Metric("gb", "bytes_metered", "bytes", "GB", scale=Decimal("0.001"))
SEATS = Metric("seats", "signed_in", None, "users", "uniques", additive=False)


@dataclass
class Project:
    """Answers by measure; what is missing is no answer at all."""

    totals: dict[str, int]
    values: dict[str, int] = field(default_factory=dict)
    rows: int | None = None
    incomplete: str | None = None
    asked: list[Metric] = field(default_factory=list)

    async def export(self, hours: Hours, tally: Tally) -> None:
        raise AssertionError("a dry run exports nothing")

    async def sums(self, metric: Metric, days: Sequence[date], accounts: Sequence[str] | None, limit: int) -> Sums:
        self.asked.append(metric)
        assert (days, accounts, metric.additive) == (DAYS, None, True)
        found = self.totals if metric.measure == "totals" else self.values
        rows = {name: (Decimal(value), Decimal(0)) for name, value in found.items()}
        return Sums(rows, len(rows) if self.rows is None else self.rows, self.incomplete, None).in_units_of(metric)


async def test_a_good_metric_is_told_with_what_was_found() -> None:
    project = Project({"a": 3, "b": 4}, {"a": 2500, "b": 1})
    found = await examine(project, GB, DAYS)
    assert (found.good, found.words) == (True, "7 events of 2 accounts from 2026-11-08 to 2026-11-09, 2.501 GB")
    assert len(project.asked) == 2


async def test_users_are_told_day_by_day() -> None:
    found = await examine(Project({"a": 9}, {"a": 4}), SEATS, DAYS)
    assert found.words.endswith("4 users day by day; counted by the month")


async def test_counting_events_needs_one_question() -> None:
    project = Project({"a": 3000})
    found = await examine(project, Metric("k", "e", None, "k", "totals", scale=Decimal("0.001")), DAYS)
    assert (found.good, len(project.asked)) == (True, 1)
    assert found.words.endswith(", 3 k")


@pytest.mark.parametrize(
    ("project", "words"),
    [
        (Project({}), "no event 'bytes_metered' from 2026-11-08 to 2026-11-09: check the name"),
        (Project({"a": 3}), "none has a number in 'bytes'"),
        (Project({}, rows=1), "none names an account"),
        (Project({"a": 3}, {"a": 3}, incomplete="prunedResult"), "not whole (prunedResult)"),
    ],
)
async def test_what_would_count_nothing_fails(project: Project, words: str) -> None:
    found = await examine(project, GB, DAYS)
    assert not found.good
    assert words in found.words


async def test_a_refusal_is_told() -> None:
    class Refusing(Project):
        async def sums(self, *_: object) -> Sums:
            raise SourceUnavailable("Amplitude answered HTTP 400: Unknown event")

    found = await examine(Refusing({}), GB, DAYS)
    assert (found.good, found.words) == (False, "Amplitude answered HTTP 400: Unknown event")


async def test_more_accounts_than_an_answer_holds_are_no_failure() -> None:
    found = await examine(Project({"a": 3}, {"a": 3}, rows=1000), GB, DAYS)
    assert found.good
    assert "or more: the service divides them" in found.words
