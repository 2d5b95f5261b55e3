"""The audit log as a chain: how an entry becomes bytes, its hash, and the two seals that the database cannot make.

Canonical form, version 1: the JSON array `["trueup-audit-1", seq, at, user, role, action, client_id, detail]` in ASCII,
without white space, keys sorted by code point, `at` in whole microseconds since 1970 in UTC, numbers as plain decimals
without trailing zeros, an absent `client_id` as null. One entry has one such text, and one text means one entry.

`hash = sha256(prev_hash ‖ canonical)`, the first entry's `prev_hash` being 32 zero bytes. Whoever can write to the
database can compute that too. Hence the seals: HMAC-SHA-256 with a key that the database does not know, one over each
entry's hash, and one over the head (first sealed entry, last number, its instant, its hash), so that a log that was
computed anew, or that lost its end, is told from ours.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

Detail = None | bool | int | Decimal | str | Sequence["Detail"] | Mapping[str, "Detail"]
VERSION = "trueup-audit-1"
NO_HASH = bytes(32)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_US = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the log."""

    seq: int
    at: datetime
    user: str
    role: str
    action: str
    client_id: str | None
    detail: Detail
    prev_hash: bytes
    hash: bytes = b""
    seal: bytes | None = None
    """Absent only on entries written before the log was sealed."""


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the log, as signed when its last entry was written."""

    seq: int
    hash: bytes
    at: datetime
    sealed_from: int
    """The first entry that carries a seal of its own."""
    seal: bytes


def read_detail(text: str) -> Detail:
    """A stored document, numbers exact."""
    found: Detail = json.loads(text, parse_float=Decimal)
    return found


def canonical(entry: Entry) -> bytes:
    """The entry without its hashes, as bytes."""
    content: list[Detail] = [
        VERSION,
        entry.seq,
        microseconds(entry.at),
        entry.user,
        entry.role,
        entry.action,
        entry.client_id,
    ]
    return _text([*content, entry.detail]).encode("ascii")


def digest(entry: Entry) -> bytes:
    """What the entry's hash must be."""
    return hashlib.sha256(entry.prev_hash + canonical(entry)).digest()


def seal_entry(key: bytes, entry_hash: bytes) -> bytes:
    """What the entry's seal must be."""
    return hmac.digest(key, b"trueup-audit-entry-1|" + entry_hash, "sha256")


def seal_head(key: bytes, *, seq: int, entry_hash: bytes, at: datetime, sealed_from: int) -> bytes:
    """What the head's seal must be."""
    said = f"trueup-audit-head-1|{sealed_from}|{seq}|{microseconds(at)}|".encode()
    return hmac.digest(key, said + entry_hash, "sha256")


def holds(key: bytes, head: Head) -> bool:
    """Whether the head carries our seal."""
    wanted = seal_head(key, seq=head.seq, entry_hash=head.hash, at=head.at, sealed_from=head.sealed_from)
    return hmac.compare_digest(wanted, head.seal)


def is_whole(key: bytes, entry: Entry, *, sealed: bool) -> bool:
    """Whether hash and seal fit the entry."""
    if not hmac.compare_digest(digest(entry), entry.hash):
        return False
    return not sealed or hmac.compare_digest(seal_entry(key, entry.hash), entry.seal or b"")


def microseconds(at: datetime) -> int:
    """Whole microseconds since 1970; the database keeps no more."""
    return (at - _EPOCH) // _US


def _text(value: Detail) -> str:
    if value is None or isinstance(value, bool | str):
        return json.dumps(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        plain = format(value, "f")
        plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
        return "0" if plain in {"-0", ""} else plain
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{json.dumps(key)}:{_text(value[key])}" for key in sorted(value)) + "}"
    return "[" + ",".join(_text(each) for each in value) + "]"
