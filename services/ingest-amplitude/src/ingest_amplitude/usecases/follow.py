"""Ask for the trailing days of one scope, and announce what has moved since it was last shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ingest_amplitude.domain.again import Marks, first_marks
from ingest_amplitude.domain.answers import Sums
from ingest_amplitude.domain.buckets import ZERO, Key, Metric, Totals
from ingest_amplitude.domain.coverage import Run, by_day, overlay
from ingest_amplitude.domain.partitions import assign
from ingest_amplitude.domain.windows import days_between, trailing_days
from ingest_amplitude.ports import NOTHING_KEPT, QuestionRefused, Scope, SourceUnavailable, Standing, Step
from ingest_amplitude.usecases.deps import Deps
from ingest_amplitude.usecases.divide import divide
from ingest_amplitude.usecases.reports import hand_over
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

    Raises:
        SourceUnavailable, GarbledAnswer: there is no answer; or days long past were asked for, and it is out of date.
    """
    asked_at = deps.clock()
    version = await deps.turn.version()
    limit = deps.plan.groups_max
    try:
        sums = await deps.source.sums(asked.metric, asked.days, asked.accounts, limit)
    except QuestionRefused as refusal:
        if await _names_too_many(deps, asked) and await divide(deps, asked.partition):
            return Answer(standing, "truncated", str(refusal))
        raise
    if sums.is_cut(limit) and await divide(deps, asked.partition, sums.by_account):
        return Answer(standing, "truncated", f"{sums.rows} groups answered, as many as there can be")
    if sums.is_cut(limit) or sums.incomplete is not None:
        return Answer(standing, "incomplete_answer", sums.incomplete or f"{sums.rows} groups answered for one account")
    computed_at = sums.computed_at or asked_at
    raised = _raised(deps, asked, standing, computed_at)
    if raised is None:
        return Answer(standing)  # out of a cache: older than what is shown already
    older = read_anew(deps, asked, standing, computed_at)
    changed = {key: value for key, value in (await differences(deps, asked, sums)).items() if key.day not in older}
    placed = assign(await deps.memory.partitions(), sums.by_account, deps.plan.partition_capacity)
    opened = await _of_new_partitions(deps, asked, raised, set(placed.values())) if asked.accounts is None else {}
    step = Step(standings={asked.scope: raised, **opened}, placed=placed)
    await deps.turn.publish(changed, version=version, observed_at=deps.clock(), step=step)
    if opened:
        await hand_over(deps, opened)
    return Answer(raised)


async def _names_too_many(deps: Deps, asked: Question) -> bool:
    """Whether it was refused for the accounts that it names: then the same question about one of them is answered."""
    if asked.accounts is None or len(asked.accounts) < 2:
        return False
    try:
        await deps.source.sums(asked.metric, asked.days, asked.accounts[:1], deps.plan.groups_max)
    except QuestionRefused:
        return False  # the definition is at fault
    return True


def read_anew(deps: Deps, asked: Question, standing: Standing, computed_at: datetime) -> frozenset[date]:
    """Of the asked buckets those that are known better than an answer out of a cache tells; the next pull asks for them.

    Raises:
        SourceUnavailable: among them are days that nothing asks for again by itself, so that an older value would stay.
    """
    known = by_day(standing.coverage)
    older = [day for day in asked.days if known.get(day, computed_at) > computed_at]
    followed = question(deps, asked.metric, asked.partition, None, date.min).days
    if stay := [known[day] for day in older if day < followed[0]]:
        minutes = -((computed_at - max(stay)) // timedelta(minutes=1))
        raise SourceUnavailable(
            f"the answer is {minutes} minutes older than what is known: out of Amplitude's cache; try again later"
        )
    return frozenset(asked.metric.buckets(older))


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
    # A month of 12,000 accounts would not fit into memory: no more is fetched than the question speaks of.
    kept = await deps.memory.kept_between(asked.metric.name, buckets[0], buckets[-1], asked.accounts)
    accounts = set(sums.by_account) | {key.account for key in kept}
    nothing = (ZERO,) * len(buckets)
    changed: Totals = {}
    for account in sorted(accounts):
        for bucket, quantity in zip(buckets, sums.by_account.get(account, nothing), strict=True):
            key = Key(asked.metric.name, bucket, account)
            if quantity != kept.get(key, NOTHING_KEPT).shown:
                changed[key] = quantity
    return changed
