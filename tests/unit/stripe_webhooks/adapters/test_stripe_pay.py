"""The call that takes money: what it counts as, and under which name."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
import stripe

from stripe_webhooks.adapters.stripe_api import StripeGateway
from stripe_webhooks.adapters.stripe_pay import StripePayments
from stripe_webhooks.domain.pay_answers import judge
from stripe_webhooks.ports import Priority, ProviderDown
from stripe_webhooks.ports.retries import NotAsked
from trueup_kit.errors import ProviderUnavailable
from trueup_kit.http import FAILURES_TO_OPEN, OPEN


def paying(script: list[Any], told: list[bool], *, turn: bool = True) -> StripePayments:
    async def pay_async(*_: Any) -> Any:
        answer = script.pop(0)
        if answer == "silence":
            await asyncio.Event().wait()
        if isinstance(answer, Exception):
            raise answer
        return SimpleNamespace(to_dict=lambda **_: answer, last_response=None)

    async def acquire(_endpoint: str, _priority: Priority) -> None:
        if not turn:
            raise ProviderUnavailable("no_database")

    client: Any = SimpleNamespace(v1=SimpleNamespace(invoices=SimpleNamespace(pay_async=pay_async)))
    return StripePayments(client, acquire, 0.05, lambda *, worked: told.append(worked))


async def test_silence_and_its_own_errors_count_against_stripe_and_refusals_do_not() -> None:
    declined = stripe.CardError("no", None, "card_declined", http_status=402)  # type: ignore[no-untyped-call]
    told: list[bool] = []
    payments = paying(["silence", stripe.APIError("broken", http_status=500), declined, {"id": "in_1"}], told)
    for _ in range(4):
        await payments.pay("in_1", key="att_1")
    assert told == [False, False, True, True]


async def test_a_call_that_was_not_made_counts_for_nothing() -> None:
    told: list[bool] = []
    with pytest.raises(NotAsked):
        await paying([], told, turn=False).pay("in_1", key="att_1")
    assert told == []


async def test_its_circuit_has_a_name() -> None:
    payments = paying(["silence"] * FAILURES_TO_OPEN, [])
    for _ in range(FAILURES_TO_OPEN):
        await payments.pay("in_1", key="att_1")
    assert OPEN.labels("stripe-pay")._value.get() == 1


async def at_once(_endpoint: str, _priority: Priority) -> None:
    """No limit."""


class Canned(stripe.HTTPXClient):
    """One answer to every question."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(timeout=5)
        self._answer = (body, status, dict[str, str]())

    async def request_async(self, *_: Any, **__: Any) -> tuple[bytes, int, dict[str, str]]:
        return self._answer


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b'{"id": "in_1", "customer_name": "M\xc3'),
        (200, b"[]"),
        (200, b"null"),
        (502, b"\xff\xfe"),
        (502, b'{"error": "upstream"}'),
        (503, b'{"error": null}'),
        (400, b'{"error": []}'),
    ],
)
async def test_what_a_broken_proxy_answers_is_no_answer_and_no_crash(status: int, body: bytes) -> None:
    """Through the SDK itself, which stumbles over some of it."""
    client = stripe.StripeClient("sk_test_1", http_client=Canned(status, body))
    told: list[bool] = []
    payments = StripePayments(client, at_once, 5.0, lambda *, worked: told.append(worked))
    verdict = judge(await payments.pay("in_1", key="att_1"))
    assert (verdict.outcome.state, verdict.then, verdict.executed) == ("unknown", "ask", None)
    assert len(told) == 1
    with pytest.raises(ProviderDown):
        await StripeGateway(client, at_once, attempts_max=1).one("invoices", "in_1", priority="person")
