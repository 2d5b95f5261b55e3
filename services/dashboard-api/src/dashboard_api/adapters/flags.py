"""Flags in the service's schema: written down once, claimed by one sender, settled by whoever holds the claim."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from uuid import UUID

import asyncpg

from dashboard_api.adapters.audit import write_audit
from dashboard_api.adapters.database import Database
from dashboard_api.adapters.flag_sql import FLAG
from dashboard_api.adapters.portfolio_sql import Arguments, scope_predicate
from dashboard_api.domain.access import Principal
from dashboard_api.domain.errors import Conflict
from dashboard_api.domain.flag_draft import listed
from dashboard_api.domain.flags import REPEATED_H, Channel, Claimed, Failed, Later, NewFlag, Outcome, Sent, Wish
from dashboard_api.ports.reads import Json
from trueup_kit.logs import get_logger

log = get_logger(__name__)

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"
_KNOWN = (
    f"SELECT request_hash, ({FLAG})::text AS flag FROM dashboard.flags AS flag WHERE flagged_by = $1 AND key_hash = $2"
)
# What may have arrived blocks as well, unless a person says that it shall be sent again.
_STANDING = f"""
SELECT ({FLAG} || '{{"repeated": true}}')::text FROM dashboard.flags AS flag
WHERE client_id = $1 AND target_id = $2 AND discrepancy IS NOT DISTINCT FROM $3 AND period_start IS NOT DISTINCT FROM $4
    AND (state IN ('queued', 'sending') OR state = 'sent' AND sent_at > now() - $5::interval
         OR state = 'unknown' AND created_at > now() - $5::interval AND NOT $6)
ORDER BY created_at DESC LIMIT 1
"""
_INSERT = f"""
INSERT INTO dashboard.flags AS flag
    (flag_id, client_id, channel, target_id, target_label, discrepancy, period_start, subject, text, evidence, snapshot,
     link, flagged_by, flagged_by_name, key_hash, request_hash)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11::jsonb, $12, $13, $14, $15, $16)
RETURNING ({FLAG})::text
"""
_CLAIM = """
UPDATE dashboard.flags SET state = 'sending', claimed_at = now(), claimed_by = $2, claim_version = claim_version + 1,
    tries = tries + 1, reason = NULL
