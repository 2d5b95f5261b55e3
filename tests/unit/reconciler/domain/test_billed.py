"""Lines belong to the month they are for; void documents bill nothing; credit is not cash."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from tests.unit.reconciler.builders import invoice, payment

from reconciler.domain.billed import Calendar, allotted, billed_by_period
from reconciler.domain.credits import credits_by_invoice, is_credit_application
from reconciler.domain.snapshot import Application, Document, Line

OCTOBER, SEPTEMBER = date(2026, 10, 1), date(2026, 9, 1)
MEMO = Document(
    document_id="quickbooks:creditmemo:3",
    kind="credit_memo",
    state="open",
    issued_on=date(2026, 11, 3),
    currency="USD",
    total_minor=2_000,
    balance_minor=0,
)


def credit(*parts: tuple[str, int], amount_minor: int = 0, status: str = "succeeded") -> dict[str, int]:
    applied = tuple(Application(document, amount) for document, amount in parts)
    one = payment("quickbooks:payment:9", amount_minor=amount_minor, applied=applied, status=status)
    return credits_by_invoice([one], {MEMO.document_id: MEMO})


def test_a_line_belongs_to_the_month_of_its_service_date() -> None:
    lines = [Line("1", "item", 700, date(2026, 9, 30)), Line("2", "item", 300, date(2026, 10, 1))]
    billed = billed_by_period((invoice(lines=lines),), {}, Calendar())
    assert billed[SEPTEMBER].amount_minor == 700
    assert billed[OCTOBER].amount_minor == 300
    assert not billed[OCTOBER].assumed


def test_a_line_without_service_date_is_assumed_to_be_for_the_month_before() -> None:
    billed = billed_by_period((invoice(service=None, issued_on=date(2026, 11, 30)),), {}, Calendar())
    assert billed[OCTOBER].amount_minor == 10_000
    assert billed[OCTOBER].assumed
    assert date(2025, 12, 1) in billed_by_period((invoice(service=None, issued_on=date(2026, 1, 1)),), {}, Calendar())


def test_tax_shipping_and_carried_balance_are_not_compared() -> None:
    day = date(2026, 10, 31)
    lines = [
        Line("1", "item", 1_000, day),
        Line("2", "discount", -100, day),
        Line("3", "tax", 190, day),
        Line("4", "shipping", 50, day),
        Line("5", "carried_balance", 9_000, day),
    ]
    assert billed_by_period((invoice(lines=lines),), {}, Calendar())[OCTOBER].amount_minor == 900


@pytest.mark.parametrize("state", ["draft", "void", "deleted"])
def test_only_standing_invoices_bill(state: str) -> None:
    assert billed_by_period((invoice(state=state),), {"quickbooks:invoice:7": 5}, Calendar()) == {}


def test_several_invoices_of_one_month_add_up() -> None:
    billed = billed_by_period((invoice(), invoice(500, identity="8")), {}, Calendar())
    assert billed[OCTOBER].amount_minor == 10_500


def test_credit_lowers_the_month_of_its_invoice() -> None:
    billed = billed_by_period((invoice(),), {"quickbooks:invoice:7": 2_000}, Calendar())
    assert billed[OCTOBER].amount_minor == 8_000
    assert [part.amount_minor for part in billed[OCTOBER].credits] == [2_000]


def test_an_invoice_is_for_the_month_of_its_first_item_line() -> None:
    lines = [Line("1", "tax", 1, date(2026, 8, 1)), Line("2", "item", 1, date(2026, 9, 2)), Line("3", "item", 1, None)]
    assert Calendar().of_invoice(invoice(lines=lines)) == (
        Calendar().of_invoice(invoice(service=date(2026, 9, 2)))[0],
        False,
    )
    assert Calendar().of_invoice(invoice(lines=[]))[1]


def test_a_payment_that_names_memo_and_invoice_is_credit() -> None:
    assert credit((MEMO.document_id, 2_000), ("quickbooks:invoice:7", 2_000)) == {"quickbooks:invoice:7": 2_000}


def test_a_payment_without_memo_is_cash() -> None:
    assert credit(("quickbooks:invoice:7", 2_000), amount_minor=2_000) == {}


def test_above_the_memos_the_rest_is_cash() -> None:
    parts = (("quickbooks:invoice:7", 1_500), ("quickbooks:invoice:8", 4_000), (MEMO.document_id, 2_000))
    assert credit(*parts, amount_minor=3_500) == {"quickbooks:invoice:7": 1_500, "quickbooks:invoice:8": 500}


@pytest.mark.parametrize("status", ["voided", "deleted", "failed", "somehow_new"])
def test_an_unknown_word_never_means_success(status: str) -> None:
    assert credit((MEMO.document_id, 1), ("quickbooks:invoice:7", 1), status=status) == {}


def test_a_memo_that_no_longer_stands_credits_nothing() -> None:
    one = payment(
        "quickbooks:payment:9",
        amount_minor=0,
        applied=(Application(MEMO.document_id, 10), Application("quickbooks:invoice:7", 10)),
    )
    assert credits_by_invoice([one], {MEMO.document_id: replace(MEMO, state="void")}) == {}
    assert is_credit_application(one)
    assert not is_credit_application(payment("quickbooks:payment:9"))


def test_a_credit_on_an_invoice_that_bills_nothing_stays_with_the_invoice() -> None:
    october, november = date(2026, 10, 1), date(2026, 11, 1)
    assert allotted(500, {november: -100}, october) == {october: 500}
    assert allotted(500, {}, october) == {october: 500}
    assert allotted(500, {november: 100}, october) == {november: 500}
    assert allotted(1, {october: 100, november: 100}, october) == {october: 1}
