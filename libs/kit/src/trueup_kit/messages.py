"""A record on its way to Kafka: an event, serialised with its CloudEvents headers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from trueup_contracts.envelope import Event
from trueup_kit import trace


@dataclass(frozen=True, slots=True)
class Message:
    """One record: where it goes, its key, its value and its headers as text."""

    topic: str
    key: str
    value: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sent:
    """Where Kafka put a record."""

    topic: str
    partition: int
    offset: int


def to_message(event: Event, *, service: str, time: datetime | None = None) -> Message:
    """Serialise an event; `time` is when it happened, now when left out. The trace in hand travels along."""
    headers = event.headers(source=service, time=time or datetime.now(UTC), traceparent=trace.current())
    return Message(event.topic, event.key(), event.to_bytes(), headers)
