"""What the use cases ask of the world: Amplitude, the memory of what was read, and the bus."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple, Protocol

from ingest_amplitude.domain.again import NO_MARKS, Marks
from ingest_amplitude.domain.answers import Sums
from ingest_amplitude.domain.arrivals import Arrivals
from ingest_amplitude.domain.buckets import ZERO, Grain, Key, Metric, Totals
from ingest_amplitude.domain.coverage import Coverage
from ingest_amplitude.domain.tally import Tally
from ingest_amplitude.domain.unread import Unread
from ingest_amplitude.domain.windows import Hours
from trueup_contracts.envelope import Event


class SourceUnavailable(Exception):
    """Amplitude could not be read; what was last known stays. The text is safe to show."""

    code = "provider_error"


class QuestionRefused(SourceUnavailable):
    """Amplitude takes this one question for wrong or too long; it may answer others."""


class TooMuchAtOnce(SourceUnavailable):
    """The asked range is larger than Amplitude gives in one answer, or than is held at once; ask for less."""


class UsageSource(Protocol):
    """Amplitude. Every method raises SourceUnavailable."""

    async def export(self, hours: Hours, tally: Tally) -> None:
        """Add every event uploaded in these hours to the tally. When this raises, the tally is to be thrown away.

        Raises:
            TooMuchAtOnce: the range must be shorter.
        """

    async def sums(self, metric: Metric, days: Sequence[date], accounts: Sequence[str] | None, limit: int) -> Sums:
        """Quantities by account and bucket; of these accounts, or of all. Cost is paid before the question is sent.

        Raises:
            QuestionRefused: this question, as it is.
            GarbledAnswer: the answer is none.
        """


Scope = tuple[str, int]
"""Metric name and partition."""


class Kept(NamedTuple):
    """What is remembered of a bucket."""

    exported: Decimal
    """The total of what was exported so far."""
    shown: Decimal | None
    """What was last announced, 0 when nothing was; None: a publish was cut short, so nobody knows."""

    since: datetime | None = None
    """Since when, by the times of upload, the exported total has been what it is; None: not known."""


NOTHING_KEPT = Kept(ZERO, ZERO)


class Exported(NamedTuple):
    """The total of what was exported of a bucket so far, and since when it has been that, as in `Kept`."""

    total: Decimal
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What a scope may claim: its covered days and the instant of its last complete answer."""

    coverage: Coverage = ()
    as_of: datetime | None = None
    marks: Marks = NO_MARKS
    """How far asking again for past days has come."""


@dataclass(frozen=True, slots=True)
class Definition:
    """What a metric meant when its values were read, and whether the export carries it from its first day on."""

    fingerprint: str
    grain: Grain
    by_export: bool


@dataclass(frozen=True, slots=True)
class ExportedHours:
    """Hours with the ids of the events that they had when they were exported."""

    hours: Hours
    event_ids: Collection[int]


@dataclass(frozen=True, slots=True)
class Step:
    """What moves together with the published values, in one transaction."""

    exported: Mapping[Key, Exported] = field(default_factory=dict)
    export_end: datetime | None = None
    """Up to where the export has come; None leaves it."""
    exported_hours: ExportedHours | None = None
    """Hours that are to be exported once more."""
    settled_hours: ExportedHours | None = None
    """Hours that were."""
    placed: Mapping[str, int] = field(default_factory=dict)
    """Accounts that are new or have moved, with their partition."""
    standings: Mapping[Scope, Standing] = field(default_factory=dict)
    unread: Unread = field(default_factory=dict)
    """Days of which the export met something more, or for the first time, that only questions can tell."""
    definitions: Mapping[str, Definition] = field(default_factory=dict)
    forgotten: Sequence[str] = ()
    """Metrics that mean something else now: what was claimed and exported of them no longer counts."""


class Turn(Protocol):
    """One turn at reading and publishing, under the lease. A lost lease raises and publishes nothing."""

    async def version(self) -> int:
        """A new version for the read that follows."""

    async def publish(
        self,
        totals: Totals,
        *,
        version: int,
        observed_at: datetime,
        step: Step,
        earlier: Arrivals = MappingProxyType({}),
    ) -> int:
        """Announce the buckets, and when the bus has them, remember them as shown together with the step.

        Before, they are marked as unknown, so that a publish that is cut short is made good by the next.

        The caller passes only what differs from what was shown, and what is known of earlier values of these buckets.
        Returns how many were sent.
        """

    async def report(self, event: Event) -> None:
        """Announce the outcome of one scope."""

    async def offsets(self) -> dict[str, dict[str, int]]:
        """topic → partition → the last offset ever published."""


class Memory(Protocol):
    """What earlier pulls left behind."""

    async def history_from(self, proposed: date) -> date:
        """The first day that is read at all; `proposed` is kept at the first call and never moves after."""

    async def export_end(self) -> datetime | None:
        """Up to where the export has come, or None before its first piece."""

    async def exported_hours(self) -> list[Hours]:
        """Hours that wait to be exported once more, oldest first."""

    async def event_ids(self, hours: Hours) -> frozenset[int]:
        """The ids of the events that these had when they were exported."""

    async def partitions(self) -> dict[str, int]:
        """account → partition, of every account ever met."""

    async def standings(self) -> dict[Scope, Standing]:
        """What each scope may claim."""

    async def unread_days(self) -> Unread:
        """The days of each metric that the export does not speak of."""

    async def definitions(self) -> dict[str, Definition]:
        """What each metric meant so far."""

    async def kept(self, keys: Sequence[Key]) -> dict[Key, Kept]:
        """Of these buckets the ones that are remembered."""

    async def kept_between(
        self, metric: str, first: date, last: date, accounts: Sequence[str] | None
    ) -> dict[Key, Kept]:
        """Every bucket of a metric on these days that was announced, or nearly; of these accounts, or of all."""
