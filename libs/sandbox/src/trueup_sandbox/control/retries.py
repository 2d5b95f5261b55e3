"""Controls of payment retries: which answer comes next, what is still to be paid, and what was really charged."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict

from trueup_sandbox.clock import to_instant
from trueup_sandbox.providers.stripe.pay import Payer
from trueup_sandbox.providers.stripe.script import Played, Step
from trueup_sandbox.world.desk import UnknownObject
from trueup_sandbox.world.records import GatewayInvoice
from trueup_sandbox.world.world import World

SHOWN_MAX = 1000


class PayScript(BaseModel):
    """What the next calls get. Without invoice and client: whoever comes; without answers: nothing special any more."""

    model_config = ConfigDict(extra="forbid")

    invoice: str | None = None
    client_id: str | None = None
    answers: list[Step | Played] = []


class Settle(BaseModel):
    """How a processing payment ends."""

    model_config = ConfigDict(extra="forbid")

    invoice: str
    outcome: Literal["succeeded", "failed"] = "succeeded"


class Guard(BaseModel):
    """Whether a paid invoice refuses another payment, as Stripe's do; off: a charge too many is taken and counted."""

    model_config = ConfigDict(extra="forbid")

    on: bool


def add(router: APIRouter, world: World, payer: Payer) -> None:
    """The routes."""

    @router.post("/pay-script")
    async def pay_script(asked: PayScript) -> dict[str, Any]:
        steps = [Step(answer=one) if isinstance(one, str) else one for one in asked.answers]
        invoice = asked.invoice
        if invoice is None and asked.client_id is not None:
            found = _open(world, asked.client_id, overdue=False)
            if not found:
                raise HTTPException(409, f"{asked.client_id} has no open invoice")
            invoice = found[0].id
        if invoice is not None and invoice not in world.desk.store.gateway_invoices:
            raise HTTPException(404, f"no gateway invoice {invoice!r}")
        payer.script.order(invoice, steps)
        if invoice is not None:
            world.kept.add(invoice)
        return {"invoice": invoice, "waiting": payer.script.waiting()}

    @router.post("/pay-settle")
    async def pay_settle(asked: Settle) -> dict[str, Any]:
        if asked.invoice not in world.desk.store.gateway_invoices or not payer.settle(asked.invoice, asked.outcome):
            raise HTTPException(409, "nothing is processing on that invoice")
        return {"invoice": asked.invoice, "outcome": asked.outcome}

    @router.post("/pay-guard")
    async def pay_guard(asked: Guard) -> dict[str, bool]:
        payer.guarded = asked.on
        return {"on": payer.guarded}

    @router.get("/open-invoices")
    async def open_invoices(client_id: str | None = None, *, overdue: bool = True) -> list[dict[str, Any]]:
        return [_shown(world, one) for one in _open(world, client_id, overdue=overdue)[:SHOWN_MAX]]


def charges(payer: Payer) -> dict[str, Any]:
    """Charges taken by the pay call, by invoice; more than one is one too many."""
    found = payer.charges()
    return {"charges_by_invoice": found, "double_charges": sum(number - 1 for number in found.values() if number > 1)}


def _open(world: World, client_id: str | None, *, overdue: bool) -> list[GatewayInvoice]:
    """Open invoices with something to pay, the longest due first."""
    store, now_ms = world.desk.store, world.clock.read()
    try:
        account = world.desk.account(client_id).index if client_id else None
    except UnknownObject as error:
        raise HTTPException(404, str(error)) from error
    candidates = store.gateway_invoices.all() if account is None else store.gateway_invoices.of_account(account)
    found = [
        one
        for one in candidates
        if one.status == "open" and one.remaining_minor > 0 and (not overdue or one.due_ms < now_ms)
    ]
    return sorted(found, key=lambda one: (one.due_ms, one.id))


def _shown(world: World, one: GatewayInvoice) -> dict[str, Any]:
    account = world.accounts[one.account]
    planted = account.planted.name if account.planted else None
    return {
        "client_id": account.client_id,
        "gateway_invoice_id": one.id,
        "customer_id": account.gateway_id,
        "number": one.number,
        "amount_minor": one.remaining_minor,
        "currency": account.currency.code,
        "due_at": to_instant(one.due_ms).isoformat(),
        "owner": account.owner,
        "card": account.habits.card,
        "planted": planted,
    }
