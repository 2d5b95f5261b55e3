"""Webhooks of QuickBooks: proved on their raw bytes, and read for nothing but which objects they speak of."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from ingest_quickbooks.domain import reading
from ingest_quickbooks.domain.reading import Body, Unreadable
from ingest_quickbooks.domain.snapshots import ENTITIES

_KNOWN = {entity.lower() for entity in ENTITIES}
_TYPE_PARTS = 4
"""`qbo.invoice.updated.v1`; the verb is not looked at, as the object is read anew whatever happened to it."""


@dataclass(frozen=True, slots=True)
class Hint:
    """Something happened to an object of a company. `entity` in small letters, as the sender names it."""

    realm_id: str
    entity: str
    external_id: str

    @property
    def concerns_us(self) -> bool:
        """Whether objects of this kind are read at all."""
        return self.entity in _KNOWN


def sign(body: bytes, verifier: str) -> str:
    """What stands in the header `intuit-signature`: base64 of the HMAC-SHA256 of the raw body."""
    return base64.b64encode(hmac.new(verifier.encode(), body, sha256).digest()).decode()


def is_signed(body: bytes, header: str | None, verifier: str) -> bool:
    """Whether the sender knows the verifier token; the time taken does not tell how close a guess came."""
    return header is not None and hmac.compare_digest(sign(body, verifier).encode(), header.strip().encode())


def read_hints(body: object) -> Iterator[Hint | Unreadable]:
    """Take a webhook apart, event by event: an array of CloudEvents, or the former shape with `eventNotifications`.

    An event that does not say what it is about comes as what is wrong with it, and so does a body of another shape.
    """
    if isinstance(body, list):
        for place, event in enumerate(body):
            yield _tried(_cloud_event, event, f"[{place}]")
    elif isinstance(body, dict) and "eventNotifications" in body:
        yield from _notifications(body["eventNotifications"])
    else:
        yield Unreadable("body", "neither a list of CloudEvents nor eventNotifications")


def _tried(read: Callable[..., Hint], *given: object) -> Hint | Unreadable:
    try:
        return read(*given)
    except Unreadable as error:
        return error


def _cloud_event(event: object, path: str) -> Hint:
    if not isinstance(event, dict):
        raise Unreadable(path, "not an object")
    parts = reading.text(event, "type", path).split(".")
    if len(parts) != _TYPE_PARTS or parts[0] != "qbo":
        raise Unreadable(f"{path}.type", "not a type of QuickBooks")
    realm, external_id = (reading.text(event, name, path) for name in ("intuitaccountid", "intuitentityid"))
    return Hint(realm, parts[1].lower(), external_id)


def _notifications(given: object) -> Iterator[Hint | Unreadable]:
    for path, notification in _objects(given, "eventNotifications"):
        change = notification.get("dataChangeEvent")
        entities = change.get("entities") if isinstance(change, dict) else None
        for entity_path, entity in _objects(entities, f"{path}.dataChangeEvent.entities"):
            yield _tried(_of_entity, notification, path, entity, entity_path)


def _of_entity(notification: Body, path: str, entity: Body, entity_path: str) -> Hint:
    name, external_id = (reading.text(entity, field, entity_path) for field in ("name", "id"))
    return Hint(reading.text(notification, "realmId", path), name.lower(), external_id)


def _objects(value: object, path: str) -> Iterator[tuple[str, Body]]:
    """Each with its path; what is none has no field, and is told by the first that is missed."""
    for place, one in enumerate(value if isinstance(value, list) else [value]):
        yield f"{path}[{place}]", one if isinstance(one, dict) else {}
