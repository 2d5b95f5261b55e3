"""Turn what was read into events, gaps and memory, object by object."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from ingest_quickbooks.domain.reading import Unreadable
from ingest_quickbooks.domain.snapshots import Broken, Gone, Reading, Seen
from ingest_quickbooks.ports import Known, Memory, ObjectId, OpenGap, Step, Turn
from ingest_quickbooks.usecases.convert import to_deleted, to_event
from trueup_contracts.envelope import Event


@dataclass(slots=True)
class _Collected:
    """What the readings of one answer come to."""

    version: int
    observed_at: datetime
    events: list[Event] = field(default_factory=list)
    known: dict[ObjectId, Known] = field(default_factory=dict)
    opened: list[OpenGap] = field(default_factory=list)
    closed: list[ObjectId] = field(default_factory=list)

    def add(self, key: ObjectId, reading: Reading, known: Known | None) -> None:
        """Take one reading in; `known` is the last announced snapshot, looked up unless the object was seen."""
        known_ref = known.ref if known is not None else None
        if isinstance(reading, Broken):
            self.opened.append(OpenGap(*key, reading.ref or known_ref, reading.detail))
            return
        try:
            if isinstance(reading, Seen):
                event = to_event(reading.snapshot, version=self.version, observed_at=self.observed_at)
                self.events.append(event)
                self.known[key] = Known(event.ref, event.to_bytes())
            elif known is not None:
                self.events.append(
                    to_deleted(reading.entity, known.value, version=self.version, observed_at=self.observed_at)
                )
                self.known[key] = replace(known, deleted=True)
        except Unreadable as error:
            # Only this object's customer is partial; the pull goes on.
            ref = reading.snapshot.ref if isinstance(reading, Seen) else known_ref
            self.opened.append(OpenGap(*key, ref, f"{reading.entity}.{error}"))
            return
        self.closed.append(key)


async def announce(
    readings: Iterable[Reading], *, version: int, observed_at: datetime, step: Step, memory: Memory, turn: Turn
) -> int:
    """Publish the readings and remember them together with `step`. Returns how many events were sent.

    An object that is met twice counts once, the later reading wins. A broken object keeps its last announced
    snapshot and opens a gap; a deletion of an object never announced says nothing.
    """
    latest: dict[ObjectId, Reading] = {(reading.entity, reading.external_id): reading for reading in readings}
    known = await memory.known([key for key, reading in latest.items() if not isinstance(reading, Seen)])
    collected = _Collected(version, observed_at)
    for key, reading in latest.items():
        collected.add(key, reading, known.get(key))
    met = [key for key, reading in latest.items() if not isinstance(reading, Gone)]
    return await turn.publish(
        collected.events,
        replace(
            step,
            known=collected.known,
            seen=met if step.seen_at is not None else (),
            gaps_opened=collected.opened,
            gaps_closed=collected.closed,
        ),
    )
