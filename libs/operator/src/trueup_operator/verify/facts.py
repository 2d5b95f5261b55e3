"""Facts stored against the sources' own counters: nothing lost, nothing doubled."""

from __future__ import annotations

from typing import Any

import asyncpg
import httpx

from trueup_operator.clients import TIMEOUT
from trueup_operator.verify.compare import Difference

# What the sandbox calls a thing, and how the stored facts count it.
STORED = {
    "quickbooks": {
        "customers": "SELECT count(*) FROM reconciler.customers WHERE ref LIKE 'quickbooks:%' AND NOT deleted",
        "invoices": "SELECT count(*) FROM reconciler.documents WHERE kind = 'invoice' AND state <> 'deleted'",
        "credit_memos": "SELECT count(*) FROM reconciler.documents WHERE kind = 'credit_memo' AND state <> 'deleted'",
        "payments": "SELECT count(*) FROM reconciler.payments WHERE object_id LIKE 'quickbooks:payment:%'",
    },
    "stripe": {
        "customers": "SELECT count(*) FROM reconciler.customers WHERE ref LIKE 'stripe:%' AND NOT deleted",
        "invoices": "SELECT count(*) FROM reconciler.payments WHERE kind = 'gateway_invoice'",
        "refunds": "SELECT count(*) FROM reconciler.payments WHERE kind = 'refund'",
        "disputes": "SELECT count(*) FROM reconciler.payments WHERE kind = 'dispute'",
    },
}


async def count(dsn: str, sandbox_url: str) -> tuple[dict[str, tuple[int, int]], list[Difference]]:
    """For each source and thing: (stored, held by the source), and where the two differ."""
    counted: dict[str, tuple[int, int]] = {}
    connection = await asyncpg.connect(dsn)
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT) as http:
            for source, queries in STORED.items():
                answer = await http.get(f"{sandbox_url}/control/sources/{source}/facts")
                held: dict[str, Any] = answer.raise_for_status().json()
                for name, sql in queries.items():
                    counted[f"{source}.{name}"] = (await connection.fetchval(sql), int(held[name]))
    finally:
        await connection.close()
    wrong = [Difference("facts", name, stored, held) for name, (stored, held) in counted.items() if stored != held]
    return counted, wrong
