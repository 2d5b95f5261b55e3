"""Writing to the audit log, inside the transaction of what is written down.

Each entry is chained to the one before and sealed (see `domain.audit_chain`). Writers take turns from here to the end of
their transaction: write the entry last, so that the turn is short and nobody holding it waits for a row of somebody else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import asyncpg

from dashboard_api.domain.access import Principal
from dashboard_api.domain.audit_chain import NO_HASH, Entry, Head, digest, holds, read_detail, seal_entry, seal_head
from dashboard_api.domain.errors import Unavailable
from trueup_kit.logs import get_logger

_TURN = "SELECT pg_advisory_xact_lock(7205759403794)"
# A second statement, so that it sees what the writer before has committed.
_HEAD = """
SELECT clock_timestamp() AS now, head.*,
       CASE WHEN head.seq IS NULL THEN (SELECT max(seq) FROM dashboard.audit_log) END AS last,
       CASE WHEN head.seq IS NULL THEN EXISTS (SELECT FROM dashboard.audit_log WHERE seal IS NOT NULL) END AS sealed
FROM (VALUES (1)) AS one LEFT JOIN dashboard.audit_heads AS head ON true
"""
_APPEND = """
WITH entry AS (
    INSERT INTO dashboard.audit_log (seq, at, user_name, role, action, client_id, detail, prev_hash, hash, seal)
    VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb, $8, $9, $10)
)
INSERT INTO dashboard.audit_heads AS head (seq, hash, at, sealed_from, seal) VALUES ($1, $9, $2, $11, $12)
ON CONFLICT (only_one) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, at = excluded.at, seal = excluded.seal
"""
_BROKEN = "The audit log is damaged, so nothing that must be written down can be done. Tell your administrator."
_log = get_logger(__name__)


class _Seal:
    """The key, known to the process and never to the database; set once by whoever wires the process."""

    key: bytes | None = None


def use_key(key: str) -> None:
    """Seal with this key from now on."""
    _Seal.key = key.encode()


async def write_audit(
    connection: asyncpg.Connection[asyncpg.Record],
    principal: Principal,
    action: str,
    detail: Mapping[str, object],
    *,
    client_id: str | None = None,
) -> None:
    """One entry: who did what, and to which account. It stands or falls with the caller's transaction.

    Raises:
        Unavailable: the log is not as we left it; going on would hide that. `trueup audit verify` says where.
    """
    if not connection.is_in_transaction():
        raise RuntimeError("an audit entry belongs into the transaction of what it tells of")
    if (key := _Seal.key) is None:
        raise RuntimeError("the audit log's key is not set; the process calls use_key when it is wired")
    text = json.dumps(detail, allow_nan=False)
    await connection.execute(_TURN)
    found = await connection.fetchrow(_HEAD)
    assert found is not None  # noqa: S101  one row whatever the tables hold
    seq, prev_hash, sealed_from = await _last(connection, found, key)
    entry = Entry(
        seq=seq + 1,
        at=found["now"],
        user=principal.user,
        role=principal.role.value,
        action=action,
        client_id=client_id,
        detail=read_detail(text),
        prev_hash=prev_hash,
    )
    entry = replace(entry, hash=digest(entry))
    signed = seal_head(key, seq=entry.seq, entry_hash=entry.hash, at=entry.at, sealed_from=sealed_from)
    content = (entry.seq, entry.at, entry.user, entry.role, entry.action, client_id, text)
    chain = (entry.prev_hash, entry.hash, seal_entry(key, entry.hash), sealed_from, signed)
    try:
        await connection.execute(_APPEND, *content, *chain)
    except asyncpg.UniqueViolationError:
        raise _broken("an entry stands where the next one belongs") from None


async def _last(
    connection: asyncpg.Connection[asyncpg.Record], found: asyncpg.Record, key: bytes
) -> tuple[int, bytes, int]:
    """Number and hash of the last entry, and from where on entries are sealed."""
    if found["seq"] is not None:
        head = head_of(found)
        if not holds(key, head):
            raise _broken("the head does not carry our seal")
        return head.seq, head.hash, head.sealed_from
    if found["sealed"]:
        raise _broken("the head is gone")
    # Nothing was sealed yet: entries older than the seal are chained only.
    last = found["last"] or 0
    stored = await connection.fetchval("SELECT hash FROM dashboard.audit_log WHERE seq = $1", last)
    return last, stored or NO_HASH, last + 1


def entry_of(row: asyncpg.Record) -> Entry:
    """A row of `audit_log` with its detail as `detail_text`."""
    return Entry(
        seq=row["seq"],
        at=row["at"],
        user=row["user_name"],
        role=row["role"],
        action=row["action"],
        client_id=row["client_id"],
        detail=read_detail(row["detail_text"]),
        prev_hash=row["prev_hash"],
        hash=row["hash"],
        seal=row["seal"],
    )


def head_of(row: asyncpg.Record) -> Head:
    """A row of `audit_heads`."""
    return Head(seq=row["seq"], hash=row["hash"], at=row["at"], sealed_from=row["sealed_from"], seal=row["seal"] or b"")


def _broken(reason: str) -> Unavailable:
    _log.error("the audit log is damaged; run `trueup audit verify`", reason=reason)
    return Unavailable(_BROKEN, code="audit_log_damaged", retry_after_s=300)
