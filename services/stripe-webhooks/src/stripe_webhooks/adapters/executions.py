"""Attempts in the service's own schema: claimed one at a time, changed only under the claim, announced by the outbox."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from stripe_webhooks.domain.retries import DISMISSED, Execution, Outcome
from stripe_webhooks.ports.retries import ClaimLost
from trueup_contracts.retries import PaymentRetryRequestedV1, PaymentRetrySettledV1
from trueup_kit import outbox
from trueup_kit.postgres import raw

_TAKE = """
INSERT INTO retry_executions
    (attempt_id, gateway_invoice_id, client_id, ref, currency, amount_minor, requested_by, requested_at)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[],
    $8::timestamptz[])
ON CONFLICT (attempt_id) DO NOTHING
RETURNING attempt_id
"""
# `now()` and not the moving clock, so that the index serves; one statement, one transaction.
_CLAIM = """
WITH due AS (
    SELECT attempt_id FROM retry_executions
    WHERE next_ask_at <= now() AND (claimed_until IS NULL OR claimed_until <= now())
    ORDER BY next_ask_at LIMIT 1 FOR UPDATE SKIP LOCKED
)
UPDATE retry_executions AS kept
SET claim = nextval('fact_version'), claimed_until = now() + make_interval(secs => $1)
FROM due WHERE kept.attempt_id = due.attempt_id
RETURNING kept.attempt_id, gateway_invoice_id, client_id, ref, currency, amount_minor, requested_by, requested_at,
    claim, state, reason, needs_person, started_at, asked_at, last_asked_at, tries, looks, unclear
"""
_START = """
UPDATE retry_executions AS kept SET state = 'started', started_at = $3
WHERE attempt_id = $1 AND claim = $2 AND NOT EXISTS (
    SELECT 1 FROM retry_executions AS other
    WHERE other.gateway_invoice_id = kept.gateway_invoice_id AND other.attempt_id <> kept.attempt_id
      AND other.state IN ('started', 'processing', 'unknown'))
"""
_HELD = "SELECT 1 FROM retry_executions WHERE attempt_id = $1 AND claim = $2"
_ASK = """
UPDATE retry_executions SET asked_at = coalesce(asked_at, $3), last_asked_at = $3, tries = tries + 1, unclear = true
WHERE attempt_id = $1 AND claim = $2
"""
_REST = """
UPDATE retry_executions
SET unclear = $3, looks = looks + 1, next_ask_at = now() + make_interval(secs => $4), claimed_until = NULL
WHERE attempt_id = $1 AND claim = $2
"""
_BECOME = """
UPDATE retry_executions
SET state = $3, reason = $4, needs_person = $5, failure = $6::jsonb, hosted_url = $7,
    payment_id = coalesce($8, payment_id), request_id = coalesce($9, request_id), settled_at = $10, version = claim
WHERE attempt_id = $1 AND claim = $2
  AND state IN ('received', 'started', 'processing', 'unknown')
"""
_RELEASE = """
UPDATE retry_executions
SET looks = looks + 1, next_ask_at = now() + make_interval(secs => $3), claimed_until = NULL
WHERE attempt_id = $1 AND claim = $2 AND claimed_until IS NOT NULL
"""
# Nobody works on it, and nobody will: the claim's number is drawn anew, so a late holder writes nothing.
_TO_DISMISS = """
UPDATE retry_executions SET claim = nextval('fact_version'), claimed_until = now() + make_interval(secs => $2)
WHERE attempt_id = $1 AND needs_person AND state = 'unknown' AND (claimed_until IS NULL OR claimed_until <= now())
RETURNING attempt_id, gateway_invoice_id, client_id, ref, currency, amount_minor, requested_by, requested_at,
    claim, state, reason, needs_person, started_at, asked_at, last_asked_at, tries, looks, unclear
"""
_NUDGE = """
UPDATE retry_executions SET next_ask_at = now()
WHERE gateway_invoice_id = ANY ($1::text[]) AND state IN ('processing', 'unknown')
  AND (next_ask_at IS NULL OR next_ask_at > now())
