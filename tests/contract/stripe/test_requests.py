"""Every request that our Stripe adapter makes passes Stripe's own validator, and every answer of the sandbox its document."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from tests.contract.stripe.conftest import Between

from stripe_webhooks.domain.events import Kind, Target
from stripe_webhooks.domain.retries import Span
from stripe_webhooks.ports import Listing
from stripe_webhooks.usecases.reading import Wanted
from stripe_webhooks.usecases.retry import EXPAND, telling_events
from trueup_sandbox.providers.stripe.routes import FOREIGN
from trueup_sandbox.providers.stripe.script import Played, Step

# Stripe's SDK hands its form over in httpx's older way.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

LISTS = ("customers", "invoices", "payment_intents", "refunds", "disputes", "events", "invoice_payments")
ONES = (
    "customers/{customer}", "invoices/{invoice}", "payment_intents/{intent}", "charges/{charge}", "refunds/{refund}",
    "disputes/{dispute}", "credit_notes/{id}", "invoice_payments/{invoice_payment}",
)  # fmt: skip
ENDPOINTS = {"GET /v1/account", *(f"GET /v1/{name}" for name in (*LISTS, *ONES)), "POST /v1/invoices/{invoice}/pay"}
SILENT = {"timeout_before", "timeout_after", "late", "cut_before", "cut_after"}
"""Answers that never come; there is nothing to judge."""
UNHEARD_OF = "new_code"
"""The one answer that is outside the document on purpose."""


async def exercise(between: Between) -> None:
    """Ask everything the service ever asks: load, poll, every kind of target, cut lists, and paying."""
    assert str(await between.gateway.account_id()).startswith("acct_")
    assert await between.poll()
    for kind in ("pay", "decline", "invoice", "refund", "dispute", "uncollectible", "void", "wire", "credit_note"):
        between.happenings.make(kind)
    between.later()
    assert await between.poll()
    store = between.world.desk.store
    invoice, payment = next(iter(store.gateway_invoices.all())), next(iter(store.payments.all()))
    charge = next(one.charge for one in store.payments.all() if one.charge)
    ids = {
        "invoice": invoice.id,
        "payment_intent": payment.id,
        "charge": charge,
        "refund": next(iter(store.refunds.all())).id,
        "dispute": next(iter(store.disputes.all())).id,
        "credit_note": next(f"cn_{one.id[3:]}" for one in store.gateway_invoices.all() if one.credited_minor),
        "invoice_payment": f"inpay_{payment.id[3:]}",
        "subscription": next(filter(None, map(between.sandbox.subscriptions.id_of, range(9)))),
        "customer": next(iter(store.gateway_customers.all())).id,
    }
    kinds: tuple[Kind, ...] = get_args(Kind)
    # Thin events name nothing but the object: each kind is looked up.
    await between.observer.observe([Target(kind, ids[kind]) for kind in kinds])
    await between.observer.look_at([Wanted("invoice", invoice.id, refunds=True, disputes=True)])
    # Payments of nobody we know: one is refused where its invoice is asked for, the other wherever it is asked for.
    await between.observer.observe([Target("payment_intent", one, None, one) for one in ("pi_1", f"{FOREIGN}_1")])
    await between.observer.look_at([Wanted("payment", payment.id, refunds=True, disputes=True)])
    for resource in ("refunds", "disputes"):  # of legacy charges, which have no intent
        await between.gateway.page(Listing(resource, (("charge", charge),)), after=None, priority="background")
    listing = Listing("invoice_payments", (("invoice", invoice.id),))
    first = await between.gateway.page(listing, after=None, priority="background")
    for one in first.items:
        await between.gateway.page(listing, after=str(one["id"]), priority="background")
    key = await pay(between, "paid")
    await between.gateway.one("invoices", invoice.id, expand=EXPAND, priority="person")
    today = Span(datetime.now(UTC) - timedelta(hours=1), datetime.now(UTC) + timedelta(hours=1))
    told = await between.gateway.page(telling_events(today), after=None, priority="person")
    assert [one["type"] for one in told.items if one["request"]["idempotency_key"] == key] == ["invoice.paid"]


async def pay(between: Between, answer: Played) -> str:
    """Ask for one new invoice to be paid, and have it answered so; with which key."""
    before = {one.id for one in between.world.desk.store.gateway_invoices.all()}
    between.happenings.make("overdue")  # with usage of its own: accounts that still have some to bill run out
    fresh = next(one.id for one in between.world.desk.store.gateway_invoices.all() if one.id not in before)
    between.sandbox.payer.script.order(fresh, [Step(answer=answer)])
    key = f"key of {answer} {fresh}"
    await between.payments.pay(fresh, key=key)
    return key


async def test_everything_that_is_asked_is_accepted_and_everything_that_is_answered_is_stripes(
    between: Between,
) -> None:
    await exercise(between)
    assert set(between.judged.requests) == ENDPOINTS, "ask here too whatever the service asks anew"
    assert between.judged.bad_requests == []
    assert between.judged.bad_answers == []


async def test_every_answer_to_paying_is_one_that_stripe_gives(between: Between) -> None:
    answers: tuple[Played, ...] = get_args(Played)
    for answer in answers:
        if answer not in SILENT | {UNHEARD_OF}:
            await pay(between, answer)
    assert between.judged.bad_requests == []
    assert between.judged.bad_answers == []
