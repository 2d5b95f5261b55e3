"""Whole answers of QuickBooks: query pages and change capture, object by object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from ingest_quickbooks.domain import reading
from ingest_quickbooks.domain.customers import read_customer
from ingest_quickbooks.domain.documents import read_document
from ingest_quickbooks.domain.payments import read_payment
from ingest_quickbooks.domain.reading import Body, Unreadable
from ingest_quickbooks.domain.snapshots import ENTITIES, Broken, Entity, Gone, Reading, Seen, Snapshot

CHANGES_MAX = 1000
"""Change capture returns no more objects than this, over all entities; a full answer is a cut one."""


class GarbledAnswer(Exception):
    """The answer as a whole is not what QuickBooks sends; nothing of it is used."""

    code = "garbled_answer"


@dataclass(frozen=True, slots=True)
class Changes:
    """One answer of change capture: bodies by entity and the source's own instant."""

    bodies: Mapping[Entity, list[Body]]
    time: datetime

    @property
    def count(self) -> int:
        return sum(len(found) for found in self.bodies.values())

    @property
    def truncated(self) -> bool:
        return self.count >= CHANGES_MAX


def read_changes(answer: object) -> Changes:
    """Take a CDC answer apart.

    Raises:
        GarbledAnswer: no CDCResponse with a QueryResponse, no `time`, or a list that is none. Where nothing has
            changed, the QueryResponse says so: an answer without one is none.
    """
    if not isinstance(answer, Mapping):
        raise GarbledAnswer("the answer is no object")
    try:
        moment = reading.optional_instant(answer, "time")
        if moment is None:
            raise GarbledAnswer("time is missing")
        found: dict[Entity, list[Body]] = {}
        for path, query in change_queries(answer):
            for entity in ENTITIES:
                found.setdefault(entity, []).extend(body for _, body in reading.bodies(query, entity, path))
    except Unreadable as error:
        raise GarbledAnswer(str(error)) from None
    return Changes({entity: rows for entity, rows in found.items() if rows}, moment.astimezone(UTC))


def change_queries(answer: Body) -> Iterator[tuple[str, Body]]:
    """What change capture says of one entity after the other, each with its path.

    Raises:
        Unreadable: it says nothing, of any entity.
    """
    for path, response in reading.some_bodies(answer, "CDCResponse"):
        if response.get("QueryResponse") is None:
            raise Unreadable(reading.at(path, "QueryResponse"), "missing")
        yield from reading.bodies(response, "QueryResponse", path)


def read_page(answer: object, entity: Entity) -> list[Body]:
    """The objects of a query page; an empty result has no list at all.

    Raises:
        GarbledAnswer: no QueryResponse or a list that is none.
    """
    if not isinstance(answer, Mapping) or not isinstance(answer.get("QueryResponse"), Mapping):
        raise GarbledAnswer("QueryResponse is missing")
    try:
        return [body for _, body in reading.bodies(answer["QueryResponse"], entity, "QueryResponse")]
    except Unreadable as error:
        raise GarbledAnswer(str(error)) from None


def read_all(entity: Entity, bodies: list[Body], link_fields: Mapping[str, str]) -> Iterator[Reading]:
    """Each object by itself: one that cannot be read never takes others with it."""
    for body in bodies:
        yield read_object(entity, body, link_fields)


def read_object(entity: Entity, body: Body, link_fields: Mapping[str, str]) -> Reading:
    """One object: seen, gone or broken.

    Raises:
        GarbledAnswer: it has no id that can be kept; QuickBooks sends no such object, so the answer as a whole is not to be
            trusted.
    """
    try:
        external_id = reading.identity(body, "Id")
    except Unreadable as error:
        raise GarbledAnswer(f"{entity} without Id: {error}") from None
    if body.get("status") == "Deleted":
        return Gone(entity, external_id)
    try:
        return Seen(entity, external_id, _snapshot(entity, body, link_fields))
    except Unreadable as error:
        return Broken(entity, external_id, _owner(entity, body, external_id), f"{entity}.{error}")


def _snapshot(entity: Entity, body: Body, link_fields: Mapping[str, str]) -> Snapshot:
    if entity == "Customer":
        return read_customer(body, link_fields)
    if entity == "Payment":
        return read_payment(body)
    return read_document(body, entity)


def _owner(entity: Entity, body: Body, external_id: str) -> str | None:
    if entity == "Customer":
        return reading.customer_ref(external_id)
    try:
        return reading.customer_ref(reading.reference(body, "CustomerRef"))
    except Unreadable:
        return None
