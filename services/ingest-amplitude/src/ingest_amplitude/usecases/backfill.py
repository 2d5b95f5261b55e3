"""Ask anew for days that are long past, month by month and scope by scope, beside the running pulls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from ingest_amplitude.domain.again import DAYS_PER_QUESTION
from ingest_amplitude.domain.buckets import Metric
from ingest_amplitude.domain.partitions import members
from ingest_amplitude.domain.windows import days_between
from ingest_amplitude.ports import Memory, SourceUnavailable, Standing, Step
from ingest_amplitude.usecases.deps import Deps
from ingest_amplitude.usecases.follow import Question, differences, follow, read_anew
from trueup_billing import month_of


class LeavesAHole(Exception):
    """The days asked for do not reach what is known; in between, absent would be taken for 0."""


class UnknownAccount(Exception):
    """No usage of the one account that is asked for was ever met."""


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


async def must_touch(memory: Memory, last: date) -> None:
    """Refuse days whose last one does not reach the known ones.

    Raises:
        LeavesAHole: with the first day that is known.
    """
    standings = (await memory.standings()).values()
    starts = [run.first for standing in standings for run in standing.coverage]
    if starts and last < min(starts) - timedelta(days=1):
        raise LeavesAHole(f"usage is known from {min(starts)} on: ask up to the day before, not only up to {last}")


async def must_know(memory: Memory, account: str) -> None:
    """Refuse an account that is none: the answer about it would be empty, and look like one that was taken.

    Raises:
        UnknownAccount: with what to do.
    """
    if account not in await memory.partitions():
        raise UnknownAccount(
            f"no usage of {account!r} was ever met: write the account as its events do, or leave --account out"
        )


async def backfill_question(deps: Deps, piece: tuple[Metric, date, date], account: str | None, done: set[int]) -> bool:
    """Ask one question of a metric and window: of the next partition that is not `done` yet, or of one known account alone.

    Returns whether it was the last; partitions that were read are added to `done`. A turn for each question lets the
    running pulls have theirs in between.

    Raises:
        SourceUnavailable, GarbledAnswer: nothing of it was announced.
    """
    metric, first, last = piece
    days = days_between(first, min(last, deps.clock().astimezone(deps.plan.zone).date()))
    placed = await deps.memory.partitions()
    if account is not None:
        await _one_account(deps, Question(metric, placed[account], [account], days, past=True))
        return True
    partitions = members(placed)
    left = [number for number in partitions if number not in done]
    if left:
        accounts = partitions[left[0]] if len(partitions) > 1 else None
        asked = Question(metric, left[0], accounts, days, past=True)
        answer = await follow(deps, asked, await _standing(deps, asked))
        if answer.reason == "truncated":
            return False  # it was halved: both parts are asked
        if answer.reason is not None:
            raise SourceUnavailable(f"{metric.name}, {first} to {last}: {answer.error}")
        done.add(left[0])
    return not members(await deps.memory.partitions()).keys() - done


async def _standing(deps: Deps, asked: Question) -> Standing:
    return (await deps.memory.standings()).get(asked.scope, Standing())


async def _one_account(deps: Deps, asked: Question) -> None:
    """The values of one account are set right; what its partition may claim does not change."""
    asked_at = deps.clock()
    version = await deps.turn.version()
    sums = await deps.source.sums(asked.metric, asked.days, asked.accounts, deps.plan.groups_max)
    if sums.incomplete is not None:
        raise SourceUnavailable(f"{asked.metric.name}: {sums.incomplete}")
    older = read_anew(deps, asked, await _standing(deps, asked), sums.computed_at or asked_at)
    changed = {key: value for key, value in (await differences(deps, asked, sums)).items() if key.day not in older}
    await deps.turn.publish(changed, version=version, observed_at=deps.clock(), step=Step())
