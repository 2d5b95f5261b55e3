"""The gateway as the official SDK sees it."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
import stripe

# The SDK sends its form as bytes through an argument that httpx has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


def sdk(url: str, key: str, http: stripe.HTTPXClient) -> stripe.StripeClient:
    return stripe.StripeClient(key, base_addresses={"api": f"{url}/stripe"}, http_client=http, max_network_retries=0)


@pytest.fixture
async def http() -> AsyncIterator[stripe.HTTPXClient]:
    one = stripe.HTTPXClient(timeout=10)
    yield one
    await one.close_async()  # type: ignore[no-untyped-call]


@pytest.fixture
def client(running: Any, http: stripe.HTTPXClient) -> Any:
    return sdk(running.url, "sk_test_sandbox", http)


async def everything(page: Any) -> list[Any]:
    return [one async for one in page.auto_paging_iter()]


async def open_invoice(running: Any) -> str:
    """A gateway invoice that is open, of somebody whose card works: whose bill is due is drawn by chance."""
    answer = await running.happen("overdue")
    found: str = answer["objects"]["gateway_invoices"]
    return found


class TestReading:
    async def test_pages_through_every_customer(self, running: Any, client: Any) -> None:
        found = await everything(await client.v1.customers.list_async({"limit": 7}))
        assert {one.id for one in found} == {one.gateway_id for one in running.world.accounts}
        assert len(found) == 60
        linked = {one.id: dict(one.metadata.to_dict()) for one in found}
        for account in running.world.accounts:
            assert linked[account.gateway_id] == dict(account.gateway_metadata)

    async def test_invoices_are_newest_first_and_post_basil(self, running: Any, client: Any) -> None:
        found = await everything(await client.v1.invoices.list_async({"limit": 100}))
        assert len(found) == len(running.world.desk.store.gateway_invoices)
        created = [one.created for one in found]
        assert created == sorted(created, reverse=True)
        gone = {"paid", "payment_intent", "charge", "subscription", "tax", "paid_out_of_band"}
        for one in found:
            body = one.to_dict()
            assert not gone & set(body)
            assert body["amount_remaining"] == body["amount_due"] - body["amount_paid"] or body["status"] == "void"
            assert body["metadata"]["quickbooks_invoice_id"] in running.world.desk.store.invoices

    async def test_filters(self, client: Any) -> None:
        unpaid = await everything(await client.v1.invoices.list_async({"status": "open", "limit": 100}))
        assert unpaid
        assert {one.status for one in unpaid} == {"open"}
        recent = await everything(
            await client.v1.invoices.list_async({"created": {"gte": unpaid[0].created}, "limit": 100})
        )
        assert all(one.created >= unpaid[0].created for one in recent)
        one = unpaid[0]
        mine = await client.v1.invoices.list_async({"customer": one.customer, "limit": 100})
        assert {other.customer for other in mine.data} == {one.customer}

    async def test_some_cards_are_kept_by_the_subscription_alone(self, running: Any, client: Any) -> None:
        four = "parent.subscription_details.subscription.default_payment_method"
        found = await everything(await client.v1.invoices.list_async({"limit": 100, "expand": ["data.customer"]}))
        subscribed = [one.to_dict() for one in found if one.parent is not None]
        assert 0 < len(subscribed) < len(found)
        assert {one["customer"]["invoice_settings"]["default_payment_method"] for one in subscribed} == {None}
        one = await client.v1.invoices.retrieve_async(subscribed[0]["id"], {"expand": [four]})
        subscription = one.parent.subscription_details.subscription
        assert subscription.default_payment_method.card.last4
        mine = await client.v1.invoices.list_async({"subscription": subscription.id, "limit": 100})
        assert {other.customer for other in mine.data} == {one.customer}
        # A list is a level of its own.
        with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
            await client.v1.invoices.list_async({"expand": [f"data.{four}"]})

    async def test_the_join_from_payment_to_invoice(self, client: Any) -> None:
        paid = (await client.v1.invoices.list_async({"status": "paid", "limit": 1, "expand": ["data.payments"]})).data[
            0
        ]
        (tie,) = paid.payments.data
        assert tie.status == "paid"
        intent = tie.payment.payment_intent
        filters: Any = {"payment": {"type": "payment_intent", "payment_intent": intent}}
        (found,) = (await client.v1.invoice_payments.list_async(filters)).data
        assert (found.id, found.invoice) == (tie.id, paid.id)
        payment = await client.v1.payment_intents.retrieve_async(intent, {"expand": ["latest_charge"]})
        assert "invoice" not in payment.to_dict()
        assert payment.latest_charge.payment_method_details.card.last4

    async def test_refunds_and_disputes_name_their_payment(self, client: Any) -> None:
        (refund,) = (await client.v1.refunds.list_async()).data
        (dispute,) = (await client.v1.disputes.list_async()).data
        for one in (refund, dispute):
            assert (await client.v1.payment_intents.retrieve_async(one.payment_intent)).amount == one.amount

    async def test_events_tell_what_happened_newest_first(self, running: Any, client: Any) -> None:
        paid = await running.happen("pay")
        recent = (await client.v1.events.list_async({"limit": 4})).data
        assert {one.type for one in recent} == {
            "payment_intent.succeeded", "invoice_payment.paid", "invoice.paid", "invoice.payment_succeeded",
        }  # fmt: skip
        about = {one.type: one.data.object.to_dict() for one in recent}
        assert about["invoice.paid"]["id"] == paid["objects"]["gateway_invoices"]
        assert about["invoice_payment.paid"]["invoice"] == paid["objects"]["gateway_invoices"]
        only = await client.v1.events.list_async({"types": ["invoice.paid"], "limit": 1})
        assert only.data[0].data.object.id == paid["objects"]["gateway_invoices"]
        before = await client.v1.events.list_async({"ending_before": recent[3].id, "limit": 10})
        assert [one.id for one in before.data] == [one.id for one in recent[:3]]

    async def test_errors_are_the_sdks_own(self, running: Any, client: Any, http: stripe.HTTPXClient) -> None:
        with pytest.raises(stripe.InvalidRequestError) as missing:
            await client.v1.invoices.retrieve_async("in_nothing")
        assert (missing.value.code, missing.value.http_status) == ("resource_missing", 404)
        assert (missing.value.request_id or "").startswith("req_")
        with pytest.raises(stripe.InvalidRequestError, match="colour"):
            await client.v1.invoices.list_async({"colour": "red"})
        with pytest.raises(stripe.AuthenticationError):
            await sdk(running.url, "sk_test_wrong", http).v1.invoices.list_async()

    async def test_a_client_s_later_invoices_can_be_withheld_and_shown_again(self, running: Any, client: Any) -> None:
        made = await running.happen("overdue", count=3)
        client_id = made["client_id"]
        account = running.world.desk.account(client_id)
        whole = await everything(await client.v1.invoices.list_async({"customer": account.gateway_id}))
        asked = {"client_id": client_id, "readable": 1}
        answer = (await running.http.post("/control/withhold", json=asked)).json()
        assert answer == {"invoices": len(whole)}
        shown = await everything(await client.v1.invoices.list_async({"customer": account.gateway_id}))
        first = min(whole, key=lambda one: one.created).id
        assert {one.id for one in shown if one.currency} == {first}
        assert {one.id for one in shown} == {one.id for one in whole}
        await running.http.post("/control/withhold", json=asked | {"readable": None})
        again = await everything(await client.v1.invoices.list_async({"customer": account.gateway_id}))
        assert all(one.currency for one in again)

    async def test_too_many_requests_are_refused_with_the_reason(self, start: Any) -> None:
        async with start(scenario={"stripe": {"endpoint_limit_per_s": 3}}) as running:
            asked = (running.http.get("/stripe/v1/refunds", auth=("sk_test_sandbox", "")) for _ in range(12))
            answers = await asyncio.gather(*asked)
            refused = [one for one in answers if one.status_code == 429]
            assert {one.headers["stripe-rate-limited-reason"] for one in refused} == {"endpoint-rate"}
            assert len(answers) - len(refused) >= 3
            counters = (await running.http.get("/control/counters")).json()
            assert counters["stripe.refused_by_limit"] == len(refused)


@pytest.fixture
async def paying(running: Any) -> str:
    return await open_invoice(running)


class TestPaying:
    async def test_the_same_key_gets_the_same_answer_and_one_charge(self, running: Any, paying: str) -> None:
        headers = {"authorization": "Bearer sk_test_sandbox", "idempotency-key": str(uuid.uuid4())}
        form = {"off_session": "true", "expand[]": "payments.data.payment.payment_intent"}
        path = f"/stripe/v1/invoices/{paying}/pay"
        first = await running.http.post(path, data=form, headers=headers)
        again = await running.http.post(path, data=form, headers=headers)
        assert first.json()["status"] == "paid"
        assert first.json()["payments"]["data"][0]["payment"]["payment_intent"]["status"] == "succeeded"
        assert (first.content, first.status_code) == (again.content, again.status_code)
        assert "idempotent-replayed" not in first.headers
        assert again.headers["idempotent-replayed"] == "true"
        assert (await running.http.get("/control/counters")).json()["charges"] == 1

    async def test_the_same_key_for_something_else_is_refused(self, client: Any, paying: str) -> None:
        options: Any = {"idempotency_key": str(uuid.uuid4())}
        await client.v1.invoices.pay_async(paying, {"off_session": True}, options)
        with pytest.raises(stripe.IdempotencyError) as refused:
            await client.v1.invoices.pay_async(paying, {"off_session": False}, options)
        assert refused.value.http_status == 400

    async def test_a_key_in_use_is_a_conflict(self, client: Any, paying: str) -> None:
        options: Any = {"idempotency_key": str(uuid.uuid4())}
        both = await asyncio.gather(
            *(client.v1.invoices.pay_async(paying, {"off_session": True}, options) for _ in range(2)),
            return_exceptions=True,
        )
        refused = [one for one in both if isinstance(one, stripe.APIError)]
        assert [one.http_status for one in refused] == [409]
        assert not isinstance(refused[0], stripe.IdempotencyError)
        assert sum(getattr(one, "status", None) == "paid" for one in both) == 1

    async def test_two_at_a_time_find_the_invoice_locked(self, client: Any, paying: str) -> None:
        both = await asyncio.gather(
            *(client.v1.invoices.pay_async(paying, {}, {"idempotency_key": str(uuid.uuid4())}) for _ in range(2)),
            return_exceptions=True,
        )
        (refused,) = [one for one in both if isinstance(one, stripe.RateLimitError)]
        assert refused.error is not None
        assert refused.error.code == "lock_timeout"

    async def test_a_paid_invoice_is_not_paid_again(self, client: Any, paying: str) -> None:
        await client.v1.invoices.pay_async(paying)
        with pytest.raises(stripe.InvalidRequestError, match="already paid") as refused:
            await client.v1.invoices.pay_async(paying)
        assert refused.value.code is None

    async def test_a_declined_card_says_why_and_is_replayed(self, running: Any, client: Any) -> None:
        account = next(one for one in running.world.accounts if one.planted and one.planted.name == "declined_card")
        (invoice,) = (await client.v1.invoices.list_async({"customer": account.gateway_id, "status": "open"})).data
        options: Any = {"idempotency_key": str(uuid.uuid4())}
        for _ in range(2):
            with pytest.raises(stripe.CardError) as declined:
                await client.v1.invoices.pay_async(invoice.id, {}, options)
            assert declined.value.code == "card_declined"
            assert declined.value.error is not None
            assert declined.value.error.decline_code == "insufficient_funds"
        after = await client.v1.invoices.retrieve_async(invoice.id)
        assert after.attempt_count == invoice.attempt_count + 1
        assert after.status == "open"

    async def test_no_such_invoice_is_not_remembered(self, client: Any, paying: str) -> None:
        options: Any = {"idempotency_key": str(uuid.uuid4())}
        with pytest.raises(stripe.InvalidRequestError):
            await client.v1.invoices.pay_async("in_nothing", {}, options)
        assert (await client.v1.invoices.pay_async(paying, {}, options)).status == "paid"
