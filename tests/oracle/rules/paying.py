"""What is still to be paid of an invoice, and what that is called."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.oracle.rules.billing import credits_of
from tests.oracle.rules.days import day_in

Facts = dict[str, Any]
DISPUTED = {"needs_response", "under_review", "warning_needs_response", "warning_under_review"}


def invoices(facts: Facts) -> dict[str, Facts]:
    """Invoice → status and amounts."""
    today, credit = day_in(facts["account"]["zone"], facts["now"]), credits_of(facts)
    return {
        one["id"]: state_of(facts, one, credit.get(one["id"], 0), today)
        for one in facts["documents"]
        if one["kind"] == "invoice" and one["state"] != "deleted"
    }


def state_of(facts: Facts, document: Facts, credited: int, today: date) -> Facts:
    """One invoice."""
    gateway, belonging = gateway_of(facts, document)
    remaining: int = document["balance"]
    if gateway is not None and gateway["remaining"] is not None and gateway["currency"] == document["currency"]:
        remaining = min(remaining, gateway["remaining"])
        # What only the gateway has credited nobody paid, as far as it is the gateway that waits for less.
        credited += max(0, min(gateway["credited"] - credited, document["balance"] - remaining))
    remaining = max(remaining, min(document["total"], _lost(facts, document, belonging)))
    paid = max(0, document["total"] - remaining - credited)
    return {
        "status": _status(document, gateway, belonging, remaining, paid, today),
        "remaining_minor": remaining,
        "paid_minor": paid,
        "credited_minor": credited,
        "gateway": gateway["id"] if gateway else None,
    }


def _lost(facts: Facts, document: Facts, belonging: list[Facts]) -> int:
    """What lost disputes took back and nobody has paid since."""
    lost = [one for one in belonging if one["kind"] == "dispute" and one["status"] == "lost"]
    owed = sum(one["amount"] for one in lost if one["currency"] == document["currency"])
    began = max((one["occurred_at"] for one in lost), default=None)
    paying = [one for one in facts["payments"] if one["kind"] == "payment" and one["status"] == "succeeded"]
    again = 0
    for one in paying:
        if began is not None and one["amount"] > 0 and one["occurred_at"] > began:
            again += sum(amount for name, amount in one["applied"] if name == document["id"])
    return owed - again if owed else 0


def _status(
    document: Facts, gateway: Facts | None, belonging: list[Facts], remaining: int, paid: int, today: date
) -> str:
    if document["state"] in {"void", "draft"}:
        return str(document["state"])
    if any(one["kind"] == "dispute" and one["status"] in DISPUTED for one in belonging):
        return "in_dispute"
    back = [one for one in belonging if one["kind"] == "refund" and one["status"] == "succeeded"]
    refunds = [one["amount"] for one in back if one["currency"] == document["currency"]]
    if paid > 0 and sum(refunds) >= paid:
        return "refunded"
    if remaining == 0:
        return "paid"
    if document["state"] == "written_off" or (gateway and gateway["status"] == "uncollectible"):
        return "uncollectible"
    if document["due_on"] is not None and document["due_on"] < today:
        return "overdue"
    if gateway and gateway["attempted"] and gateway["failure"]:
        return "failed"
    return "partly_paid" if paid > 0 else "pending"


def gateway_of(facts: Facts, document: Facts) -> tuple[Facts | None, list[Facts]]:
    """The gateway's invoice for the ledger's, with the payments, refunds and disputes that belong to it."""
    standing = [
        one
        for one in facts["payments"]
        if one["kind"] == "gateway_invoice" and one["status"] not in {"void", "deleted"}
    ]
    own_id = document["id"].split(":", 2)[2]
    found = [one for one in standing if one["names"] == own_id]
    if not found and document["number"]:
        numbered = [one for one in standing if not one["names"] and one["currency"] == document["currency"]]
        found = [one for one in numbered if document["number"] in {one["number"], one["named_number"]}]
    if not found:
        return None, []
    gateway = max(found, key=lambda one: (one["occurred_at"], one["id"]))
    short = gateway["id"].split(":", 2)[2]
    others = [one for one in facts["payments"] if one["kind"] != "gateway_invoice"]
    direct = [one for one in others if one["gateway_invoice"] == short]
    charges = [one["id"].split(":", 2)[2] for one in direct if one["kind"] == "payment"]
    later = [one for one in others if one["gateway_invoice"] is None and one["of_payment"] in charges]
    return gateway, direct + later
