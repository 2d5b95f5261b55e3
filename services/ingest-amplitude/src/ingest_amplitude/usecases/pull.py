"""One pull of usage: new hours by export, then the trailing days of every scope, then a report for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from ingest_amplitude.domain.answers import GarbledAnswer
from ingest_amplitude.domain.buckets import Metric
from ingest_amplitude.domain.coverage import by_day, seamless
from ingest_amplitude.domain.partitions import members
from ingest_amplitude.domain.unread import Days, Unread
from ingest_amplitude.ports import QuestionRefused, Scope, SourceUnavailable, Standing
from ingest_amplitude.usecases.again import Allowance, look_again
from ingest_amplitude.usecases.definitions import Settled, settle
from ingest_amplitude.usecases.deps import Deps
from ingest_amplitude.usecases.divide import fit
from ingest_amplitude.usecases.export import export_new_hours
from ingest_amplitude.usecases.follow import Answer, Question, follow, question
from ingest_amplitude.usecases.reports import first_history_day, report
from trueup_contracts.syncs import PROVIDER_ERRORS

HALVINGS_MAX = 12
"""A pull halves partitions at most this often; the rest waits for the next."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a pull came to: scopes read whole, scopes that were not, and the first error."""

    complete: int
    incomplete: int
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """What a pull knows before its first question."""

    history_from: date
    settled: Settled
    unread: Unread
    export_error: str | None
    """Why hours could not be exported, or not once more."""

    def unread_of(self, metric: Metric) -> Days | None:
        """The days that the export could not read; None where it does not carry the metric."""
        return self.unread.get(metric.name, {}) if metric.name in self.settled.carried else None


@dataclass(slots=True)
class _Silence:
    """What need not be asked in this pull, as it would wait for the same silence.

    A metric that was not answered is left alone: it may be the one that takes Amplitude too long (HTTP 504). Two of them in
    a row, and Amplitude is down.
    """

    _metrics: dict[str, str] = field(default_factory=dict)
    _goes_on: bool = False
    _down: str | None = None

    def about(self, metric: str) -> str | None:
        """Why a metric is not asked for; None where it is."""
        return self._down or self._metrics.get(metric)

    def met(self, metric: str, error: str) -> str:
        """A question of the metric was not answered. Returns the error."""
        if self._goes_on:
            self._down = error
        self._goes_on = True
        self._metrics[metric] = error
        return error

    def ended(self) -> None:
        """A question was answered."""
        self._goes_on = False


async def pull_usage(deps: Deps) -> Outcome:
    """Read what is new, announce it, and report each scope. A source that cannot be read is reported, never raised."""
    history_from = await first_history_day(deps)
    settled = await settle(deps)
    await fit(deps)
    error: str | None = None
    try:
        await export_new_hours(deps, history_from, settled.carried)
    except (SourceUnavailable, GarbledAnswer) as failure:
        # The trailing days may still be readable; a hole that this leaves is told by the reports.
        error = f"{failure.code}: {failure}"
    answers = await _follow_all(deps, Begun(history_from, settled, await deps.memory.unread_days(), error))
    complete = sum(answer.reason is None for answer in answers.values())
    errors = [answer.error for answer in answers.values() if answer.error is not None]
    return Outcome(complete, len(answers) - complete, error or (errors[0] if errors else None))


async def _follow_all(deps: Deps, begun: Begun) -> dict[Scope, Answer]:
    """Every scope once; one whose partition was halved comes again with the new parts."""
    answers: dict[Scope, Answer] = {}
    halvings = 0
    allowance = Allowance(deps.plan.reread_cost)
    silent = _Silence()
    while (asked := await _next_question(deps, begun.history_from, answers)) is not None:
        started_at = deps.clock()
        standing = (await deps.memory.standings()).get(asked.scope, Standing())
        name = asked.metric.name
        if reason := begun.settled.conflicts.get(name) or silent.about(name):
            answer = Answer(standing, SourceUnavailable.code, reason)
        else:
            try:
                answer = await _ask(deps, asked, standing)
                silent.ended()
            except SourceUnavailable as error:
                answer = Answer(standing, SourceUnavailable.code, silent.met(name, f"{error.code}: {error}"))
        # An answer without a filter may have opened other partitions: from now on this scope speaks of its own accounts.
        asked = replace(asked, accounts=_named(members(await deps.memory.partitions()), asked.partition))
        if answer.reason is None:
            unread = begun.unread_of(asked.metric)
            answer = await look_again(deps, asked, answer, begun.history_from, allowance, unread)
        if answer.reason == "truncated" and halvings < HALVINGS_MAX:
            halvings += 1
            continue
        answers[asked.scope] = await _report(deps, asked, answer, begun, started_at=started_at)
    return answers


async def _next_question(deps: Deps, history_from: date, answers: dict[Scope, Answer]) -> Question | None:
    partitions = members(await deps.memory.partitions())
    for metric in deps.plan.metrics:
        for number in partitions:
            if (metric.name, number) not in answers:
                return question(deps, metric, number, _named(partitions, number), history_from)
    return None


def _named(partitions: Mapping[int, Sequence[str]], number: int) -> Sequence[str] | None:
    """The accounts to filter by. A single partition is asked without: it shows accounts that nobody knew yet."""
    return partitions[number] if len(partitions) > 1 else None


async def _ask(deps: Deps, asked: Question, standing: Standing) -> Answer:
    if not _is_due(deps, asked, standing):
        return Answer(standing)
    try:
        return await follow(deps, asked, standing)
    except (QuestionRefused, GarbledAnswer) as error:  # of this one; others may be answered
        return Answer(standing, SourceUnavailable.code, f"{error.code}: {error}")


def _is_due(deps: Deps, asked: Question, standing: Standing) -> bool:
    """A running month costs as many days as it has: it is asked for less often than a few days are."""
    known = by_day(standing.coverage)
    if asked.metric.additive or any(day not in known for day in asked.days):
        return True
    return deps.clock() - min(known[day] for day in asked.days) >= deps.plan.month_every


async def _report(deps: Deps, asked: Question, answer: Answer, begun: Begun, *, started_at: datetime) -> Answer:
    standing = answer.standing
    if answer.reason is None and not seamless(standing.coverage, begun.history_from, asked.days[-1]):
        # Days between the history and the trailing window are not read yet: absent there is not 0.
        answer = Answer(standing, "never_complete", begun.export_error or "the history is not read yet")
    # What was exported is told as it was; that hours could not be exported is told beside it.
    trouble = await deps.trouble() or begun.export_error if answer.reason is None else None
    await report(
        deps,
        asked.scope,
        asked.accounts,
        standing,
        started_at=started_at,
        complete=answer.reason is None,
        reason=PROVIDER_ERRORS if trouble else answer.reason,
        error=trouble or answer.error,
    )
    return answer
