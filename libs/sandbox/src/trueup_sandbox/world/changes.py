"""A change: everything that one happening does to the world, applied and journalled as one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from trueup_sandbox.world.records import GatewayEvent, Record
from trueup_sandbox.world.store import Store


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What the gateway answered to an idempotency key, to be repeated word for word."""

    key: str
    fingerprint: str
    """Of the request's path and parameters."""
    status: int
    body: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Change:
    """One happening's effect: new versions of records, and the gateway events that tell of it."""

    at_ms: int
    kind: str
    account: int
    puts: tuple[tuple[str, Record], ...]
    """Shelf name and record."""
    events: tuple[GatewayEvent, ...] = ()
    answer: StoredAnswer | None = None

    def apply(self, store: Store) -> None:
        """Make it so."""
        for shelf, record in self.puts:
            store.shelf(shelf).put(self.at_ms, record)
        for event in self.events:
            store.add_event(event)


_SHELVES = Store()
_ADAPTERS: dict[str, TypeAdapter[Any]] = {}


def _adapter(shelf: str) -> TypeAdapter[Any]:
    if shelf not in _ADAPTERS:
        _ADAPTERS[shelf] = TypeAdapter(_SHELVES.shelf(shelf).kind)
    return _ADAPTERS[shelf]


_EVENTS: TypeAdapter[tuple[GatewayEvent, ...]] = TypeAdapter(tuple[GatewayEvent, ...])
_ANSWER: TypeAdapter[StoredAnswer | None] = TypeAdapter(StoredAnswer | None)


def to_json(change: Change) -> dict[str, Any]:
    """The journal's form."""
    return {
        "at": change.at_ms,
        "kind": change.kind,
        "account": change.account,
        "puts": [[shelf, _adapter(shelf).dump_python(record, mode="json")] for shelf, record in change.puts],
        "events": _EVENTS.dump_python(change.events, mode="json"),
        "answer": _ANSWER.dump_python(change.answer, mode="json"),
    }


def from_json(entry: dict[str, Any]) -> Change:
    """The inverse of `to_json`."""
    return Change(
        at_ms=entry["at"],
        kind=entry["kind"],
        account=entry["account"],
        puts=tuple((shelf, _adapter(shelf).validate_python(record)) for shelf, record in entry["puts"]),
        events=_EVENTS.validate_python(entry["events"]),
        answer=_ANSWER.validate_python(entry["answer"]),
    )
