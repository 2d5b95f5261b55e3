"""Ask for the trailing days of one scope, and announce what has moved since it was last shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from ingest_amplitude.domain.again import Marks, first_marks
from ingest_amplitude.domain.answers import Sums
from ingest_amplitude.domain.buckets import ZERO, Key, Metric, Totals
from ingest_amplitude.domain.coverage import Run, by_day, overlay
from ingest_amplitude.domain.partitions import assign, halve
from ingest_amplitude.domain.windows import days_between, trailing_days
from ingest_amplitude.ports import NOTHING_KEPT, Scope, Standing, Step
from ingest_amplitude.usecases.deps import Deps
from trueup_billing import month_of


@dataclass(frozen=True, slots=True)
class Question:
    """One scope's question: a metric, a partition with its accounts (None: all there are), the days.

    `past`: a look at old days is no look at today, how recent the scope is stays. `marks`: what is remembered of having
    asked again; then an answer out of a cache that is older than what is known is not taken.
    """

    metric: Metric
    partition: int
    accounts: Sequence[str] | None
    days: Sequence[date]
    past: bool = False
    marks: Marks | None = None

    @property
    def scope(self) -> Scope:
        return self.metric.name, self.partition


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it: what the scope may claim now, or why it may claim no more than before."""

    standing: Standing
    reason: str | None = None
    error: str | None = None


def question(
    deps: Deps, metric: Metric, partition: int, accounts: Sequence[str] | None, history_from: date
) -> Question:
    """The question for the trailing window as of now."""
    first, last = trailing_days(deps.clock(), deps.plan.zone, deps.plan.rules.trailing_days, history_from)
    if not metric.additive:
        first = max(month_of(last).start, history_from)
    return Question(metric, partition, accounts, days_between(first, last))


async def follow(deps: Deps, asked: Question, standing: Standing) -> Answer:
    """Ask, compare with what was shown, announce the differences. A cut answer halves the partition for the next turn.

    Values of an answer that is not whole are not used: they may be too low, and the former ones stand.
    """
    asked_at = deps.clock()
    version = await deps.turn.version()
    limit = deps.plan.groups_max
    sums = await deps.source.sums(asked.metric, asked.days, asked.accounts, limit)
    if sums.rows >= limit:
        await _divide(deps, asked, sums)
        return Answer(standing, "truncated", f"{sums.rows} groups answered, as many as there can be")
    if sums.incomplete is not None:
        return Answer(standing, "incomplete_answer", sums.incomplete)
    raised = _raised(deps, asked, standing, sums.computed_at or asked_at)
    if raised is None:
        return Answer(standing)  # out of a cache: older than what is shown already
    changed = await differences(deps, asked, sums)
    placed = assign(await deps.memory.partitions(), sums.by_account, deps.plan.partition_capacity)
    standings = {asked.scope: raised}
    if asked.accounts is None:
        standings |= await _of_new_partitions(deps, asked, raised, set(placed.values()))
    step = Step(standings=standings, placed=placed)
    await deps.turn.publish(changed, version=version, observed_at=deps.clock(), step=step)
    return Answer(raised)


async def _of_new_partitions(deps: Deps, asked: Question, raised: Standing, numbers: set[int]) -> dict[Scope, Standing]:
    """An answer without a filter speaks of every account there is: what it lets the scope claim holds for new parts too."""
    known = await deps.memory.standings()
    first = {metric.name: known.get((metric.name, asked.partition), Standing()) for metric in deps.plan.metrics}
    first[asked.metric.name] = raised
    return {
        (name, number): standing
        for number in numbers - {asked.partition}
        for name, standing in first.items()
        if (name, number) not in known
    }


def _raised(deps: Deps, asked: Question, standing: Standing, computed_at: datetime) -> Standing | None:
    """What the scope may claim after an answer; None when it knows better already."""
    known = by_day(standing.coverage)
    if asked.past and asked.marks is not None and any(known.get(day, computed_at) > computed_at for day in asked.days):
        return None
    if not asked.past and standing.as_of is not None and computed_at < standing.as_of:
        return None
    return Standing(
        overlay(standing.coverage, Run(asked.days[0], asked.days[-1], computed_at)),
        standing.as_of if asked.past else computed_at,
        asked.marks or first_marks(standing.marks, deps.clock().astimezone(deps.plan.zone).date(), deps.plan.rules),
    )


async def differences(deps: Deps, asked: Question, sums: Sums) -> Totals:
    """What the answer says differently from what was shown. Absent from a whole answer is 0."""
    buckets = asked.metric.buckets(asked.days)
    kept = await deps.memory.kept_between(asked.metric.name, buckets[0], buckets[-1])
    mine = None if asked.accounts is None else set(asked.accounts)
    accounts = set(sums.by_account) | {key.account for key in kept if mine is None or key.account in mine}
    nothing = (ZERO,) * len(buckets)
    changed: Totals = {}
    for account in sorted(accounts):
        for bucket, quantity in zip(buckets, sums.by_account.get(account, nothing), strict=True):
            key = Key(asked.metric.name, bucket, account)
            if quantity != kept.get(key, NOTHING_KEPT).shown:
                changed[key] = quantity
    return changed


async def _divide(deps: Deps, asked: Question, sums: Sums) -> None:
    partitions = await deps.memory.partitions()
    placed = assign(partitions, sums.by_account, deps.plan.partition_capacity)
    if not placed:
        placed = halve(partitions, asked.partition)
    standings = await deps.memory.standings()
    inherited = {
        (metric.name, number): replace(standings.get((metric.name, asked.partition), Standing()), as_of=None)
        for metric in deps.plan.metrics
        for number in set(placed.values()) - set(partitions.values())
    }
    step = Step(placed=placed, standings=inherited)
    await deps.turn.publish({}, version=await deps.turn.version(), observed_at=deps.clock(), step=step)