"""
_OPEN = """
SELECT CASE WHEN needs_person THEN 'needs_person' ELSE state END AS state, count(*) AS number
FROM retry_executions WHERE state IN ('received', 'started', 'processing', 'unknown') GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class PostgresExecutions:
    """The port `Executions`. A claim that ran out unused is anybody's; its number tells the old holder from the new."""

    engine: AsyncEngine
    service: str
    claim_s: float

    async def take(self, commands: Collection[PaymentRetryRequestedV1]) -> int:
        """See the port."""
        rows = list({one.attempt_id: one for one in commands}.values())
        names = ("attempt_id", "gateway_invoice_id", "client_id", "ref", "currency", "amount_minor", "requested_by")
        columns = [[getattr(row, name) for row in rows] for name in (*names, "requested_at")]
        async with self.engine.begin() as conn:
            return len(await (await raw(conn)).fetch(_TAKE, *columns))

    async def claim(self) -> Execution | None:
        """See the port."""
        async with self.engine.begin() as conn:
            row = await (await raw(conn)).fetchrow(_CLAIM, self.claim_s)
        return Execution(**dict(row)) if row else None

    async def start(self, execution: Execution, at: datetime) -> bool:
        """See the port."""
        async with self.engine.begin() as conn:
            driver = await raw(conn)
            try:
                async with driver.transaction():
                    if _one(await driver.execute(_START, execution.attempt_id, execution.claim, at)):
                        return True
            except asyncpg.UniqueViolationError:
                return False
            await _held(driver, execution)
            return False

    async def ask(self, execution: Execution, at: datetime) -> None:
        """See the port."""
        async with self.engine.begin() as conn:
            driver = await raw(conn)
            _must(await driver.execute(_ASK, execution.attempt_id, execution.claim, at), execution)

    async def rest(
        self,
        execution: Execution,
        outcome: Outcome | None,
        *,
        unclear: bool,
        again_in_s: float | None,
        announce: PaymentRetrySettledV1 | None,
    ) -> None:
        """See the port."""
        async with self.engine.begin() as conn:
            driver = await raw(conn)
            held = (execution.attempt_id, execution.claim)
            _must(await driver.execute(_REST, *held, unclear, again_in_s), execution)
            if outcome is not None and announce is not None:
                changed = await driver.execute(_BECOME, *held, *_columns(outcome), announce.settled_at)
                _must(changed, execution)
                await outbox.append(driver, [announce], service=self.service)

    async def release(self, execution: Execution, *, again_in_s: float) -> None:
        """See the port."""
        async with self.engine.begin() as conn:
            await (await raw(conn)).execute(_RELEASE, execution.attempt_id, execution.claim, again_in_s)

    async def dismiss(self, attempt_id: str, said: Callable[[Execution], PaymentRetrySettledV1], by: str) -> bool:
        """End an attempt that needs a person, in that person's name; False when there is none to end."""
        async with self.engine.begin() as conn:
            driver = await raw(conn)
            row = await driver.fetchrow(_TO_DISMISS, attempt_id, self.claim_s)
            if row is None:
                return False
            execution = Execution(**dict(row))
            announce = said(execution)
            held = (execution.attempt_id, execution.claim)
            await driver.execute(_REST, *held, execution.unclear, None)
            await driver.execute(_BECOME, *held, *_columns(DISMISSED), announce.settled_at)
            await driver.execute("UPDATE retry_executions SET dismissed_by = $2 WHERE attempt_id = $1", attempt_id, by)
            await outbox.append(driver, [announce], service=self.service)
            return True

    async def nudge(self, gateway_invoice_ids: Collection[str]) -> int:
        """See the port."""
        async with self.engine.begin() as conn:
            return _number(await (await raw(conn)).execute(_NUDGE, sorted(gateway_invoice_ids)))

    async def open_counts(self) -> dict[str, int]:
        """See the port."""
        async with self.engine.begin() as conn:
            return {row["state"]: row["number"] for row in await (await raw(conn)).fetch(_OPEN)}


def _columns(outcome: Outcome) -> tuple[Any, ...]:
    failure = json.dumps(_plain(asdict(outcome.failure))) if outcome.failure else None
    return (
        outcome.state, outcome.reason, outcome.needs_person, failure, outcome.hosted_url, outcome.payment_id,
        outcome.request_id,
    )  # fmt: skip


def _plain(found: Mapping[str, object]) -> dict[str, object]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in found.items()}


def _number(tag: str) -> int:
    """The rows of a command tag such as `UPDATE 1`."""
    return int(tag.rpartition(" ")[2])


def _one(tag: str) -> bool:
    return _number(tag) == 1


def _must(tag: str, execution: Execution) -> None:
    if not _one(tag):
        raise ClaimLost(f"attempt {execution.attempt_id} was taken over by another replica")


async def _held(driver: asyncpg.Connection[asyncpg.Record], execution: Execution) -> None:
    if await driver.fetchval(_HELD, execution.attempt_id, execution.claim) is None:
        raise ClaimLost(f"attempt {execution.attempt_id} was taken over by another replica")
