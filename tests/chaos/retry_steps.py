"""How far one payment retry has come, seen from outside: by what is stored, and by what the gateway has taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import asyncpg
from tests.running_stack import RunningStack

STEPS = (
    "asked", "stored", "sent", "taken", "started", "asking", "charged", "waiting", "processing", "settled", "announced",
    "told",
)  # fmt: skip
"""asked: the click is on its way. stored: attempt, audit entry and command are kept. sent: the command is on the bus.
taken, started: stripe-webhooks keeps it, its start. asking: it keeps that it asks the gateway, which has taken nothing yet.
charged: the gateway has the money, and nobody keeps that yet. waiting: no clear answer, asked again soon. processing: only
the gateway's later word counts. settled: the outcome is kept. announced: it is on the bus. told: the API keeps it."""
_LOOK = """
SELECT attempt.state AS told, kept.state, kept.started_at, kept.asked_at, kept.claimed_until > now() AS claimed,
    EXISTS (SELECT FROM dashboard.outbox WHERE key = $1 AND topic = 'trueup.payment-retries.requested.v1') AS command_waits,
    EXISTS (SELECT FROM stripe_webhooks.outbox WHERE key = $1 AND topic = 'trueup.payment-retries.settled.v1')
        AS outcome_waits
FROM dashboard.payment_retries AS attempt
LEFT JOIN stripe_webhooks.retry_executions AS kept USING (attempt_id)
WHERE attempt.gateway_invoice_id = $1
"""
_FINAL = frozenset({"succeeded", "failed", "needs_customer", "already_paid", "refused"})


def step_of(row: Any | None, *, charged: bool) -> str:
    """The step that was reached last."""
    if row is None:
        return "asked"
    if row["state"] is None:
        return "stored" if row["command_waits"] else "sent"
    if row["state"] in _FINAL:
        if row["outcome_waits"]:
            return "settled"
        return "told" if row["told"] in _FINAL else "announced"
    if row["state"] == "processing":
        return "processing"
    if row["asked_at"] is None:
        return "taken" if row["started_at"] is None else "started"
    if charged:
        return "charged"
    return "asking" if row["claimed"] else "waiting"


@dataclass(frozen=True)
class Lookout:
    """Looks as often as it is asked to; a connection that breaks is an error of the run."""

    stack: RunningStack
    database: asyncpg.Connection[asyncpg.Record]

    async def step(self, invoice: str, *, money: bool = True) -> str:
        """Of the one retry of this invoice; without `money` the gateway is not asked, which takes longer."""
        # First the money: asked afterwards, an outcome that was stored in between would look like a charge nobody keeps.
        charged = money and invoice in (await self.stack.control("counters"))["charges_by_invoice"]
        return step_of(await self.database.fetchrow(_LOOK, invoice), charged=charged)
