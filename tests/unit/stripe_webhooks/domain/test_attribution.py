"""Whose payment it was: only an event that names the key of our call makes it ours."""

from __future__ import annotations

from typing import Any

import pytest

from stripe_webhooks.domain.attribution import follows_from


def event(kind: str, key: str | None, about: str = "in_1") -> dict[str, Any]:
    return {"type": kind, "data": {"object": {"id": about}}, "request": {"id": "req_1", "idempotency_key": key}}


OURS = event("invoice.paid", "att_1")
OTHER = event("invoice.paid", "att_2")
NOBODYS = event("invoice.paid", None)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], None),
        ([OURS], True),
        ([OTHER], False),
        ([NOBODYS], False),
        ([NOBODYS, OURS], True),
        ([OTHER, event("payment_intent.processing", "att_1", "pi_1")], True),
        ([event("invoice.paid", "att_2", "in_2")], None),
        ([event("invoice.updated", None)], None),
        ([OTHER, event("invoice.paid", None, "in_2")], False),
        ([{"type": "invoice.paid"}], None),
        ([{"type": "invoice.paid", "data": {"object": {"id": "in_1"}}, "request": None}], False),
        ([{"type": "invoice.paid", "data": {"object": {"id": "in_1"}}, "request": "req_1"}], False),
    ],
)
def test_an_event_that_names_our_key_makes_a_payment_ours(events: list[dict[str, Any]], expected: bool | None) -> None:
    assert follows_from(events, gateway_invoice_id="in_1", key="att_1") is expected
