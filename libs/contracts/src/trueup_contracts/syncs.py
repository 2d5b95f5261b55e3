"""What a pull covered, and the wish for one."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from trueup_billing import join_key
from trueup_contracts.envelope import Event, Instant, Part, RefText, SourceName

PROVIDER_ERRORS = "provider_errors"
"""The reason of a complete report whose source fails too many calls: shown as it was last read, until it does better."""
CONNECTION_DEAD = "connection_dead"
"""The reason of a source that no longer lets us in, until a person connects it again."""


class Coverage(Part):
    """A run of bucket days and the instant up to which the source had counted them when it was asked."""

    from_day: date
    to_day: date | None = None
    """The last day, included; absent: up to now."""
    as_of: Instant
    time_zone: str = "UTC"
    """The IANA zone whose days these are."""


class Gap(Part):
    """A customer that this pull could not read whole."""

    ref: RefText
    reason: str
    """A stable code such as `unreadable_document`."""
    detail: str | None = None


class SyncReportedV1(Event):
    """The outcome of one pull of one scope."""

    topic: ClassVar[str] = "trueup.syncs.reported.v1"
    type: ClassVar[str] = "trueup.syncs.reported.v1"

    source: SourceName
    scope: str
    """`documents` (QuickBooks), `billing` (Stripe), `usage|<metric>|<partition>` (Amplitude)."""
    started_at: Instant
    finished_at: Instant
    as_of: Instant | None = None
    """Everything the source showed up to this instant is published; absent while nothing was ever complete."""
    complete: bool
    reason: str | None = None
    """Why it is not complete, as a stable code: `never_complete`, `truncated`, `provider_error`, `incomplete_answer`,
    `connection_dead` (a person must connect the source again).
    `provider_errors` may go with a complete one: this pull came through, too many of the last calls did not."""
    error: str | None = None
    coverage: list[Coverage] = []
    refs: list[RefText] | None = None
    """The refs that were asked for; absent: all of the source. Absent from a complete answer means 0."""
    gaps: list[Gap] = []
    offsets: dict[str, dict[str, int]] = {}
    """topic → partition → the last offset this pull published; the report counts once the fences have passed them."""
    retired: bool = False
    """Nobody reads this scope any more: what it said no longer stands, and it is no longer waited for."""

    def key(self) -> str:
        return join_key(self.source, self.scope)


class SyncRequestedV1(Event):
    """A person's manual refresh. It joins a running pull and is dropped when older than 60 s."""

    topic: ClassVar[str] = "trueup.syncs.requested.v1"
    type: ClassVar[str] = "trueup.syncs.requested.v1"

    request_id: str
    source: SourceName
    requested_by: str
    requested_at: Instant

    def key(self) -> str:
        return self.source

    def ce_id(self) -> str:
        return self.request_id
