"""Words that the events share, as they are read on the hot path."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec

from trueup_billing import BillingError, format_decimal, parse_decimal

Instant = Annotated[datetime, msgspec.Meta(tz=True)]
Currency = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}\Z")]
RefText = Annotated[str, msgspec.Meta(pattern=r"^(amplitude|quickbooks|stripe):.+\Z")]
SourceName = Literal["amplitude", "quickbooks", "stripe"]
Version = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
Minor = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
RetryState = Literal["processing", "succeeded", "failed", "needs_customer", "already_paid", "refused", "unknown"]
RateKind = Literal["per_unit", "graduated", "volume", "package", "flat", "minimum", "discount", "as_invoiced"]
LinkVerdict = Literal["linked", "unlinked", "withdrawn"]
Bucket = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}(-\d{2})?\Z")]


# What `decimal_text` takes, in the form that senders use: most need no closer look.
_PLAIN_DECIMAL = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,28})?")


def check_decimal(text: str) -> None:
    """Make sure that it is an exact decimal.

    Raises:
        ValueError: no finite decimal.
    """
    if _PLAIN_DECIMAL.fullmatch(text) is None:
        decimal_text(text)


def decimal_text(text: str) -> str:
    """The plain, shortest form of an exact decimal.

    Raises:
        ValueError: no finite decimal.
    """
    try:
        return format_decimal(parse_decimal(text))
    except BillingError as error:
        raise ValueError(str(error)) from None


def in_utc(at: datetime) -> datetime:
    """The same instant in UTC: what PostgreSQL takes as a parameter or, as a text, with any offset.

    Raises:
        OverflowError: it lies before the year 1 or after the year 9999.
    """
    return at if at.tzinfo is UTC else at.astimezone(UTC)


def texts_in_utc(instants: Iterable[datetime]) -> list[str]:
    """Each instant as ISO 8601 in UTC. msgspec writes them an order of magnitude quicker than `isoformat`."""
    texts: list[str] = msgspec.to_builtins([in_utc(at) for at in instants])
    return texts


class Wire(msgspec.Struct, frozen=True, gc=False):
    """A value of an event; unknown fields are ignored."""
