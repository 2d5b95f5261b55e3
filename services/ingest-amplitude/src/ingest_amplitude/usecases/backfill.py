"""Ask anew for days that are long past, month by month and scope by scope, beside the running pulls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from ingest_amplitude.domain.again import DAYS_PER_QUESTION
from ingest_amplitude.domain.buckets import Metric
from ingest_amplitude.domain.partitions import members
from ingest_amplitude.domain.windows import days_between
from ingest_amplitude.ports import SourceUnavailable, Standing, Step
from ingest_amplitude.usecases.deps import Deps
from ingest_amplitude.usecases.follow import Question, differences, follow
from trueup_billing import month_of


class LeavesAHole(Exception):
    """The days asked for do not reach what is known; in between, absent would be taken for 0."""


def pieces(metrics: Sequence[Metric], first: date, last: date) -> list[tuple[Metric, date, date]]:
    """What is asked one after the other, newest days first: so the known days stay without a hole, wherever it ends.

    A metric with month buckets is asked for the whole of each month that is touched.
    """
    found = [(metric, start, end) for start, end in _windows(first, last) for metric in metrics if metric.additive]
    monthly = [metric for metric in metrics if not metric.additive]
    return found + [(metric, start, end) for start, end in _months(first, last) for metric in monthly]


def _months(first: date, last: date) -> Iterator[tuple[date, date]]:
    while last >= first:
        yield month_of(last).start, month_of(last).end - timedelta(days=1)
        last = month_of(last).start - timedelta(days=1)


def _windows(first: date, last: date) -> Iterator[tuple[date, date]]:
    while last >= first:
        start = max(first, last - timedelta(days=DAYS_PER_QUESTION - 1))
        yield start, last
        last = start - timedelta(days=1)


async def must_touch(deps: Deps, last: date) -> None:
    """Refuse days whose last one does not reach the known ones.

    Raises:
        LeavesAHole: with the first day that is known.
    """
    standings = (await deps.memory.standings()).values()
    starts = [run.first for standing in standings for run in standing.coverage]
    if starts and last < min(starts) - timedelta(days=1):
        raise LeavesAHole(f"usage is known from {min(starts)} on: ask up to the day before, not only up to {last}")


async def backfill_piece(deps: Deps, piece: tuple[Metric, date, date], account: str | None) -> None:
    """One metric and window: every partition by itself, or one account alone.

    Raises:
        SourceUnavailable, GarbledAnswer: nothing of the failing question was announced.
    """
    metric, first, last = piece
    days = days_between(first, min(last, deps.clock().astimezone(deps.plan.zone).date()))
    if account is not None:
        await _one_account(deps, Question(metric, 0, [account], days))
        return
    done: set[int] = set()
    while (number := await _next(deps, done)) is not None:
        partitions = members(await deps.memory.partitions())
        # Older days may come out of a cache that is older than the scope's last look; they are taken all the same.
        asked = Question(metric, number, partitions[number] if len(partitions) > 1 else None, days, past=True)
        answer = await follow(deps, asked, (await deps.memory.standings()).get(asked.scope, Standing()))
        if answer.reason == "truncated":
            continue  # it was halved: both parts are asked
        if answer.reason is not None:
            raise SourceUnavailable(f"{metric.name}, {first} to {last}: {answer.error}")
        done.add(number)


async def _next(deps: Deps, done: set[int]) -> int | None:
    numbers = members(await deps.memory.partitions())
    return next((number for number in numbers if number not in done), None)


async def _one_account(deps: Deps, asked: Question) -> None:
    """The values of one account are set right; what its partition may claim does not change."""
    version = await deps.turn.version()
    sums = await deps.source.sums(asked.metric, asked.days, asked.accounts, deps.plan.groups_max)
    if sums.incomplete is not None:
        raise SourceUnavailable(f"{asked.metric.name}: {sums.incomplete}")
    changed = await differences(deps, asked, sums)
    await deps.turn.publish(changed, version=version, observed_at=deps.clock(), step=Step())
