"""People's decisions: kept as they were recorded, guarded by version, each with its line of the timeline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reconciler.adapters.convert import decision_of
from reconciler.domain.decision_lines import decided
from reconciler.ports import wire
from trueup_readmodel.payload import TimelineData

# An account that is not configured yet is dirtied when it is: dirt that nobody can claim would hold up watermarks.
WRITE_RECORDED = """
WITH incoming AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::timestamptz[], $6::text[], $7::text[],
                         $8::text[], $9::text[])
        AS r (client_id, decision_id, version, payload, occurred_at, source, kind, line, dedupe_key)
), told AS (
    INSERT INTO read_model.timeline (client_id, occurred_at, learned_at, source, kind, payload, dedupe_key)
    SELECT client_id, occurred_at, clock_timestamp(), source, kind, line::jsonb, dedupe_key
    FROM incoming ORDER BY version, dedupe_key
    ON CONFLICT (dedupe_key) DO NOTHING
), up AS (
    INSERT INTO recorded AS kept (client_id, decision_id, version, payload)
    SELECT client_id, decision_id, version, payload::jsonb FROM incoming ORDER BY client_id, decision_id
    ON CONFLICT (client_id, decision_id) DO UPDATE SET version = excluded.version, payload = excluded.payload
    WHERE kept.version < excluded.version
    RETURNING kept.client_id
), marked AS (
    INSERT INTO dirty_accounts (client_id, first_seq, last_seq)
    SELECT client_id, seq, seq
    FROM (SELECT DISTINCT client_id FROM up JOIN accounts USING (client_id)) c,
         (SELECT nextval('dirt_seq') AS seq) s
    ORDER BY client_id
    ON CONFLICT (client_id) DO UPDATE SET last_seq = excluded.last_seq
)
SELECT count(*) FROM up
"""


def recorded_columns(facts: Sequence[wire.Decided]) -> list[list[Any]]:
    """The columns of `WRITE_RECORDED`."""
    lines = [decided(decision_of(fact)) for fact in facts]
    return [
        [fact.client_id for fact in facts],
        [fact.decision_id for fact in facts],
        [fact.version for fact in facts],
        [wire.encode(fact) for fact in facts],
        [line.occurred_at for line in lines],
        [line.source for line in lines],
        [line.kind for line in lines],
        [
            wire.encode(TimelineData(title=line.title, before=line.before, after=line.after, data=line.data))
            for line in lines
        ],
        [line.dedupe_key for line in lines],
    ]
