"""The call that takes money: what it counts as, and under which name."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
import stripe

from stripe_webhooks.adapters.stripe_pay import StripePayments
from stripe_webhooks.ports import Priority
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
