"""A payment retry in the words of the timeline: one line for each state that it comes to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reconciler.domain.entry import Entry
from reconciler.domain.text import money_text

KIND = "payment_retry"
_TITLES = {
    "requested": "Payment retry requested",
    "processing": "Payment retry is processing",
    "succeeded": "Payment retry succeeded",
    "failed": "Payment retry failed",
    "needs_customer": "Payment retry waits for the customer",
    "already_paid": "Payment retry found the invoice paid",
    "refused": "Payment retry not carried out",
    "unknown": "Payment retry without an answer yet",
}


@dataclass(frozen=True, slots=True)
class Step:
    """A state that an attempt came to."""

    attempt_id: str
    gateway_invoice_id: str
    state: str
    at: datetime
    currency: str
    amount_minor: int
    requested_by: str | None = None
    needs_person: bool = False
    code: str | None = None
    """Why, of what did not succeed."""


def entry(step: Step) -> Entry:
    """The line; however often and in whatever order it is told, each state of an attempt has one."""
    title = "Payment retry needs a person" if step.needs_person else _TITLES[step.state]
    return Entry(
        step.at,
        "trueup" if step.state == "requested" else "stripe",
        KIND,
        f"{title}: {money_text(step.amount_minor, step.currency)}",
        f"retry|{step.attempt_id}|{step.state}" + ("|person" if step.needs_person else ""),
        after=step.state,
        data={
            "attempt_id": step.attempt_id,
            "gateway_invoice_id": step.gateway_invoice_id,
            "amount_minor": step.amount_minor,
            "currency": step.currency,
            "code": step.code,
            "requested_by": step.requested_by,
        },
    )
