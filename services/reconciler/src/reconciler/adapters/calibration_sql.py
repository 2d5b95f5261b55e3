"""What the company counted of each metric, as the bus tells of it: kept by version, judged by the loop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reconciler.ports import wire
from reconciler.ports.counted import Calibrated

WRITE_CALIBRATED = """
WITH up AS (
    INSERT INTO calibrations AS kept (metric, version, payload)
    SELECT metric, version, payload::jsonb
    FROM unnest($1::text[], $2::bigint[], $3::text[]) AS r (metric, version, payload)
    ON CONFLICT (metric) DO UPDATE SET version = excluded.version, payload = excluded.payload
    WHERE kept.version < excluded.version
    RETURNING kept.metric
)
SELECT count(*) FROM up
"""


def calibrated_columns(facts: Sequence[Calibrated]) -> list[list[Any]]:
    """The columns of `WRITE_CALIBRATED`."""
    return [[fact.metric for fact in facts], [fact.version for fact in facts], [wire.encode(fact) for fact in facts]]
