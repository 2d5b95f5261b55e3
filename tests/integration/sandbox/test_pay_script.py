"""Every answer that can be ordered, through the real SDK and our adapter: the class that is raised, and what we make of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import stripe

from stripe_webhooks.adapters.stripe_api import connect
from stripe_webhooks.adapters.stripe_pay import StripePayments
from stripe_webhooks.domain.pay_answers import judge
from stripe_webhooks.ports import Priority

# The SDK sends its form as bytes through an argument that httpx has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


async def at_once(endpoint: str, priority: Priority) -> None:
    assert (endpoint, priority) == ("POST /v1/invoices/{id}/pay", "person")


@pytest.fixture
async def client(running: Any) -> AsyncIterator[stripe.StripeClient]:
    made, connections = connect("sk_test_sandbox", f"{running.url}/stripe", timeout_s=10)
    yield made
    await connections.close_async()  # type: ignore[no-untyped-call]


@pytest.fixture
def payments(client: stripe.StripeClient) -> StripePayments:
    return StripePayments(client, at_once, timeout_s=10)


@pytest.fixture
def impatient(client: stripe.StripeClient) -> StripePayments:
    """Waits for less than the sandbox is silent for."""
    return StripePayments(client, at_once, timeout_s=1.5)


async def open_invoice(running: Any) -> str:
    found: str = (await running.happen("overdue"))["objects"]["gateway_invoices"]
    return found


async def control(running: Any, path: str, **body: Any) -> Any:
    http: httpx.AsyncClient = running.http
    answer = await (http.post(f"/control/{path}", json=body) if body else http.get(f"/control/{path}"))
    return answer.raise_for_status().json()


async def charges(running: Any, invoice: str) -> int:
    counters = await control(running, "counters")
    assert counters["double_charges"] == 0
    found: int = counters["charges_by_invoice"].get(invoice, 0)
    return found


ROWS: list[tuple[str, type[stripe.StripeError], int | None, str, str, int]] = [
    # answer, class, HTTP status, state, reason or failure code, charges
    ("declined", stripe.CardError, 402, "failed", "card_declined", 0),
    ("expired_card", stripe.CardError, 402, "failed", "expired_card", 0),
    ("insufficient_funds", stripe.CardError, 402, "failed", "card_declined", 0),
    ("authentication_required", stripe.CardError, 402, "needs_customer", "authentication_required", 0),
    ("requires_action", stripe.CardError, 402, "needs_customer", "invoice_payment_intent_requires_action", 0),
    ("already_paid", stripe.InvalidRequestError, 400, "unknown", "said_to_be_paid", 0),
    ("no_payment_method", stripe.InvalidRequestError, 400, "failed", "no_payment_method", 0),
    ("new_code", stripe.InvalidRequestError, 400, "failed", "invoice_not_payable_today", 0),
    ("resource_missing", stripe.InvalidRequestError, 404, "refused", "gateway_invoice_unknown", 0),
    ("lock_timeout", stripe.RateLimitError, 429, "unknown", "locked", 0),
    ("rate_limit", stripe.RateLimitError, 429, "unknown", "rate_limited", 0),
    ("idempotency_key_in_use", stripe.APIError, 409, "unknown", "in_progress", 0),
    ("idempotency_error", stripe.IdempotencyError, 400, "unknown", "key_used_differently", 0),
    ("unauthorized", stripe.AuthenticationError, 401, "refused", "gateway_refuses_us", 0),
    ("forbidden", stripe.PermissionError, 403, "refused", "gateway_refuses_us", 0),
    ("error_before", stripe.APIError, 500, "unknown", "gateway_error", 0),
    ("error_after", stripe.APIError, 500, "unknown", "gateway_error", 1),
    ("cut_before", stripe.APIConnectionError, None, "unknown", "connection", 0),
    ("cut_after", stripe.APIConnectionError, None, "unknown", "connection", 1),
]


async def test_every_ordered_answer(running: Any, client: stripe.StripeClient, payments: StripePayments) -> None:
    """One world for all rows: making it takes longer than a row."""
    await running.happen("overdue", count=2 * len(ROWS))
    usable = [one for one in await control(running, "open-invoices") if one["card"] == "fine" and not one["planted"]]
    found = iter(usable)
    for answer, raised, status, state, code, charged in ROWS:
        first, second = next(found)["gateway_invoice_id"], next(found)["gateway_invoice_id"]
        await control(running, "pay-script", answers=[answer, answer])
        with pytest.raises(raised) as caught:
            await client.v1.invoices.pay_async(first, {"off_session": True}, {"idempotency_key": f"k-{first}"})
        assert (answer, type(caught.value), caught.value.http_status) == (answer, raised, status)
        outcome = judge(await payments.pay(second, key=f"k-{second}")).outcome
        said = outcome.failure.code if outcome.failure else outcome.reason
        assert (answer, outcome.state, said) == (answer, state, code)
        assert (answer, await charges(running, second)) == (answer, charged)


@pytest.mark.parametrize(("answer", "charged"), [("timeout_before", 0), ("timeout_after", 1)])
async def test_silence(
    running: Any, impatient: StripePayments, payments: StripePayments, answer: str, charged: int
) -> None:
    invoice = await open_invoice(running)
    await control(running, "pay-script", invoice=invoice, answers=[{"answer": answer, "hold_s": 5}])
    outcome = judge(await impatient.pay(invoice, key="att_1")).outcome
    assert (outcome.state, outcome.reason) == ("unknown", "timeout")
    assert await charges(running, invoice) == charged
    again = judge(await payments.pay(invoice, key="att_1")).outcome
    assert (again.state, again.reason) == ("unknown", "in_progress")
    assert await settled(payments, invoice) == "succeeded"
    assert await charges(running, invoice) == 1


async def settled(payments: StripePayments, invoice: str) -> str:
    """The state that the key has once its first call is over."""
    async with asyncio.timeout(30):
        while (found := judge(await payments.pay(invoice, key="att_1")).outcome).reason == "in_progress":
            await asyncio.sleep(0.1)
    return found.state


async def test_events_name_the_key_of_the_call_that_caused_them(running: Any, payments: StripePayments) -> None:
    ours, theirs = await open_invoice(running), await open_invoice(running)
    await control(running, "pay-script", invoice=ours, answers=["cut_after"])
    await payments.pay(ours, key="att_1")
    client = next(o["client_id"] for o in await control(running, "open-invoices") if o["gateway_invoice_id"] == theirs)
    await running.happen("pay", client_id=client)
    headers = {"authorization": "Bearer sk_test_sandbox"}
    listed = await running.http.get("/stripe/v1/events?type=invoice.paid&limit=2", headers=headers)
    newest = listed.raise_for_status().json()["data"]
    assert [(one["request"]["id"] is None, one["request"]["idempotency_key"]) for one in newest] == [
        (True, None),
        (False, "att_1"),
    ]


async def test_late_execution_charges_once(running: Any, impatient: StripePayments, payments: StripePayments) -> None:
    invoice = await open_invoice(running)
    await control(running, "pay-script", invoice=invoice, answers=[{"answer": "late", "hold_s": 4}])
    assert (await impatient.pay(invoice, key="att_1")).trouble == "timeout"
    assert await charges(running, invoice) == 0
    assert await settled(payments, invoice) == "succeeded"
    assert await charges(running, invoice) == 1


async def test_a_stored_error_is_repeated_for_its_key(running: Any, payments: StripePayments) -> None:
    invoice = await open_invoice(running)
    await control(running, "pay-script", invoice=invoice, answers=["error_after"])
    answers = [await payments.pay(invoice, key="att_1") for _ in range(3)]
    assert {answer.status for answer in answers} == {500}
    assert await charges(running, invoice) == 1


async def test_processing_is_settled_on_demand(running: Any, payments: StripePayments) -> None:
    invoice = await open_invoice(running)
    await control(running, "pay-script", invoice=invoice, answers=["processing"])
    assert judge(await payments.pay(invoice, key="att_1")).outcome.state == "processing"
    assert await charges(running, invoice) == 0
    await control(running, "pay-settle", invoice=invoice, outcome="succeeded")
    assert await charges(running, invoice) == 1
    again = await running.http.post("/control/pay-settle", json={"invoice": invoice, "outcome": "succeeded"})
    assert again.status_code == 409


@pytest.mark.parametrize(("settles", "charged", "status"), [("succeeded", 1, "paid"), ("failed", 0, "open")])
async def test_processing_settles_by_itself(
    running: Any, payments: StripePayments, settles: str, charged: int, status: str
) -> None:
    invoice = await open_invoice(running)
    step = {"answer": "processing", "settles_after_s": 0.2, "settles": settles}
    await control(running, "pay-script", invoice=invoice, answers=[step])
    await payments.pay(invoice, key="att_1")
    async with asyncio.timeout(30):
        while any(one.status == "processing" for one in running.world.desk.store.payments.all()):
            await asyncio.sleep(0.02)
    assert await charges(running, invoice) == charged
    assert running.world.desk.store.gateway_invoices.get(invoice).status == status


async def test_variants_of_a_decline(running: Any, payments: StripePayments) -> None:
    invoice = await open_invoice(running)
    step = {"answer": "declined", "decline_code": "stolen_card", "advice_code": "do_not_try_again"}
    await control(running, "pay-script", invoice=invoice, answers=[step])
    answer = await payments.pay(invoice, key="att_1")
    assert (answer.decline_code, answer.advice_code) == ("stolen_card", "do_not_try_again")
    assert answer.request_id is not None


async def test_another_key_on_a_paid_invoice_is_counted_when_the_guard_is_off(
    running: Any, payments: StripePayments
) -> None:
    invoice = await open_invoice(running)
    await payments.pay(invoice, key="att_1")
    assert (await payments.pay(invoice, key="att_2")).status == 400
    await control(running, "pay-guard", on=False)
    await payments.pay(invoice, key="att_3")
    counters = await control(running, "counters")
    assert (counters["charges_by_invoice"][invoice], counters["double_charges"]) == (2, 1)


async def test_open_invoices_are_those_that_are_overdue(running: Any) -> None:
    found = await control(running, "open-invoices")
    assert found
    for one in found:
        invoice = running.world.desk.store.gateway_invoices.get(one["gateway_invoice_id"])
        assert (invoice.status, invoice.remaining_minor, invoice.number) == (
            "open",
            one["amount_minor"],
            one["number"],
        )
        assert invoice.due_ms < running.world.clock.read()
    mine = await control(running, f"open-invoices?client_id={found[0]['client_id']}")
    assert {one["client_id"] for one in mine} == {found[0]["client_id"]}
