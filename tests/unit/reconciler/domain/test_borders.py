"""What lies on a border, and one minor unit, one day or one name beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest
from tests.unit.reconciler.builders import (
    NOW,
    QUICKBOOKS,
    decision,
    gap,
    gateway_invoice,
    invoice,
    payment,
    scope,
    scopes,
    snapshot,
)
from tests.unit.reconciler.domain.test_payment_status import open_invoice, part_of, status
from tests.unit.reconciler.domain.test_suggest import CEDAR, HARBOR, known

from reconciler.domain.cash import Cash
from reconciler.domain.completeness import assess
from reconciler.domain.findings import findings
from reconciler.domain.formula import figure_text
from reconciler.domain.memo import memo_of
from reconciler.domain.policy import Policy
from reconciler.domain.reconcile import reconcile
from reconciler.domain.snapshot import Application, Coverage, Snapshot
from reconciler.domain.suggest import index, suggest
from reconciler.domain.timeline import entries
from trueup_billing import Source

OCTOBER = date(2026, 10, 1)


def codes(one: Snapshot) -> list[str]:
    return [found.code for found in findings(reconcile(one, Policy(), NOW))]


def test_a_gateway_invoice_keeps_payments_refunds_and_disputes_apart() -> None:
    paid, refund, dispute = (
        payment(f"stripe:{kind}:{identity}", kind=kind, gateway_invoice_id="in_1")
        for kind, identity in (("payment", "pi_1"), ("refund", "re_1"), ("dispute", "dp_1"))
    )
    found = Cash.of([gateway_invoice(), dispute, refund, paid]).gateway_of(invoice())
    assert found is not None
    assert (found.payments, found.refunds, found.disputes) == ((paid,), (refund,), (dispute,))


@pytest.mark.parametrize(
    ("ledger", "gateway", "apart"), [(0, 0, False), (1, 0, True), (0, 1, True), (1, 1, False), (2, 1, False)]
)
def test_two_systems_disagree_about_paid_from_one_minor_unit_on(ledger: int, gateway: int, apart: bool) -> None:
    one = snapshot(
        documents=(invoice(balance_minor=ledger),), payments=(gateway_invoice(remaining_minor=gateway, status="open"),)
    )
    assert bool(reconcile(one, Policy(), NOW).disagreements) is apart


@pytest.mark.parametrize(("left", "shown"), [(0, False), (1, True)])
def test_one_minor_unit_of_credit_or_of_a_payment_that_no_invoice_took_is_shown(left: int, shown: bool) -> None:
    memo = invoice(identity="9", number="CM-9", kind="credit_memo", lines=(), total_minor=500, balance_minor=left)
    assert ("unapplied_credit" in codes(snapshot(documents=(invoice(), memo)))) is shown
    paid = payment("quickbooks:payment:77", unapplied_minor=left, applied=())
    assert ("unapplied_payment" in codes(snapshot(payments=(paid,)))) is shown


@pytest.mark.parametrize(
    ("value", "text"),
    [(Fraction(2, 3), "≈ 0.666667"), (Fraction(1, 3), "≈ 0.333333"), (Fraction(1, 2_000_000), "≈ 0.000001")],
)
def test_a_figure_says_that_it_was_rounded_up_as_well_as_down(value: Fraction, text: str) -> None:
    assert figure_text(value) == text


@pytest.mark.parametrize("source", [Source.AMPLITUDE, Source.STRIPE])
def test_an_acceptance_of_one_source_is_none_of_another(source: Source) -> None:
    broken = scopes(quickbooks=scope(Source.QUICKBOOKS, gaps=gap(QUICKBOOKS)))
    [partial] = assess(snapshot(scopes=broken), Policy(), NOW).partials
    other = decision("accept_partial", seen=None, period_start=None, source=source, missing=partial.name)
    assert not assess(snapshot(scopes=broken, decisions=(other,)), Policy(), NOW).can_judge


@pytest.mark.parametrize(("after_s", "word"), [(0, "overdue"), (1, "paid")])
def test_money_from_the_moment_on_at_which_the_dispute_began_does_not_make_good_for_it(after_s: int, word: str) -> None:
    began = datetime(2026, 11, 10, tzinfo=NOW.tzinfo)
    lost = payment("stripe:dispute:dp_1", kind="dispute", status="lost", payment_id="pi_1", occurred_at=began)
    again = payment(
        "quickbooks:payment:5",
        occurred_at=began + timedelta(seconds=after_s),
        applied=(Application("quickbooks:invoice:7", 10_000),),
    )
    found = status(
        open_invoice(balance_minor=0),
        gateway_invoice(status="paid", remaining_minor=0),
        part_of(),
        lost,
        again,
        today=date(2026, 11, 23),
    )
    assert found[0] == word


def test_the_caps_of_the_policy_are_those_of_the_product() -> None:
    caps = {name: Policy().money_cap_minor(name) for name in ("USD", "EUR", "JPY", "GBP")}
    assert caps == {"USD": 1_000_000, "EUR": 1_000_000, "JPY": 1_500_000, "GBP": 1_000_000}


@pytest.mark.parametrize(
    ("day", "inside"),
    [(date(2026, 9, 30), False), (OCTOBER, True), (date(2026, 10, 31), True), (date(2026, 11, 1), False)],
)
def test_a_pull_covers_its_first_and_its_last_day(day: date, inside: bool) -> None:
    # Made anew, so that equal days are not the same object.
    again = date(day.year, day.month, day.day)
    assert Coverage(OCTOBER, date(2026, 10, 31), NOW).covers(again) is inside
    assert Coverage(OCTOBER, None, NOW).covers(again) is (day >= OCTOBER)


@pytest.mark.parametrize(
    ("others", "text"), [(0, "no other account"), (1, "one other account"), (3, "3 other accounts")]
)
def test_a_metric_says_how_many_others_lack_it(others: int, text: str) -> None:
    lacking = [
        replace(HARBOR, client_id=f"cl_{number}", name=f"Lane {number}", customers=HARBOR.customers[:1])
        for number in range(others + 1)
    ]
    customer = replace(known("amplitude:a9"), metrics=frozenset({"api_calls"}))
    found = suggest(customer, index([*lacking, replace(CEDAR, metrics=frozenset({"seats"}))]))
    assert {why.text for one in found for why in one.reasons if why.code == "metric"} == {
        f"It uses api_calls, which the account's rate card bills and for which it and {text} lack usage."
    }


def test_a_month_that_is_not_due_or_stays_as_it_was_is_no_news() -> None:
    one = reconcile(snapshot(documents=(invoice(11_000),)), Policy(), NOW)
    judged = [entry for entry in entries(memo_of(one), one, Policy(), 8) if entry.kind == "judged"]
    assert judged == [], "over-billed before, over-billed still"
    running = [
        entry
        for entry in entries(memo_of(reconcile(snapshot(), Policy(), NOW)), one, Policy(), 8)
        if entry.kind == "judged"
    ]
    assert [entry.data["period_start"] for entry in running] == ["2026-10-01"], "November still runs"