WHERE flag_id = (SELECT flag_id FROM dashboard.flags WHERE state = 'queued' AND channel = $1 AND due_at <= now()
                 ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING flag_id, claim_version, tries, client_id, target_id, subject, snapshot::text AS snapshot, created_at
"""
# An answer that comes after the claim was given up is the truth all the same; but what may have been taken for lost
# by then is not queued again.
_SETTLE = """
UPDATE dashboard.flags SET state = $3, reason = $4, external_id = $5, permalink = $6,
    sent_at = CASE WHEN $3 = 'sent' THEN now() END, due_at = now() + $7::interval
WHERE flag_id = $1 AND claim_version = $2 AND (state = 'sending' OR state = 'unknown' AND $3 <> 'queued')
"""
_GIVE_UP = """
UPDATE dashboard.flags SET state = 'unknown', reason = 'sender_lost'
WHERE state = 'sending' AND claimed_at < now() - $1::interval
"""


class PostgresFlags:
    """What the routes need."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, principal: Principal, new: NewFlag, *, key: str) -> Json:
        """Write it down with its audit entry, unless the same issue is on its way to the same recipient already.

        Raises:
            Conflict: the key was used for another request.
        """
        key_hash, request_hash = _hash(key), _request_hash(new.wish)
        async with self._database.writing() as connection:
            await connection.execute(_LOCK, f"flag key|{principal.user}|{key}")
            known = await connection.fetchrow(_KNOWN, principal.user, key_hash)
            if known is not None:
                if known["request_hash"] != request_hash:
                    detail = "This Idempotency-Key was used for another request; use a new one."
                    raise Conflict(detail, code="idempotency_key_reused")
                again: Json = known["flag"]
                return again
            # Whoever flags the same issue to the same recipient at this moment waits here and then finds this one.
            await connection.execute(_LOCK, f"flag occasion|{_occasion(new.wish)}")
            standing: Json | None = await _standing(connection, new.wish)
            if standing is not None:
                return standing
            flag = await _insert(connection, principal, new, key_hash, request_hash)
            await write_audit(connection, principal, "flag.send", _noted(new), client_id=new.wish.client_id)
        return flag

    async def find(self, principal: Principal, flag_id: UUID) -> Json | None:
        """One flag; None when unknown or of an account out of scope."""
        arguments = Arguments()
        place = arguments.add(flag_id)
        sql = f"""
            SELECT ({FLAG})::text
            FROM dashboard.flags AS flag JOIN dashboard.seen_accounts AS account USING (client_id)
            WHERE flag.flag_id = {place} AND {scope_predicate(principal, arguments)}
        """
        async with self._database.reading(principal) as connection:
            found: Json | None = await connection.fetchval(sql, *arguments.values)
        return found


class PostgresFlagQueue:
    """What a sender needs."""

    def __init__(self, database: Database, *, sender: str) -> None:
        self._database = database
        self._sender = sender

    async def claim(self, channel: Channel) -> Claimed | None:
        """The next one that is due; the claim is committed before anything leaves."""
        async with self._database.writing() as connection:
            row = await connection.fetchrow(_CLAIM, channel.value, self._sender)
        if row is None:
            return None
        return Claimed(**{**row, "snapshot": json.loads(row["snapshot"])})

    async def settle(self, claimed: Claimed, outcome: Outcome, *, again_after_s: float) -> None:
        """What became of it. Nothing changes when the claim is another's by now."""
        sent = outcome if isinstance(outcome, Sent) else None
        reason = None if isinstance(outcome, Sent) else outcome.reason
        async with self._database.writing() as connection:
            await connection.execute(
                _SETTLE,
                claimed.flag_id,
                claimed.claim_version,
                _state(outcome),
                reason,
                sent and sent.external_id,
                sent and sent.permalink,
                timedelta(seconds=again_after_s if isinstance(outcome, Later) else 0),
            )
        log.info("flag handed over", flag_id=str(claimed.flag_id), state=_state(outcome), reason=reason)

    async def give_up_lost(self, *, after_s: float) -> int:
        """Claims that nobody settled become unknown; how many there were."""
        async with self._database.writing() as connection:
            done: str = await connection.execute(_GIVE_UP, timedelta(seconds=after_s))
        return int(done.rpartition(" ")[2])


def _state(outcome: Outcome) -> str:
    if isinstance(outcome, Sent):
        return "sent"
    if isinstance(outcome, Failed):
        return "failed"
    return "queued" if isinstance(outcome, Later) else "unknown"


async def _standing(connection: asyncpg.Connection[asyncpg.Record], wish: Wish) -> Json | None:
    found: Json | None = await connection.fetchval(
        _STANDING,
        wish.client_id,
        wish.target_id,
        wish.discrepancy,
        wish.period_start,
        timedelta(hours=REPEATED_H),
        wish.resend,
    )
    return found


async def _insert(
    connection: asyncpg.Connection[asyncpg.Record],
    principal: Principal,
    new: NewFlag,
    key_hash: bytes,
    request_hash: bytes,
) -> Json:
    wish, message = new.wish, new.message
    flag: Json = await connection.fetchval(
        _INSERT,
        *(new.flag_id, wish.client_id, wish.channel.value, new.target.target_id, new.target.label),
        *(wish.discrepancy, wish.period_start, message.subject, message.text),
        *(json.dumps(listed(message.evidence)), json.dumps(dict(new.snapshot)), message.link),
        *(principal.user, message.flagged_by, key_hash, request_hash),
    )
    return flag


def _noted(new: NewFlag) -> dict[str, object]:
    """For the audit log: what was sent to whom, without what people wrote."""
    wish = new.wish
    return {
        "flag_id": str(new.flag_id),
        "client_id": wish.client_id,
        "channel": wish.channel.value,
        "target": wish.target_id,
        "discrepancy": wish.discrepancy,
        "period_start": wish.period_start and wish.period_start.isoformat(),
        "resend": wish.resend,
    }


def _occasion(wish: Wish) -> str:
    return json.dumps([wish.client_id, wish.target_id, wish.discrepancy, str(wish.period_start)])


def _request_hash(wish: Wish) -> bytes:
    said = (wish.client_id, wish.channel, wish.target_id, wish.discrepancy, wish.period_start, wish.subject, wish.text)
    return _hash(json.dumps([str(each) for each in (*said, wish.resend)]))


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
