"""Payments, refunds and disputes become what is announced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_webhooks.domain.fields import Unreadable
from stripe_webhooks.domain.payments import (
    payment_status,
    read_dispute,
    read_payment,
    read_record,
    read_refund,
    was_tried,
)

if TYPE_CHECKING:
    from tests.unit.stripe_webhooks.conftest import Bodies


def test_a_succeeded_payment(bodies: Bodies) -> None:
    found = read_payment(bodies.intent(amount=6000, amount_received=5200), invoice_id="in_1", ref=None)
    assert found.object_id == "stripe:payment:pi_1"
    assert (found.status, found.amount_minor, found.currency) == ("succeeded", 5200, "USD")
    assert (found.gateway_invoice_id, found.payment_id, found.ref) == ("in_1", "pi_1", "stripe:cus_1")
    assert found.method is not None
    assert found.method.last4 == "4242"
    assert found.failure is None


def test_a_declined_payment_says_why_and_with_what(bodies: Bodies) -> None:
    found = read_payment(bodies.declined(), invoice_id="in_1", ref="stripe:cus_1")
    assert (found.status, found.amount_minor) == ("failed", 5200)
    assert found.failure is not None
    assert found.failure.decline_code == "insufficient_funds"
    assert found.failure.failed_at is not None
    without_charge_details = bodies.declined(latest_charge="ch_1")
    method = read_payment(without_charge_details, invoice_id="in_1", ref=None).method
    assert method is not None
    assert method.last4 == "9995"


def test_an_error_before_a_success_is_history(bodies: Bodies) -> None:
    error = bodies.declined()["last_payment_error"]
    found = read_payment(bodies.intent(last_payment_error=error), invoice_id="in_1", ref=None)
    assert (found.status, found.failure) == ("succeeded", None)


def test_an_intent_that_was_never_tried_is_no_payment(bodies: Bodies) -> None:
    fresh = bodies.intent(status="requires_payment_method", latest_charge=None, last_payment_error=None)
    assert not was_tried(fresh)
    assert was_tried(bodies.declined())
    assert was_tried(fresh | {"status": "processing"})
    assert was_tried(fresh | {"status": "a_word_of_2031"})


@given(st.sampled_from(["processing", "requires_action", "requires_capture", "canceled"]) | st.text(min_size=1))
def test_no_word_but_succeeded_means_success(word: str) -> None:
    intent: dict[str, Any] = {"id": "pi_1", "status": word}
    assert (payment_status(intent) == "succeeded") == (word == "succeeded")


def test_a_payment_recorded_from_outside(bodies: Bodies) -> None:
    inpay = bodies.invoice_payment(
        "inpay_1", "in_1", "-", payment={"type": "payment_record", "payment_record": "pr_1"}, status="paid"
    )
    found = read_record(inpay, "pr_1", invoice_id="in_1", ref="stripe:cus_1")
    assert (found.object_id, found.status, found.amount_minor) == ("stripe:payment:pr_1", "succeeded", 5200)
    partly = read_record(inpay | {"amount_paid": 100, "status": "open"}, "pr_1", invoice_id="in_1", ref="stripe:cus_1")
    assert (partly.status, partly.amount_minor) == ("processing", 100)


def test_domain_rule_21_a_refund_and_a_dispute(bodies: Bodies) -> None:
    where = {"payment_id": "pi_1", "invoice_id": "in_1", "ref": "stripe:cus_1"}
    refund = read_refund(bodies.refund(status="failed", failure_reason="lost_or_stolen_card"), **where)
    assert (refund.object_id, refund.kind, refund.status) == ("stripe:refund:re_1", "refund", "failed")
    assert refund.failure is not None
    assert refund.failure.code == "lost_or_stolen_card"
    dispute = read_dispute(bodies.dispute(status="appeal_under_review"), **where)
    assert (dispute.object_id, dispute.kind, dispute.status) == (
        "stripe:dispute:dp_1",
        "dispute",
        "appeal_under_review",
    )
    assert (dispute.gateway_invoice_id, dispute.payment_id, dispute.failure) == ("in_1", "pi_1", None)


def test_domain_rule_21_each_refund_tells_its_own_amount_and_not_what_was_refunded_so_far(bodies: Bodies) -> None:
    where = {"payment_id": "pi_1", "invoice_id": "in_1", "ref": "stripe:cus_1"}
    charge = {"amount_refunded": 5_200}
    first, second = (
        read_refund(bodies.refund(identity, amount=amount, charge=charge), **where)
        for identity, amount in (("re_1", 2_000), ("re_2", 3_200))
    )
    assert (first.object_id, first.amount_minor) == ("stripe:refund:re_1", 2_000)
    assert (second.object_id, second.amount_minor) == ("stripe:refund:re_2", 3_200)


@pytest.mark.parametrize("fields", [{"amount": None}, {"amount": 1.5}, {"currency": "?"}, {"created": None}])
def test_what_cannot_be_is_unreadable(bodies: Bodies, fields: dict[str, Any]) -> None:
    with pytest.raises(Unreadable) as caught:
        read_refund(bodies.refund(**fields), payment_id="pi_1", invoice_id=None, ref="stripe:cus_1")
    assert caught.value.ref == "stripe:cus_1"


@pytest.mark.parametrize("status", ["requires_payment_method", "requires_confirmation"])
@pytest.mark.parametrize("trace", ["last_payment_error", "latest_charge"])
def test_an_error_or_a_charge_alone_tells_that_it_was_tried(bodies: Bodies, status: str, trace: str) -> None:
    fresh = bodies.intent(status=status, latest_charge=None, last_payment_error=None)
    assert not was_tried(fresh)
    assert was_tried(fresh | {trace: bodies.declined()["last_payment_error"] if trace[-1] == "r" else "ch_1"})


@pytest.mark.parametrize("status", ["canceled", "processing", "requires_action", "requires_capture", "unheard_of"])
def test_only_what_has_succeeded_was_received(bodies: Bodies, status: str) -> None:
    found = read_payment(bodies.intent(status=status, amount=6000, amount_received=5200), invoice_id="in_1", ref=None)
    assert (found.status, found.amount_minor) == (status, 6000)
