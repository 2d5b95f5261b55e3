"""What each scope claims, as it is announced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from ingest_amplitude.domain.coverage import seamless
from ingest_amplitude.domain.partitions import members
from ingest_amplitude.domain.windows import history_start
from ingest_amplitude.ports import Scope, Standing
from ingest_amplitude.usecases.definitions import scope_name
from ingest_amplitude.usecases.deps import Deps
from trueup_billing import Ref, Source
from trueup_contracts.syncs import Coverage, SyncReportedV1


async def report(
    deps: Deps,
    scope: Scope,
    accounts: Sequence[str] | None,
    standing: Standing,
    *,
    started_at: datetime,
    complete: bool = True,
    reason: str | None = None,
    error: str | None = None,
) -> None:
    """Announce what a scope claims of these accounts, or of all, and why no more."""
    await deps.turn.report(
        SyncReportedV1(
            version=await deps.turn.version(),
            source="amplitude",
            scope=scope_name(scope),
            started_at=started_at,
            finished_at=deps.clock(),
            as_of=None if reason == "never_complete" else standing.as_of,
            complete=complete,
            reason=reason,
            error=error,
            coverage=[
                Coverage(from_day=run.first, to_day=run.last, as_of=run.as_of, time_zone=str(deps.plan.zone))
                for run in standing.coverage
            ],
            refs=None if accounts is None else [str(Ref(Source.AMPLITUDE, account)) for account in accounts],
            offsets=await deps.turn.offsets(),
        )
    )


async def first_history_day(deps: Deps) -> date:
    """The first day that is read at all."""
    return await deps.memory.history_from(history_start(deps.clock(), deps.plan.zone, deps.plan.history_months))


async def hand_over(deps: Deps, standings: Mapping[Scope, Standing]) -> None:
    """Announce what is known of the accounts of new partitions, before those that they come from claim them no more.

    Should Amplitude not answer about them now, they keep it.
    """
    partitions = members(await deps.memory.partitions())
    first = await first_history_day(deps)
    for (metric, number), standing in standings.items():
        whole = standing.coverage and seamless(standing.coverage, first, standing.coverage[-1].last)
        if whole and standing.as_of is not None:
            await report(deps, (metric, number), partitions[number], standing, started_at=deps.clock())
