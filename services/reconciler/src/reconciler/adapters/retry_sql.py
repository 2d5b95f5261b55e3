"""Payment retries: how each attempt stands, guarded by version, and a line of the timeline for each state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from reconciler.domain.retries import Step, entry
from reconciler.ports import wire
from trueup_readmodel.payload import TimelineData

_ENTRIES = """
told AS (
    INSERT INTO read_model.timeline (client_id, occurred_at, learned_at, source, kind, payload, dedupe_key)
    SELECT client_id, occurred_at, clock_timestamp(), source, kind, payload::jsonb, dedupe_key
    FROM incoming ORDER BY version, dedupe_key
    ON CONFLICT (dedupe_key) DO NOTHING
)
"""
_ROWS = """
incoming AS (
    SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[],
                         $8::timestamptz[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[])
        AS r (attempt_id, version, client_id, gateway_invoice_id, state, currency, amount_minor, occurred_at,
              requested_by, source, kind, payload, dedupe_key)
), newest AS (
    SELECT DISTINCT ON (attempt_id) * FROM incoming ORDER BY attempt_id, version DESC
)
"""
# Who asked is known from the command alone; whichever of the two comes first makes the row.
WRITE_REQUESTED = f"""
WITH {_ROWS}, {_ENTRIES}, up AS (
    INSERT INTO payment_retries AS kept
        (attempt_id, version, client_id, gateway_invoice_id, state, currency, amount_minor, changed_at, requested_by)
    SELECT attempt_id, 0, client_id, gateway_invoice_id, state, currency, amount_minor, occurred_at, requested_by
    FROM newest ORDER BY attempt_id
    ON CONFLICT (attempt_id) DO UPDATE SET requested_by = excluded.requested_by WHERE kept.requested_by IS NULL
    RETURNING 1
)
SELECT count(*) FROM up
"""
WRITE_SETTLED = f"""
WITH {_ROWS}, {_ENTRIES}, up AS (
    INSERT INTO payment_retries AS kept
        (attempt_id, version, client_id, gateway_invoice_id, state, currency, amount_minor, changed_at)
    SELECT attempt_id, version, client_id, gateway_invoice_id, state, currency, amount_minor, occurred_at
    FROM newest ORDER BY attempt_id
    ON CONFLICT (attempt_id) DO UPDATE
    SET version = excluded.version, state = excluded.state, changed_at = excluded.changed_at
    WHERE kept.version < excluded.version
    RETURNING 1
)
SELECT count(*) FROM up
"""


def _columns(steps: Sequence[tuple[str, int, Step]]) -> list[list[Any]]:
    lines = [entry(step) for _, _, step in steps]
    payloads = [
        wire.encode(TimelineData(title=line.title, before=line.before, after=line.after, data=line.data))
        for line in lines
    ]
    return [
        [step.attempt_id for _, _, step in steps],
        [version for _, version, _ in steps],
        [client_id for client_id, _, _ in steps],
        [step.gateway_invoice_id for _, _, step in steps],
        [step.state for _, _, step in steps],
        [step.currency for _, _, step in steps],
        [step.amount_minor for _, _, step in steps],
        [step.at for _, _, step in steps],
        [step.requested_by for _, _, step in steps],
        [line.source for line in lines],
        [line.kind for line in lines],
        payloads,
        [line.dedupe_key for line in lines],
    ]


def _requested(fact: wire.RetryRequested) -> Step:
    return Step(
        fact.attempt_id,
        fact.gateway_invoice_id,
        "requested",
        fact.requested_at,
        fact.currency,
        fact.amount_minor,
        requested_by=fact.requested_by,
    )


def _settled(fact: wire.RetrySettled) -> Step:
    failure = fact.failure
    return Step(
        fact.attempt_id,
        fact.gateway_invoice_id,
        fact.state,
        fact.settled_at,
        fact.currency,
        fact.amount_minor,
        needs_person=fact.needs_person,
        code=(failure.decline_code or failure.code if failure else None) or fact.reason,
    )


def _of(step: Callable[[Any], Step]) -> Callable[[Sequence[Any]], list[list[Any]]]:
    return lambda facts: _columns([(fact.client_id, fact.version, step(fact)) for fact in facts])


REQUESTED_COLUMNS = _of(_requested)
SETTLED_COLUMNS = _of(_settled)
