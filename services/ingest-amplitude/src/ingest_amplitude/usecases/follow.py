"""Ask for the trailing days of one scope, and announce what has moved since it was last shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from ingest_amplitude.domain.answers import Sums
from ingest_amplitude.domain.buckets import ZERO, Key, Metric, Totals
from ingest_amplitude.domain.coverage import Coverage, Run, overlay
from ingest_amplitude.domain.partitions import assign, halve
from ingest_amplitude.domain.windows import days_between, trailing_days
from ingest_amplitude.ports import NOTHING_KEPT, Scope, Standing, Step
from ingest_amplitude.usecases.deps import Deps


@dataclass(frozen=True, slots=True)
class Question:
    """One scope's question: a metric, a partition with its accounts (None: all there are), the days."""

    metric: Metric
    partition: int
    accounts: Sequence[str] | None
    days: Sequence[date]

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
    first, last = trailing_days(deps.clock(), deps.plan.zone, deps.plan.trailing_days, history_from)
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
    computed_at = sums.computed_at or asked_at
    if standing.as_of is not None and computed_at < standing.as_of:
        return Answer(standing)  # out of a cache: older than what is shown already
    raised = Standing(_covered(standing.coverage, asked, computed_at), computed_at)
    changed = await differences(deps, asked, sums)
    placed = assign(await deps.memory.partitions(), sums.by_account, deps.plan.partition_capacity)
    step = Step(standings={asked.scope: raised}, placed=placed)
    await deps.turn.publish(changed, version=version, observed_at=deps.clock(), step=step)
    return Answer(raised)


def _covered(coverage: Coverage, asked: Question, computed_at: datetime) -> Coverage:
    return overlay(coverage, Run(asked.days[0], asked.days[-1], computed_at))


async def differences(deps: Deps, asked: Question, sums: Sums) -> Totals:
    """What the answer says differently from what was shown. Absent from a whole answer is 0."""
    kept = await deps.memory.kept_between(asked.metric.name, asked.days[0], asked.days[-1])
    mine = None if asked.accounts is None else set(asked.accounts)
    accounts = set(sums.by_account) | {key.account for key in kept if mine is None or key.account in mine}
    nothing = (ZERO,) * len(asked.days)
    changed: Totals = {}
    for account in sorted(accounts):
        for day, quantity in zip(asked.days, sums.by_account.get(account, nothing), strict=True):
            key = Key(asked.metric.name, day, account)
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
