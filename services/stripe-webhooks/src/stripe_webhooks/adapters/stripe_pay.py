"""The one call that may take money: never repeated here, bounded in time, and read without trusting the SDK's classes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import stripe
from prometheus_client import Counter

from stripe_webhooks.adapters.stripe_api import NOT_STRIPES, Acquire, Note, to_nobody
from stripe_webhooks.domain import fields
from stripe_webhooks.domain.pay_answers import PayAnswer
from stripe_webhooks.ports import Rejected
from stripe_webhooks.ports.retries import NotAsked
from trueup_kit.errors import ProviderUnavailable
from trueup_kit.http import Circuit

ENDPOINT = "POST /v1/invoices/{id}/pay"
EXPAND = ["payments.data.payment.payment_intent"]
_CALLS = Counter("trueup_stripe_pay_calls_total", "Calls that may take money, by HTTP status or trouble.", ("answer",))


@dataclass(frozen=True, slots=True)
class StripePayments:
    """The port `Payments`. The client must not retry by itself: a repeat is a decision of the use case, with its key."""

    client: stripe.StripeClient
    acquire: Acquire
    timeout_s: float
    note: Note = to_nobody
    """Is told how each call ended."""
    circuit: Circuit = field(default_factory=lambda: Circuit(source="stripe-pay"))

    async def pay(self, gateway_invoice_id: str, *, key: str) -> PayAnswer:
        """See the port."""
        if not gateway_invoice_id.replace("_", "").isalnum() or not gateway_invoice_id.isascii():
            raise Rejected("an id with other signs than letters, digits and _")
        try:
            self.circuit.enter()
        except ProviderUnavailable as error:
            raise NotAsked(error.reason) from error
        worked: bool | None = None
        try:
            await self._acquire()
            answer = await self._call(gateway_invoice_id, key)
            worked = answer.status is not None and answer.status < 500
        finally:
            # Cancelled in mid-call or never asked: says nothing about the gateway.
            self.circuit.note(worked=worked)
            if worked is not None:
                self.note(worked=worked)
        _CALLS.labels(str(answer.status or answer.trouble)).inc()
        return answer

    async def _acquire(self) -> None:
        try:
            async with asyncio.timeout(self.timeout_s):
                await self.acquire(ENDPOINT, "person")
        except ProviderUnavailable as error:
            raise NotAsked(error.reason) from error
        except TimeoutError as error:
            raise NotAsked("no_turn") from error

    async def _call(self, gateway_invoice_id: str, key: str) -> PayAnswer:
        try:
            async with asyncio.timeout(self.timeout_s):
                invoice = await self.client.v1.invoices.pay_async(
                    gateway_invoice_id,
                    {"off_session": True, "expand": EXPAND},
                    {"idempotency_key": key, "max_network_retries": 0},
                )
            body: Any = invoice.to_dict(for_json=True)
            response = invoice.last_response
        except TimeoutError:
            return PayAnswer(None, trouble="timeout")
        except stripe.StripeError as error:
            return answer_of(error)
        except NOT_STRIPES:
            return PayAnswer(None, trouble="connection")
        return PayAnswer(200, invoice=body, request_id=response.request_id if response else None)


def answer_of(error: stripe.StripeError) -> PayAnswer:
    """An error of the SDK as the body it was made from."""
    if error.http_status is None:
        timed_out = "timeout" in repr(error.__cause__ or error).lower() or "timed out" in str(error).lower()
        return PayAnswer(None, trouble="timeout" if timed_out else "connection")
    body = error.json_body if isinstance(error.json_body, Mapping) else {}
    said = fields.as_object(body.get("error"))
    return PayAnswer(
        error.http_status,
        kind=fields.text(said, "type"),
        code=fields.text(said, "code"),
        decline_code=fields.text(said, "decline_code"),
        advice_code=fields.text(said, "advice_code"),
        message=fields.text(said, "message"),
        request_id=error.request_id,
    )
