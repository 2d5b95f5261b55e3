"""Rules 18 to 24 of reconciliation: amounts, currencies, credit, and what became of an invoice."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from tests.unit.reconciler.builders import (
    NOW,
    account,
    gateway_invoice,
    invoice,
    payment,
    rate,
    series,
    snapshot,
)

from reconciler.domain.credits import credits_by_invoice
from reconciler.domain.findings import Finding, findings
from reconciler.domain.payment_status import InvoiceState
from reconciler.domain.policy import Policy
from reconciler.domain.reconcile import reconcile
from reconciler.domain.result import PeriodResult, Reconciliation
from reconciler.domain.snapshot import Application, Document, Line, Payment, Snapshot

OCTOBER = date(2026, 10, 1)
PAID: dict[str, Any] = {"remaining_minor": 0, "status": "paid"}


def decide(one: Snapshot) -> Reconciliation:
    return reconcile(one, Policy(), NOW)


def october(one: Snapshot) -> PeriodResult:
    return next(found for found in decide(one).periods if found.period.start == OCTOBER)


def only(*payments: Payment, document: Document | None = None, **more: Any) -> InvoiceState:
    """What became of the one invoice."""
    [state] = decide(snapshot(documents=(document or invoice(),), payments=payments, **more)).invoices
    return state


def found(one: Snapshot, code: str) -> list[Finding]:
    return [each for each in findings(decide(one)) if each.code == code]


def card_payment(**more: Any) -> Payment:
    return payment(**({"gateway_invoice_id": "in_1"} | more))


def dispute(status: str, amount_minor: int = 10_000, **more: Any) -> Payment:
    given = {"kind": "dispute", "payment_id": "pi_1", "amount_minor": amount_minor, "status": status} | more
    return payment("stripe:dispute:dp_1", **given)


def refund(amount_minor: int, identity: str = "re_1") -> Payment:
    return payment(f"stripe:refund:{identity}", kind="refund", payment_id="pi_1", amount_minor=amount_minor)


def ledger_payment(*applied: tuple[str, int], amount_minor: int, identity: str = "9", **more: Any) -> Payment:
    parts = tuple(Application(f"quickbooks:{name}", each) for name, each in applied)
    return payment(f"quickbooks:payment:{identity}", amount_minor=amount_minor, applied=parts, **more)


@pytest.mark.parametrize(("currency", "expected"), [("USD", 1_235), ("JPY", 12), ("KWD", 12_345)])
def test_domain_rule_18_minor_units_have_the_currencys_own_exponent(currency: str, expected: int) -> None:
    one = snapshot(
        account=account(rates=(rate("0.0012345", currency=currency),)),
        documents=(invoice(expected, currency=currency),),
    )
    assert (october(one).expected_minor, october(one).band) == (expected, "matched")


def test_domain_rule_18_each_line_is_rounded_and_not_the_sum() -> None:
    usage = {"api_calls": series({date(2026, 10, 1): 1, date(2026, 10, 2): 1, date(2026, 10, 3): 1})}
    daily = (("01", "02"), ("02", "03"), ("03", "04"))
    rates = tuple(
        rate("0.005", valid_from=date(2026, 10, int(first)), valid_to=date(2026, 10, int(end))) for first, end in daily
    )
    assert october(snapshot(usage=usage, account=account(rates=rates))).expected_minor == 3
    assert october(snapshot(usage=usage, account=account(rates=(rate("0.005"),)))).expected_minor == 2


def test_domain_rule_18_many_digits_of_a_price_are_kept() -> None:
    usage = {"api_calls": series({date(2026, 10, 10): 10**15})}
    one = snapshot(usage=usage, account=account(rates=(rate("0.000000000001"),)))
    assert october(one).expected_minor == 100_000


def test_domain_rule_19_currencies_are_neither_compared_nor_added() -> None:
    for documents in ((invoice(currency="EUR"),), (invoice(), invoice(currency="EUR", identity="8"))):
        one = october(snapshot(documents=documents))
        assert (one.band, one.variance_minor) == ("cannot_judge", None)
        assert [reason.code for reason in one.reasons] == ["currency_mismatch"]


def memo(**more: Any) -> Document:
    given: dict[str, Any] = {"kind": "credit_memo", "balance_minor": 0, "identity": "3", "number": "CM-3"} | more
    made = invoice(2_000, **given)
    return Document(
        **{name: getattr(made, name) for name in made.__slots__} | {"document_id": "quickbooks:creditmemo:3"}
    )


def test_domain_rule_20_an_applied_credit_lowers_its_period() -> None:
    applied = ledger_payment(("creditmemo:3", 2_000), ("invoice:7", 2_000), amount_minor=0)
    one = snapshot(documents=(invoice(12_000), memo()), payments=(applied,))
    assert (october(one).billed_minor, october(one).band) == (10_000, "matched")
    assert not found(one, "unapplied_credit")


def test_domain_rule_20_an_unapplied_one_lowers_nothing_and_shows_at_the_account() -> None:
    one = snapshot(documents=(invoice(12_000), memo(balance_minor=1_500)))
    assert (october(one).billed_minor, october(one).band) == (12_000, "over_billed")
    [told] = found(one, "unapplied_credit")
    assert (told.amount_minor, told.currency) == (1_500, "USD")
    assert told.text == "15.00 USD of credit memo CM-3 are set against no invoice"
    assert not found(snapshot(documents=(invoice(), memo(balance_minor=1_500, state="void"))), "unapplied_credit")
    assert not found(snapshot(documents=(invoice(), memo(balance_minor=-1_500))), "unapplied_credit")


def test_domain_rule_20_credit_and_refund_of_one_sum_count_once() -> None:
    applied = ledger_payment(("creditmemo:3", 2_000), ("invoice:7", 2_000), amount_minor=0)
    given_back = (applied, gateway_invoice(**PAID), card_payment(), refund(2_000))
    one = snapshot(documents=(invoice(12_000), memo()), payments=given_back)
    assert october(one).billed_minor == 10_000
    assert decide(one).invoices[0].credited_minor == 2_000


def test_domain_rule_21_a_refund_does_not_open_the_invoice_again() -> None:
    state = only(gateway_invoice(**PAID), card_payment(), refund(4_000))
    assert (state.status, state.remaining_minor, state.paid_minor) == ("paid", 0, 10_000)


def test_domain_rule_21_refunds_add_up_by_themselves_whatever_the_charge_accumulates() -> None:
    both = refund(4_000), refund(6_000, "re_2")
    assert only(gateway_invoice(**PAID), card_payment(), *both).status == "refunded"
    assert only(gateway_invoice(**PAID), card_payment(), *both[:1]).status == "paid"


def test_domain_rule_21_disputed_money_is_held_and_not_unpaid() -> None:
    state = only(gateway_invoice(**PAID), card_payment(), dispute("needs_response"))
    assert (state.status, state.remaining_minor) == ("in_dispute", 0)


def test_domain_rule_21_a_lost_dispute_is_unpaid_again() -> None:
    lost = snapshot(payments=(gateway_invoice(**PAID), card_payment(), dispute("lost", 6_000)))
    [state] = decide(lost).invoices
    assert (state.status, state.remaining_minor, state.paid_minor) == ("overdue", 6_000, 4_000)
    [told] = found(lost, "dispute_lost")
    assert told.text == "Invoice INV-1: a lost dispute took back 60.00 USD; QuickBooks still shows it paid"
    assert not found(lost, "paid_in_one_system")


def test_domain_rule_20_credit_of_the_gateway_alone_is_credit_and_not_cash() -> None:
    less = gateway_invoice(remaining_minor=8_000, credited_minor=2_000)
    state = only(less, document=invoice(balance_minor=10_000))
    assert (state.status, state.remaining_minor, state.paid_minor, state.credited_minor) == ("overdue", 8_000, 0, 2_000)
    gone = gateway_invoice(**PAID, credited_minor=10_000)
    state = only(gone, document=invoice(balance_minor=10_000))
    assert (state.remaining_minor, state.paid_minor, state.credited_minor, state.via) == (0, 0, 10_000, None)
    [told] = found(snapshot(documents=(invoice(balance_minor=10_000),), payments=(gone,)), "paid_in_one_system")
    assert told.text == "Invoice INV-1 is credited in Stripe and open in QuickBooks"


def test_domain_rule_21_it_is_so_once_whether_or_not_the_ledger_knows() -> None:
    paid_at_gateway = gateway_invoice(**PAID), card_payment(), dispute("lost", 6_000)
    reopened = invoice(balance_minor=6_000)
    assert only(*paid_at_gateway, document=reopened).remaining_minor == 6_000
    told = found(snapshot(documents=(reopened,), payments=paid_at_gateway), "dispute_lost")
    assert [one.text for one in told] == ["Invoice INV-1: a lost dispute took back 60.00 USD"]


def test_domain_rule_21_paid_another_way_since_it_is_paid() -> None:
    lost = dispute("lost", 6_000, occurred_at=datetime(2026, 11, 10, tzinfo=UTC))
    before, after = datetime(2026, 11, 9, tzinfo=UTC), datetime(2026, 11, 12, tzinfo=UTC)
    wire = {at: ledger_payment(("invoice:7", 6_000), amount_minor=6_000, occurred_at=at) for at in (before, after)}
    assert only(gateway_invoice(**PAID), card_payment(), lost, wire[after]).status == "paid"
    assert only(gateway_invoice(**PAID), card_payment(), lost, wire[before]).remaining_minor == 6_000
    other = ledger_payment(("invoice:8", 6_000), ("invoice:7", 1_000), amount_minor=7_000, occurred_at=after)
    assert only(gateway_invoice(**PAID), card_payment(), lost, other).remaining_minor == 5_000


def test_domain_rule_21_a_won_one_and_one_of_another_currency_take_nothing() -> None:
    for case in (dispute("won"), dispute("lost", currency="EUR")):
        assert only(gateway_invoice(**PAID), card_payment(), case).status == "paid"


def test_domain_rule_22_the_status_follows_from_the_amounts_and_the_day_in_the_accounts_zone() -> None:
    waiting = invoice(balance_minor=10_000, due_on=date(2026, 11, 22))
    assert only(document=waiting).status == "overdue"
    assert only(document=waiting, account=account(time_zone="Pacific/Pago_Pago")).status == "overdue"
    due_today = invoice(balance_minor=10_000, due_on=date(2026, 11, 23))
    assert only(document=due_today).status == "pending"
    assert only(document=due_today, account=account(time_zone="Pacific/Kiritimati")).status == "overdue"
    assert only(document=invoice(balance_minor=4_000, due_on=None)).status == "partly_paid"


@pytest.mark.parametrize(
    ("document", "status"),
    [
        (invoice(state="void", balance_minor=0), "void"),
        (invoice(state="draft", balance_minor=10_000), "draft"),
        (invoice(state="written_off", balance_minor=10_000), "uncollectible"),
        (invoice(balance_minor=0), "paid"),
    ],
)
def test_domain_rule_22_what_the_ledger_says_outranks_the_day(document: Document, status: str) -> None:
    assert only(document=document).status == status


def test_domain_rule_23_one_payment_over_many_invoices_and_many_over_one() -> None:
    both = invoice(balance_minor=0), invoice(identity="8", number="INV-2", balance_minor=4_000)
    over_both = ledger_payment(("invoice:7", 10_000), ("invoice:8", 3_000), amount_minor=13_000)
    more = ledger_payment(("invoice:8", 3_000), amount_minor=3_000, identity="10")
    states = {one.document.number: one for one in decide(snapshot(documents=both, payments=(over_both, more))).invoices}
    assert (states["INV-1"].status, states["INV-1"].via) == ("paid", "QuickBooks")
    assert (states["INV-2"].status, states["INV-2"].paid_minor) == ("overdue", 6_000)


def test_domain_rule_23_what_is_paid_too_much_is_the_customers_credit() -> None:
    too_much = ledger_payment(("invoice:7", 10_000), amount_minor=12_000, unapplied_minor=2_000, number="77")
    one = snapshot(payments=(too_much,))
    assert decide(one).invoices[0].paid_minor == 10_000
    [told] = found(one, "unapplied_payment")
    assert told.text == "20.00 USD of payment 77 are set against no invoice"
    assert not found(
        snapshot(payments=(ledger_payment(amount_minor=1, status="deleted", unapplied_minor=1),)), told.code
    )


def test_domain_rule_23_nor_is_it_forgotten_where_the_ledger_only_notes_a_payment_of_the_gateways() -> None:
    noted = ledger_payment(amount_minor=2_000, unapplied_minor=2_000, link_keys={"payment_reference": "pi_1"})
    one = snapshot(payments=(card_payment(), noted))
    assert [paid.object_id for paid in decide(one).payments] == ["stripe:payment:pi_1"], "listed once"
    [told] = found(one, "unapplied_payment")
    assert told.text == "20.00 USD of payment 9 are set against no invoice"


def test_domain_rule_23_money_outside_the_gateway_counts() -> None:
    wire = ledger_payment(("invoice:7", 10_000), amount_minor=10_000)
    state = only(gateway_invoice(), wire, document=invoice(balance_minor=0))
    assert (state.status, state.paid_minor, state.via) == ("paid", 10_000, "QuickBooks")


def test_domain_rule_23_what_the_gateway_only_has_on_record_did_not_come_through_it() -> None:
    at = datetime(2026, 11, 7, tzinfo=UTC)
    wire = payment("stripe:payment:pr_1", gateway_invoice_id="in_1", off_gateway=True, occurred_at=at)
    state = only(gateway_invoice(**PAID), wire, document=invoice(balance_minor=10_000))
    assert (state.status, state.paid_minor, state.paid_at, state.via) == ("paid", 10_000, at, None)
    booked = ledger_payment(("invoice:7", 10_000), amount_minor=10_000)
    assert only(gateway_invoice(**PAID), wire, booked).via == "QuickBooks"
    assert only(gateway_invoice(**PAID), wire, card_payment()).via == "Stripe"


def test_domain_rule_23_what_is_paid_beyond_an_invoice_in_the_gateway_is_told() -> None:
    one = snapshot(payments=(gateway_invoice(**PAID, overpaid_minor=300),))
    [told] = found(one, "overpaid")
    assert told.text == "Invoice INV-1: 3.00 USD more was paid in Stripe than it asks for"
    assert not found(snapshot(payments=(gateway_invoice(**PAID),)), "overpaid")


def test_domain_rule_24_tax_is_not_compared() -> None:
    taxed = invoice(
        10_801,
        tax_minor=801,
        lines=(
            Line("1", "item", 10_000, date(2026, 10, 31), "1", "API calls"),
            Line("2", "tax", 801, date(2026, 10, 31)),
        ),
    )
    one = october(snapshot(documents=(taxed,)))
    assert (one.billed_minor, one.band) == (10_000, "matched")


@pytest.mark.parametrize(("tax_minor", "billed_minor"), [(0, 10_119), (19, 10_138), (319, 10_438)])
def test_domain_rule_24_nor_is_the_tax_that_a_credit_memo_gives_back(tax_minor: int, billed_minor: int) -> None:
    taxed = invoice(14_518, tax_minor=2_318, lines=(Line("1", "item", 12_200, date(2026, 10, 31), "1", "API calls"),))
    credit = memo(total_minor=2_081, tax_minor=tax_minor)
    applied = ledger_payment(("creditmemo:3", 2_081), ("invoice:7", 2_081), amount_minor=0)
    one = snapshot(documents=(taxed, credit), payments=(applied,))
    assert october(one).billed_minor == billed_minor
    assert decide(one).invoices[0].credited_minor == 2_081, "what is left to pay includes tax"


def test_domain_rule_24_what_several_invoices_get_of_a_memo_adds_up_to_what_it_is_before_tax() -> None:
    credit = memo(total_minor=1_190, tax_minor=190)
    parts = ("invoice:7", 397), ("invoice:8", 397), ("invoice:9", 396)
    applied = ledger_payment(("creditmemo:3", 1_190), *parts, amount_minor=0)
    given = credits_by_invoice([applied], {credit.document_id: credit}, before_tax=True)
    assert given == {"quickbooks:invoice:7": 334, "quickbooks:invoice:8": 333, "quickbooks:invoice:9": 333}
    assert sum(given.values()) == 1_000
