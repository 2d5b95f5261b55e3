"""Refs: what a customer, a document or a payment is called in the system it lives in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, unquote

from trueup_billing.errors import InvalidValue


class Source(StrEnum):
    """The three systems that Trueup compares."""

    AMPLITUDE = "amplitude"
    QUICKBOOKS = "quickbooks"
    STRIPE = "stripe"


def encode_part(part: str) -> str:
    """Percent-encode what would be mistaken for a separator (`|`, `:`, `%`) or is not printable ASCII."""
    return quote(part, safe=" !\"#$&'()*+,-./;<=>?@[\\]^_`{}~")


def decode_part(part: str) -> str:
    """The inverse of `encode_part`."""
    return unquote(part)


def join_key(*parts: str) -> str:
    """A record key of several parts: `join_key(str(ref), "api_calls", "2026-10-01")`. Parts are encoded once."""
    joined = "|".join(parts)
    if joined.count("|") == len(parts) - 1:  # nearly always: no part holds a separator
        return joined
    return "|".join(part.replace("|", "%7C") for part in parts)


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """A customer in one source, written `stripe:cus_123`; the id part is percent-encoded."""

    source: Source
    external_id: str

    def __post_init__(self) -> None:
        if not self.external_id:
            raise InvalidValue("a ref needs an id")

    @classmethod
    def parse(cls, text: str) -> Ref:
        """Read `source:id`.

        Raises:
            InvalidValue: no colon, an unknown source or an empty id.
        """
        source, separator, external_id = text.partition(":")
        if not separator or source not in set(Source):
            raise InvalidValue(f"{text!r} is no ref; write source:id with one of {', '.join(Source)}")
        return cls(Source(source), decode_part(external_id))

    def __str__(self) -> str:
        return f"{self.source}:{encode_part(self.external_id)}"
