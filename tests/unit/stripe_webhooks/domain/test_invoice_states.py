"""What an invoice says about an attempt: before anything was asked, and after."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from stripe_webhooks.domain.invoice_states import judge_after, judge_before, judge_processing
from stripe_webhooks.domain.retries import Execution, Span

ASKED = datetime(2026, 9, 21, 12, 0, tzinfo=UTC)
CALLED = Span(ASKED, ASKED + timedelta(minutes=2))
EXECUTION = Execution("att_1", "in_1", "cl_1", "stripe:cus_1", "USD", 5200, "u1", ASKED, claim=7)


def invoice(status: str = "open", *, links: list[dict[str, Any]] | None = None, **fields: Any) -> dict[str, Any]:
    body = {"id": "in_1", "status": status, "currency": "usd", "customer": "cus_1", "amount_remaining": 5200}
    return body | {"payments": {"data": links or []}} | fields


def link(status: str = "open", intent: str | None = "processing", **fields: Any) -> dict[str, Any]:
    payment = {"type": "payment_intent", "payment_intent": {"id": "pi_1", "status": intent} if intent else "pi_1"}
    return {"id": "inpay_1", "is_default": True, "status": status, "payment": payment} | fields


def paid(at: datetime, **fields: Any) -> dict[str, Any]:
    return link("paid", "succeeded", status_transitions={"paid_at": int(at.timestamp())}, **fields)


def test_an_invoice_as_it_was_confirmed_may_be_paid() -> None:
    assert judge_before(invoice(), EXECUTION) is None


@pytest.mark.parametrize(
    ("changed", "state", "reason"),
    [
        ({"status": "paid"}, "already_paid", None),
        ({"status": "void"}, "refused", "not_open"),
        ({"status": "draft"}, "refused", "not_open"),
        ({"status": "uncollectible"}, "refused", "not_open"),
        ({"status": None}, "refused", "not_open"),
        ({"amount_remaining": 5201}, "refused", "amount_changed"),
        ({"amount_remaining": 5199}, "refused", "amount_changed"),
        ({"currency": "eur"}, "refused", "amount_changed"),
        ({"amount_remaining": 0}, "refused", "nothing_remaining"),
        ({"amount_remaining": None}, "refused", "unreadable_invoice"),
        ({"amount_remaining": 52.0}, "refused", "unreadable_invoice"),
        ({"currency": None}, "refused", "unreadable_invoice"),
        ({"customer": "cus_2"}, "refused", "other_customer"),
        ({"payments": {"data": [link()]}}, "refused", "payment_in_progress"),
    ],
)
def test_what_keeps_an_invoice_from_being_paid(changed: dict[str, Any], state: str, reason: str | None) -> None:
    outcome = judge_before(invoice() | changed, EXECUTION)
    assert outcome is not None
    assert (outcome.state, outcome.reason) == (state, reason)


def test_paid_through_the_gateway_since_our_call_is_ours() -> None:
    outcome = judge_after(invoice("paid", links=[paid(ASKED)]), called=CALLED)
    assert outcome is not None
    assert (outcome.state, outcome.payment_id) == ("succeeded", "pi_1")


@pytest.mark.parametrize(
    "links",
    [
        [],
        [paid(ASKED - timedelta(minutes=5))],
        [paid(ASKED + timedelta(minutes=3))],
        [{"status": "paid", "payment": {"type": "payment_record", "payment_record": "pr_1"}}],
    ],
)
def test_paid_by_anything_else_is_not(links: list[dict[str, Any]]) -> None:
    outcome = judge_after(invoice("paid", links=links), called=CALLED)
    assert outcome is not None
    assert outcome.state == "already_paid"


def test_where_no_call_of_ours_can_have_been_carried_out_no_payment_is_ours() -> None:
    outcome = judge_after(invoice("paid", links=[paid(ASKED)]), called=None)
    assert outcome is not None
    assert outcome.state == "already_paid"


def test_an_open_invoice_without_a_trace_of_a_payment_says_nothing() -> None:
    assert judge_after(invoice(), called=CALLED) is None


@pytest.mark.parametrize("away", [timedelta(hours=-1), timedelta(hours=1)])
@pytest.mark.parametrize("status", ["requires_payment_method", "canceled", "requires_action"])
def test_a_failure_at_another_time_says_nothing_about_our_call(status: str, away: timedelta) -> None:
    charge = {"created": int((ASKED + away).timestamp())}
    intent = {"id": "pi_1", "status": status, "latest_charge": charge, "last_payment_error": {"code": "card_declined"}}
    links = [link() | {"payment": {"type": "payment_intent", "payment_intent": intent}}]
    assert judge_after(invoice(links=links), called=CALLED) is None
    known = judge_processing(invoice(links=links))
    assert known is not None
    assert known.final
