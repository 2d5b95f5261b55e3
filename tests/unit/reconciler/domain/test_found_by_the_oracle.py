"""What the second implementation of the rules (`tests/oracle`) found wrong in this one, case by case."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tests.unit.reconciler.builders import (
    NOW,
    account,
    gateway_invoice,
    invoice,
    links,
    payment,
    rate,
    scope,
    scopes,
    series,
    snapshot,
)

from reconciler.domain.billed import allotted
from reconciler.domain.completeness import assess, coverage_of, coverage_start
from reconciler.domain.findings import findings
from reconciler.domain.forecast import forecast
from reconciler.domain.policy import Policy
from reconciler.domain.reconcile import reconcile
from reconciler.domain.snapshot import Application, Coverage, Line, Link, Rate, Scope, Snapshot
from reconciler.domain.variance import judge
from trueup_billing import Period, Ref, Source

OCTOBER, NOVEMBER = Period(date(2026, 10, 1), date(2026, 11, 1)), Period(date(2026, 11, 1), date(2026, 12, 1))
TODAY = date(2026, 11, 23)


def band(billed_minor: int, policy: Policy) -> str:
    return judge(
        expected_minor=10_000,
        billed_minor=billed_minor,
        has_lines=True,
        currency="USD",
        period=OCTOBER,
        today=TODAY,
        policy=policy,
    )


def test_what_is_beyond_the_tolerance_is_flagged_whatever_the_rule_would_resolve() -> None:
    policy = Policy(tolerance_percent=1, auto_resolve_below_percent=4)
    assert [band(billed, policy) for billed in (10_100, 10_101, 9_899)] == [
        "auto_resolved",
        "over_billed",
        "under_billed",
    ]


def test_what_is_over_the_cap_is_not_resolved_by_rule_whatever_the_tolerance() -> None:
    policy = Policy(tolerance_percent=5, auto_resolve_below_percent=4, money_caps_minor={"USD": 200})
    assert [band(billed, policy) for billed in (10_200, 10_201)] == ["auto_resolved", "needs_review"]


def test_a_credit_goes_to_the_only_period_that_its_invoice_bills() -> None:
    september, october = date(2026, 9, 1), date(2026, 10, 1)
    assert allotted(50, {september: -300, october: 900}, september) == {october: 50}
    lines = (
        Line("1", "item", -300, date(2026, 9, 30), "1", "Correction"),
        Line("2", "item", 900, date(2026, 10, 31), "1", "API calls"),
    )
    applied = (Application("quickbooks:creditmemo:9", 50), Application("quickbooks:invoice:7", 50))
    credit = payment("quickbooks:payment:1", amount_minor=0, applied=applied)
    result = reconcile(snapshot(documents=(invoice(600, lines=lines),), payments=(credit,)), Policy(), NOW)
    assert [one.billed_minor for one in result.periods if one.period.start in {september, october}] == [-300, 850]


def as_invoiced(currency: str) -> Rate:
    return rate("0", kind="as_invoiced", currency=currency, item_id="1")


def billed_in(currency: str, card: str) -> Snapshot:
    """100 calls billed as 1 apiece; the card names the item and its own currency."""
    line = Line("1", "item", 10_000, date(2026, 10, 31), "1", "API calls", quantity="100")
    usage = {"api_calls": series({date(2026, 9, 10): 50, date(2026, 10, 10): 100})}
    return snapshot(
        account=account(rates=(as_invoiced(card),)), documents=(invoice(lines=[line], currency=currency),), usage=usage
    )


def test_an_invoice_in_another_currency_tells_no_price() -> None:
    right = {one.period.start: one for one in reconcile(billed_in("EUR", "EUR"), Policy(), NOW).periods}
    assert (right[OCTOBER.start].band, right[OCTOBER.start].expected_minor) == ("matched", 10_000)
    wrong = {one.period.start: one for one in reconcile(billed_in("EUR", "JPY"), Policy(), NOW).periods}
    assert [reason.code for reason in wrong[OCTOBER.start].reasons] == ["currency_mismatch"]
    assert [reason.code for reason in wrong[date(2026, 9, 1)].reasons] == ["no_price"]


def test_a_metric_that_only_an_invoice_in_another_currency_prices_is_not_foretold_as_nothing() -> None:
    one = billed_in("EUR", "JPY")
    found = forecast(one, assess(one, Policy(), NOW), TODAY)
    assert (found.status, found.amount_minor) == ("no_rate_card", None)
    assert ("other_currency", "api_calls") in [(left.code, left.what) for left in found.excluded]


def two_customers(second_from: date) -> Snapshot:
    """Two customers of Amplitude, each asked for by a pull of its own."""
    pulls = [
        Scope(
            Source.AMPLITUDE, f"usage|api_calls|{n}", NOW, (Coverage(start, None, NOW),), frozenset({f"amplitude:{n}"})
        )
        for n, start in enumerate([date(2026, 5, 1), second_from])
    ]
    others = [one for one in scopes() if one.source is not Source.AMPLITUDE]
    own = tuple(Link(Ref(Source.AMPLITUDE, str(number)), "import") for number in range(2))
    return snapshot(links=(*links(without=Source.AMPLITUDE), *own), scopes=(*pulls, *others))


def test_a_day_is_covered_only_if_every_customer_of_the_account_was_asked_for() -> None:
    one = two_customers(date(2026, 9, 1))
    assert coverage_start(assess(one, Policy(), NOW), ("api_calls",)) == date(2026, 9, 1)
    assert reconcile(one, Policy(), NOW).periods[0].period.start == date(2026, 9, 1)
    assert reconcile(one, Policy(), NOW).forecast.status == "not_enough_history"
    assert reconcile(two_customers(date(2026, 8, 1)), Policy(), NOW).forecast.status == "ok"


def test_the_older_of_two_counts_says_what_is_closed() -> None:
    older = NOW.replace(day=20)
    early, late = (Coverage(date(2026, 5, 1), None, at) for at in (older, NOW))
    pulls = [
        scope(Source.AMPLITUDE, scope=f"usage|api_calls|{n}", coverage=(part,), refs=frozenset({f"amplitude:{n}"}))
        for n, part in enumerate([late, early])
    ]
    one = two_customers(date(2026, 5, 1))
    known = replace(one, scopes=(*pulls, *(s for s in one.scopes if s.source is not Source.AMPLITUDE)))
    assert coverage_of(assess(known, Policy(), NOW), "api_calls") == (early,)


def test_what_was_billed_and_then_written_off_was_billed() -> None:
    [october] = [
        one
        for one in reconcile(
            snapshot(documents=(invoice(state="written_off", balance_minor=10_000),)), Policy(), NOW
        ).periods
        if one.period == OCTOBER
    ]
    assert (october.band, october.billed_minor) == ("matched", 10_000)


def test_amounts_of_the_gateway_in_another_currency_are_not_compared() -> None:
    ours = invoice(balance_minor=10_000)
    for joined in ({}, {"link_keys": {}, "number": "INV-1"}):
        gateway = gateway_invoice(currency="JPY", remaining_minor=0, status="paid", **joined)
        [state] = reconcile(snapshot(documents=(ours,), payments=(gateway,)), Policy(), NOW).invoices
        assert (state.status, state.remaining_minor) == ("overdue", 10_000)
    by_number, by_id = gateway_invoice(currency="JPY", link_keys={}, number="INV-1"), gateway_invoice(currency="JPY")
    [apart] = reconcile(snapshot(documents=(ours,), payments=(by_number,)), Policy(), NOW).invoices
    [together] = reconcile(snapshot(documents=(ours,), payments=(by_id,)), Policy(), NOW).invoices
    assert (apart.gateway, together.gateway is not None) == (None, True)


def test_a_refund_in_another_currency_refunds_nothing() -> None:
    gateway = gateway_invoice(remaining_minor=0, status="paid")
    for currency, status in (("USD", "refunded"), ("JPY", "paid")):
        back = payment("stripe:refund:re_1", kind="refund", currency=currency, gateway_invoice_id="in_1")
        [state] = reconcile(snapshot(payments=(gateway, back)), Policy(), NOW).invoices
        assert state.status == status


def test_what_waits_in_one_system_is_told_in_its_own_currency() -> None:
    gateway = gateway_invoice(currency="JPY", remaining_minor=700)
    [told] = findings(reconcile(snapshot(payments=(gateway,)), Policy(), NOW))
    assert (told.code, told.amount_minor, told.currency) == ("paid_in_one_system", 700, "JPY")
