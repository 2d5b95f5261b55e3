"""The base of every event, and its CloudEvents 1.0 envelope in Kafka's binary mode (headers)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, ClassVar, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from trueup_billing import format_decimal, parse_decimal

# Instants are stored and sent in UTC; a naive datetime is refused.
Instant = Annotated[AwareDatetime, AfterValidator(lambda value: value.astimezone(UTC))]
# An exact decimal as text: "12.5". JSON numbers would become floats on the way.
DecimalText = Annotated[str, AfterValidator(lambda text: format_decimal(parse_decimal(text)))]
CurrencyCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
RefText = Annotated[str, StringConstraints(pattern=r"^(amplitude|quickbooks|stripe):.+$")]
SourceName = Annotated[str, StringConstraints(pattern=r"^(amplitude|quickbooks|stripe)$")]
Version = Annotated[int, Field(ge=1)]


class Part(BaseModel):
    """A value inside an event."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Event(Part):
    """A fact or a command on the bus.

    `version` orders facts of one key: it is drawn under the lease that covered the read, never from a clock.
    """

    topic: ClassVar[str]
    type: ClassVar[str]

    version: Version

    def key(self) -> str:
        """The record key: it names the entity, so that compaction keeps the last state of each."""
        raise NotImplementedError

    def ce_id(self) -> str:
        """The same fact has the same id however often it is sent: a hash of type, key and version."""
        return hashlib.sha256(f"{self.type}\n{self.key()}\n{self.version}".encode()).hexdigest()[:32]

    def headers(self, *, source: str, time: datetime, traceparent: str | None = None) -> dict[str, str]:
        """CloudEvents attributes as Kafka headers. `source` is the publishing service, `time` has a zone."""
        headers = {
            "ce_specversion": "1.0",
            "ce_id": self.ce_id(),
            "ce_type": self.type,
            "ce_source": f"/{source}",
            "ce_time": time.astimezone(UTC).isoformat(),
            "ce_subject": self.key(),
            "content-type": "application/json",
        }
        return headers | ({"traceparent": traceparent} if traceparent else {})

    def to_bytes(self) -> bytes:
        """The record value: compact JSON, absent optionals left out."""
        return self.model_dump_json(exclude_none=True).encode()

    @classmethod
    def from_bytes(cls, value: bytes) -> Self:
        """Read a record value; raises pydantic.ValidationError naming the field at fault."""
        return cls.model_validate_json(value)


def read_headers(
    headers: Mapping[str, str] | list[tuple[str, bytes]] | tuple[tuple[str, bytes], ...],
) -> dict[str, str]:
    """Kafka headers as text, whichever client delivered them."""
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    return {name: value if isinstance(value, str) else value.decode() for name, value in pairs}
