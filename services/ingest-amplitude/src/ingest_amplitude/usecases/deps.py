"""The collaborators and the fixed facts of one pull."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from ingest_amplitude.domain.again import USUAL, Rules
from ingest_amplitude.domain.buckets import Metric
from ingest_amplitude.domain.tally import RecentIds
from ingest_amplitude.ports import Memory, Turn, UsageSource


@dataclass(frozen=True, slots=True)
class Plan:
    """What is metered and how it is asked for."""

    metrics: Sequence[Metric]
    account_property: str
    zone: tzinfo
    history_months: int = 8
    rules: Rules = USUAL
    month_every: timedelta = timedelta(minutes=15)
    """How often the running month of a metric with month buckets is asked for."""
    reread_cost: int = 300
    """What asking for past days may cost in one pull."""
    partition_capacity: int = 900
    groups_max: int = 1000
    export_chunk_hours: int = 168
    export_events_max: int = 100_000
    """Metered events counted at once, but for a single hour: what bounds the memory, however many accounts there are."""
    export_every_hours: int = 1
    export_delay: timedelta = timedelta(hours=2)
    """How long after its end an hour should be whole in the export."""
    export_again_hours: int = 24
    """How much later it is exported once more: what came to it since is added."""


async def no_trouble() -> str | None:
    """Nobody counts."""
    return None


@dataclass(frozen=True, slots=True)
class Deps:
    """What a pull works with."""

    source: UsageSource
    memory: Memory
    turn: Turn
    clock: Callable[[], datetime]
    plan: Plan
    recent: RecentIds
    trouble: Callable[[], Awaitable[str | None]] = no_trouble
    """What the calls of late say against Amplitude, although this pull came through."""
