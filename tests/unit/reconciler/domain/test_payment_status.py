"""The status of an invoice follows from both systems, in a fixed order of precedence."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from tests.unit.reconciler.builders import gateway_invoice, invoice, payment

from reconciler.domain.cash import Cash
from reconciler.domain.payment_status import state_of
from reconciler.domain.snapshot import Document, Payment

BEFORE_DUE, AFTER_DUE = date(2026, 11, 20), date(2026, 11, 21)


def status(document: Document, *payments: Payment, credited: int = 0, today: date = BEFORE_DUE) -> tuple[str, int, int]:
    state = state_of(document, Cash.of(payments), credited, today)
    return state.status, state.remaining_minor, state.paid_minor


def open_invoice(**more: Any) -> Document:
    return invoice(**({"balance_minor": 10_000} | more))


def part_of(**more: Any) -> Payment:
    return payment(**({"gateway_invoice_id": "in_1"} | more))


def test_pending_until_the_due_day_is_over() -> None:
    assert status(open_invoice()) == ("pending", 10_000, 0)
    assert status(open_invoice(), today=AFTER_DUE) == ("overdue", 10_000, 0)


def test_the_lower_of_both_remainders_counts() -> None:
    assert status(open_invoice(), gateway_invoice(remaining_minor=0, status="paid")) == ("paid", 0, 10_000)
    assert status(invoice(), gateway_invoice()) == ("paid", 0, 10_000)


def test_partly_paid_and_overdue() -> None:
    assert status(open_invoice(balance_minor=4_000)) == ("partly_paid", 4_000, 6_000)
    assert status(open_invoice(balance_minor=4_000), today=AFTER_DUE) == ("overdue", 4_000, 6_000)


def test_credit_is_not_cash() -> None:
    assert status(open_invoice(balance_minor=8_000), credited=2_000) == ("pending", 8_000, 0)
    assert status(open_invoice(balance_minor=0), credited=10_000) == ("paid", 0, 0)


@pytest.mark.parametrize(
    ("balance", "remaining", "gateway_credit", "ledger_credit", "told"),
    [
        # Only the gateway has credited: nothing was paid.
        (10_000, 8_000, 2_000, 0, (8_000, 0, 2_000)),
        (10_000, 0, 10_000, 0, (0, 0, 10_000)),
        # Both have, of the same credit.
        (8_000, 8_000, 2_000, 2_000, (8_000, 0, 2_000)),
        (8_000, 10_000, 0, 2_000, (8_000, 0, 2_000)),
        # The gateway has credited more than the ledger.
        (9_000, 8_000, 2_000, 1_000, (8_000, 0, 2_000)),
        # Credited and then paid, in the gateway, and the ledger has booked nothing, the payment, or more than that.
        (10_000, 5_000, 2_000, 0, (5_000, 3_000, 2_000)),
        (7_000, 5_000, 2_000, 0, (5_000, 3_000, 2_000)),
        (0, 8_000, 2_000, 0, (0, 10_000, 0)),
        # A credit in the ledger that the gateway never heard of, and charged.
        (5_000, 0, 0, 2_000, (0, 8_000, 2_000)),
    ],
)
def test_credit_of_the_gateway_alone_is_not_cash(
    balance: int, remaining: int, gateway_credit: int, ledger_credit: int, told: tuple[int, int, int]
) -> None:
    credited = gateway_invoice(remaining_minor=remaining, credited_minor=gateway_credit)
    state = state_of(open_invoice(balance_minor=balance), Cash.of((credited,)), ledger_credit, BEFORE_DUE)
    assert (state.remaining_minor, state.paid_minor, state.credited_minor) == told
    assert state.document.total_minor == sum(told)
    assert (state.paid_at is None, state.via is None) == (True, True)


def test_credit_in_another_currency_is_another_invoices() -> None:
    elsewhere = gateway_invoice(remaining_minor=8_000, credited_minor=2_000, currency="EUR")
    state = state_of(open_invoice(), Cash.of((elsewhere,)), 0, BEFORE_DUE)
    assert (state.remaining_minor, state.paid_minor, state.credited_minor) == (10_000, 0, 0)


def test_failed_needs_an_attempt_with_a_failure() -> None:
    declined = {"attempted": True, "failure": {"code": "card_declined"}}
    assert status(open_invoice(), gateway_invoice(**declined))[0] == "failed"
    assert status(open_invoice(), gateway_invoice(attempted=True))[0] == "pending"
    assert status(open_invoice(), gateway_invoice(**declined), today=AFTER_DUE)[0] == "overdue"


@pytest.mark.parametrize("word", ["needs_response", "under_review", "warning_needs_response", "warning_under_review"])
def test_an_open_dispute_outranks_paid(word: str) -> None:
    dispute = payment("stripe:dispute:dp_1", kind="dispute", status=word, payment_id="pi_1")
    paid = gateway_invoice(remaining_minor=0, status="paid")
    assert status(invoice(), paid, part_of(), dispute)[0] == "in_dispute"


@pytest.mark.parametrize("word", ["won", "prevented", "warning_closed"])
def test_a_dispute_that_ended_well_does_not(word: str) -> None:
    dispute = payment("stripe:dispute:dp_1", kind="dispute", status=word, payment_id="pi_1")
    assert status(invoice(), gateway_invoice(remaining_minor=0), part_of(), dispute)[0] == "paid"


def test_refunded_needs_all_of_the_cash() -> None:
    paid = gateway_invoice(remaining_minor=0, status="paid")

    def refund(amount: int, word: str = "succeeded", identity: str = "re_1") -> Payment:
        return payment(f"stripe:refund:{identity}", kind="refund", status=word, amount_minor=amount, payment_id="pi_1")

    assert status(invoice(), paid, part_of(), refund(10_000))[0] == "refunded"
    assert status(invoice(), paid, part_of(), refund(4_000), refund(6_000, identity="re_2"))[0] == "refunded"
    assert status(invoice(), paid, part_of(), refund(9_999))[0] == "paid"
    assert status(invoice(), paid, part_of(), refund(10_000, "pending"))[0] == "paid"
    assert status(invoice(), paid, part_of(), refund(10_000, "brand_new_word"))[0] == "paid"


def test_a_dispute_of_another_invoice_does_not_count() -> None:
    other = payment("stripe:payment:pi_2", gateway_invoice_id="in_2")
    dispute = payment("stripe:dispute:dp_1", kind="dispute", status="needs_response", payment_id="pi_2")
    assert status(invoice(), gateway_invoice(remaining_minor=0), part_of(), other, dispute)[0] == "paid"


def test_void_uncollectible_and_draft() -> None:
    assert status(invoice(state="void"))[0] == "void"
    assert status(invoice(state="draft"))[0] == "draft"
    assert status(open_invoice(), gateway_invoice(status="uncollectible"), today=AFTER_DUE)[0] == "uncollectible"
    assert status(open_invoice(state="written_off"), today=AFTER_DUE)[0] == "uncollectible"


def test_the_gateway_invoice_is_joined_by_metadata_then_by_number() -> None:
    by_number = gateway_invoice(link_keys={}, number="INV-1", remaining_minor=0)
    assert status(open_invoice(), by_number)[0] == "paid"
    elsewhere = gateway_invoice(link_keys={"quickbooks_invoice_id": "99"}, number="INV-1", remaining_minor=0)
    assert status(open_invoice(), elsewhere)[0] == "pending"
    void = gateway_invoice(status="void", remaining_minor=0)
    assert status(open_invoice(), void)[0] == "pending"


def test_when_and_by_whom_it_was_paid() -> None:
    state = state_of(invoice(), Cash.of((gateway_invoice(remaining_minor=0), part_of())), 0, BEFORE_DUE)
    assert (state.paid_at, state.via) == (part_of().occurred_at, "Stripe")
    assert (
        state_of(open_invoice(), Cash.of((gateway_invoice(), part_of(status="failed"))), 0, BEFORE_DUE).paid_at is None
    )


def test_an_attempt_that_failed_later_is_not_when_it_was_paid() -> None:
    failed = part_of(
        object_id="stripe:payment:pi_2", status="failed", occurred_at=part_of().occurred_at + timedelta(days=1)
    )
    state = state_of(invoice(), Cash.of((gateway_invoice(remaining_minor=0), part_of(), failed)), 0, BEFORE_DUE)
    assert (state.paid_at, state.via) == (part_of().occurred_at, "Stripe")


def test_the_last_failure_is_the_invoices_own_with_what_the_latest_failed_payment_was_made_with() -> None:
    old, new = {"last4": "4242"}, {"last4": "1881"}
    first = part_of(failure={"code": "a"}, method=old, occurred_at=datetime(2026, 11, 2, tzinfo=UTC))
    second = replace(first, object_id="stripe:payment:pi_2", method=new, occurred_at=datetime(2026, 11, 3, tzinfo=UTC))
    declined = gateway_invoice(failure={"code": "card_declined"})

    def last(*payments: Payment) -> Any:
        found = Cash.of(payments).gateway_of(open_invoice())
        assert found is not None
        return found.last_failure

    assert last(declined, second, first) == ({"code": "card_declined"}, new)
    assert last(declined, part_of()) == ({"code": "card_declined"}, None)
    assert last(gateway_invoice(), first) is None
