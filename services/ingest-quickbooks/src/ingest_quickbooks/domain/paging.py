"""How a whole entity is read in order of change, so that rows that move meanwhile are never skipped.

Pages are keyed by time, not by offset: each asks for what changed at or after the last row's instant. Offsets are
used only inside one instant that fills a whole page, and then they overlap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from ingest_quickbooks.domain import reading
from ingest_quickbooks.domain.reading import Body, Unreadable
from ingest_quickbooks.domain.snapshots import Entity

PAGE_SIZE = 1000
OFFSET_OVERLAP = 100
"""Rows read again when paging inside one instant: as many may leave it meanwhile without hiding another."""
CHANGE_OVERLAP = timedelta(minutes=5)
CHANGES_REACH = timedelta(days=30)
CHANGES_REACH_SAFE = CHANGES_REACH - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Place:
    """Where reading of one entity stands: rows changed at or after `since`, from the `start`-th (1-based)."""

    since: datetime | None = None
    start: int = 1


@dataclass(frozen=True, slots=True)
class Within:
    """Only documents of these days, both included, and only of this customer, if one is named. Customers have no days."""

    first: date
    last: date
    customer: str | None = None

    def conditions(self, entity: Entity) -> list[str]:
        """In the query language; ids are checked to be digits where they come in."""
        if entity == "Customer":
            return [f"Id = '{self.customer}'"] if self.customer else []
        days = [f"TxnDate >= '{self.first}'", f"TxnDate <= '{self.last}'"]
        return [*days, *([f"CustomerRef = '{self.customer}'"] if self.customer else [])]


def query(entity: Entity, place: Place, within: Within | None = None) -> str:
    """The query text of the page at `place`. Inactive customers are hidden unless asked for."""
    return (
        f"SELECT * FROM {entity}{_where(entity, place.since, within)} ORDERBY MetaData.LastUpdatedTime ASC"
        f" STARTPOSITION {place.start} MAXRESULTS {PAGE_SIZE}"
    )


def count_query(entity: Entity, since: datetime | None = None, within: Within | None = None) -> str:
    """How many objects of an entity stand; of those that changed at or after `since`, if given."""
    return f"SELECT COUNT(*) FROM {entity}{_where(entity, since, within)}"


def _where(entity: Entity, since: datetime | None, within: Within | None) -> str:
    conditions = within.conditions(entity) if within is not None else []
    if entity == "Customer":
        conditions.append("Active IN (true, false)")
    if since is not None:
        moment = since.astimezone(UTC).isoformat(timespec="seconds")
        conditions.append(f"MetaData.LastUpdatedTime >= '{moment}'")
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def following(place: Place, page: Sequence[Body]) -> Place | None:
    """The next page's place, or None when `page` was the last.

    Raises:
        Unreadable: the last row of a full page has no LastUpdatedTime, so that reading cannot go on.
    """
    if len(page) < PAGE_SIZE:
        return None
    last = changed_at(page[-1])
    if last is None:
        raise Unreadable("MetaData.LastUpdatedTime", "missing in the last row of a full page")
    last = last.replace(microsecond=0)
    if place.since is not None and last <= place.since:
        return replace(place, start=place.start + PAGE_SIZE - OFFSET_OVERLAP)
    return Place(last)


def changed_at(body: Body) -> datetime | None:
    """When the object last changed, in UTC."""
    stamps = reading.optional_body(body, "MetaData")
    return None if stamps is None else reading.optional_instant(stamps, "LastUpdatedTime", "MetaData")


Reach = Literal["load", "changes"]


def reach(cursor: datetime | None, now: datetime) -> Reach:
    """Change capture reaches 30 days back; without a cursor, or with an older one, everything is read anew."""
    if cursor is None or now - cursor >= CHANGES_REACH_SAFE:
        return "load"
    return "changes"
