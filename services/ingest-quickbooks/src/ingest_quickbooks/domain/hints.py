"""Webhooks of QuickBooks: proved on their raw bytes, and read for nothing but which objects they speak of."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterator
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


def read_hints(body: object) -> list[Hint]:
    """Take a webhook apart: an array of CloudEvents, or the former shape with `eventNotifications`.

    Raises:
        Unreadable: it is neither, or one of its events does not say what it is about.
    """
    if isinstance(body, list):
        return [_cloud_event(event, f"[{place}]") for place, event in enumerate(body)]
    if isinstance(body, dict) and "eventNotifications" in body:
        return list(_notifications(body))
    raise Unreadable("body", "neither a list of CloudEvents nor eventNotifications")


def _cloud_event(event: object, path: str) -> Hint:
    if not isinstance(event, dict):
        raise Unreadable(path, "not an object")
    parts = reading.text(event, "type", path).split(".")
    if len(parts) != _TYPE_PARTS or parts[0] != "qbo":
        raise Unreadable(f"{path}.type", "not a type of QuickBooks")
    realm, external_id = (reading.text(event, name, path) for name in ("intuitaccountid", "intuitentityid"))
    return Hint(realm, parts[1].lower(), external_id)


def _notifications(body: Body) -> Iterator[Hint]:
    for path, notification in reading.bodies(body, "eventNotifications"):
        realm = reading.text(notification, "realmId", path)
        change = reading.optional_body(notification, "dataChangeEvent", path) or {}
        for entity_path, entity in reading.bodies(change, "entities", f"{path}.dataChangeEvent"):
            name, external_id = (reading.text(entity, field, entity_path) for field in ("name", "id"))
            yield Hint(realm, name.lower(), external_id)
