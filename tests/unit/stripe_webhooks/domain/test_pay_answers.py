"""The table of answers, row by row: what each means, and what follows from it."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stripe_webhooks.domain.pay_answers import PayAnswer, Verdict, judge
from stripe_webhooks.domain.retries import Trouble

INVALID = "invalid_request_error"


def invoice(status: str = "open", intent: str | None = None, **error: Any) -> dict[str, Any]:
    """An invoice as it comes with the answer: its one payment expanded."""
    payment = {
        "id": "pi_1",
        "object": "payment_intent",
        "status": intent,
        "last_payment_error": error or None,
        "latest_charge": "ch_1",
    }
    paid = status == "paid"
    link = {
        "id": "inpay_1",
        "is_default": True,
        "status": "paid" if paid else "open",
        "payment": {"type": "payment_intent", "payment_intent": payment},
        "status_transitions": {"paid_at": 1_790_000_000 if paid else None},
    }
    return {
        "id": "in_1",
        "status": status,
        "hosted_invoice_url": "https://invoice.example/in_1",
        "payments": {"data": [link] if intent else [], "has_more": False},
    }


def refused(status: int, kind: str | None = INVALID, code: str | None = None, **said: Any) -> Verdict:
    return judge(PayAnswer(status, kind=kind, code=code, request_id="req_1", **said))


def test_row_paid() -> None:
    verdict = judge(PayAnswer(200, invoice=invoice("paid", "succeeded"), request_id="req_1"))
    assert (verdict.outcome.state, verdict.then, verdict.executed) == ("succeeded", "settle", True)
    assert (verdict.outcome.payment_id, verdict.outcome.request_id) == ("pi_1", "req_1")


def test_row_processing() -> None:
    verdict = judge(PayAnswer(200, invoice=invoice("open", "processing")))
    assert (verdict.outcome.state, verdict.then, verdict.executed) == ("processing", "settle", True)
    assert verdict.outcome.payment_id == "pi_1"


@pytest.mark.parametrize(
    "code", ["card_declined", "expired_card", "insufficient_funds", "incorrect_cvc", "not_heard_of"]
)
def test_row_declined(code: str) -> None:
    verdict = refused(402, "card_error", code, decline_code="lost_card", advice_code="do_not_try_again", message="No.")
    assert (verdict.outcome.state, verdict.then, verdict.executed) == ("failed", "settle", True)
    failure = verdict.outcome.failure
    assert failure is not None
    assert (failure.code, failure.decline_code, failure.advice_code) == (code, "lost_card", "do_not_try_again")
    assert failure.message == "No."


@pytest.mark.parametrize(
    ("status", "kind", "code", "decline"),
    [
        (402, "card_error", "authentication_required", None),
        (402, "card_error", "card_declined", "authentication_required"),
        (402, "card_error", "invoice_payment_intent_requires_action", None),
        (400, INVALID, "invoice_payment_intent_requires_action", None),
        (400, INVALID, "payment_intent_action_required", None),
    ],
)
def test_row_action_required(status: int, kind: str, code: str, decline: str | None) -> None:
    verdict = refused(status, kind, code, decline_code=decline)
    assert (verdict.outcome.state, verdict.then) == ("needs_customer", "settle")


def test_row_action_required_in_the_invoice() -> None:
    verdict = judge(PayAnswer(200, invoice=invoice("open", "requires_action")))
    assert (verdict.outcome.state, verdict.outcome.hosted_url) == ("needs_customer", "https://invoice.example/in_1")


@pytest.mark.parametrize("message", ["Invoice is already paid", "This invoice has already been paid."])
def test_row_already_paid(message: str) -> None:
    verdict = refused(400, message=message)
    assert (verdict.outcome.state, verdict.then, verdict.executed) == ("unknown", "read", False)


@pytest.mark.parametrize("code", [None, "resource_missing"])
def test_row_no_payment_method(code: str | None) -> None:
    verdict = refused(400, code=code, message="This customer has no attached payment source or default payment method.")
    assert (verdict.outcome.state, verdict.then, verdict.executed) == ("failed", "settle", False)
    assert verdict.outcome.failure is not None
    assert verdict.outcome.failure.code == "no_payment_method"


def test_row_resource_missing() -> None:
    verdict = refused(404, code="resource_missing", message="No such invoice: 'in_1'")
    assert (verdict.outcome.state, verdict.outcome.reason) == ("refused", "gateway_invoice_unknown")
    assert (verdict.then, verdict.executed) == ("settle", False)


def test_row_lock_timeout() -> None:
    verdict = refused(429, code="lock_timeout")
    assert (verdict.outcome.state, verdict.outcome.reason) == ("unknown", "locked")
    assert (verdict.then, verdict.executed) == ("ask", False)


@pytest.mark.parametrize("code", ["rate_limit", None])
def test_row_rate_limited(code: str | None) -> None:
    verdict = refused(429, code=code)
    assert (verdict.outcome.reason, verdict.then, verdict.executed) == ("rate_limited", "ask", False)


def test_row_key_in_use() -> None:
    """The call that holds the key may be taking the money just now."""
    verdict = refused(409, "idempotency_error", "idempotency_key_in_use")
    assert (verdict.outcome.state, verdict.outcome.reason) == ("unknown", "in_progress")
    assert (verdict.then, verdict.executed, verdict.outcome.needs_person) == ("ask", None, False)


def test_row_idempotency_error() -> None:
    verdict = refused(400, "idempotency_error")
    assert (verdict.outcome.state, verdict.outcome.needs_person) == ("unknown", True)
    assert (verdict.then, verdict.alarm) == ("person", "our_bug")


@pytest.mark.parametrize("status", [401, 403])
def test_row_not_let_in(status: int) -> None:
    verdict = refused(status)
    assert (verdict.outcome.state, verdict.outcome.reason) == ("refused", "gateway_refuses_us")
    assert (verdict.then, verdict.executed, verdict.alarm) == ("settle", False, "credentials")


@pytest.mark.parametrize("code", [None, "card_declined", "authentication_required", "resource_missing"])
@pytest.mark.parametrize("status", [500, 502, 503, 504, 529])
def test_row_server_error(status: int, code: str | None) -> None:
    """Whatever it says besides: the money may have been taken before it failed."""
    verdict = refused(status, "api_error", code)
    assert (verdict.outcome.state, verdict.outcome.reason) == ("unknown", "gateway_error")
    assert (verdict.then, verdict.executed) == ("ask", None)


@pytest.mark.parametrize("trouble", get_args(Trouble))
def test_row_no_answer(trouble: Trouble) -> None:
    verdict = judge(PayAnswer(None, trouble=trouble))
    assert (verdict.outcome.state, verdict.outcome.reason) == ("unknown", trouble)
    assert (verdict.then, verdict.executed) == ("ask", None)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 418])
def test_a_refusal_that_is_not_the_gateways_own_proves_nothing(status: int) -> None:
    """A proxy may answer after it has passed the call on."""
    verdict = refused(status, None)
    assert (verdict.outcome.state, verdict.then, verdict.executed) == ("unknown", "ask", None)


def test_a_request_refused_for_a_new_reason_is_read_before_it_counts_as_failed() -> None:
    verdict = refused(400, code="invoice_not_payable_on_sundays", message="Come back tomorrow.")
    assert (verdict.outcome.state, verdict.then, verdict.executed) == ("failed", "read", False)


@pytest.mark.parametrize("intent", ["requires_payment_method", "canceled"])
def test_an_open_invoice_with_a_failed_payment_is_failed(intent: str) -> None:
    verdict = judge(PayAnswer(200, invoice=invoice("open", intent, code="card_declined")))
    assert verdict.outcome.state == "failed"


def test_money_that_is_there_before_the_invoice_knows_is_processing() -> None:
    assert judge(PayAnswer(200, invoice=invoice("open", "succeeded"))).outcome.state == "processing"


texts = st.one_of(st.none(), st.text(max_size=30), st.sampled_from(["card_error", "api_error", INVALID, "paid"]))


@settings(deadline=None)
@given(st.one_of(st.none(), st.integers(100, 599)), texts, texts, texts, texts)
def test_unknown_codes_are_never_a_success(
    status: int | None, kind: str | None, code: str | None, decline: str | None, message: str | None
) -> None:
    verdict = judge(PayAnswer(status, kind=kind, code=code, decline_code=decline, message=message))
    assert verdict.outcome.state not in {"succeeded", "already_paid", "processing"}
    assert verdict.then != "settle" or verdict.outcome.final


@settings(deadline=None)
@given(st.sampled_from(["open", "draft", "void", "uncollectible", "new"]), st.text(max_size=20))
def test_domain_rule_26_no_state_but_paid_is_a_success(status: str, intent: str) -> None:
    outcome = judge(PayAnswer(200, invoice=invoice(status, intent or None))).outcome
    assert outcome.state != "succeeded"


@settings(deadline=None)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["status", "payments", "data", "payment"]), inner), max_leaves=12))  # fmt: skip
def test_a_body_of_any_shape_does_no_harm(body: Any) -> None:
    outcome = judge(PayAnswer(200, invoice=body if isinstance(body, dict) else {})).outcome
    assert outcome.state != "succeeded" or (isinstance(body, dict) and body.get("status") == "paid")
