"""Rules 1 to 11 of reconciliation: what was expected, what was billed, and how the two are compared."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from tests.unit.reconciler.builders import (
    FIRST_DAY,
    NOW,
    account,
    invoice,
    payment,
    rate,
    scope,
    scopes,
    series,
    snapshot,
)

from reconciler.domain.findings import findings
from reconciler.domain.policy import Policy
from reconciler.domain.reconcile import reconcile
from reconciler.domain.result import PeriodResult, Reconciliation
from reconciler.domain.snapshot import Application, Coverage, Document, Line, Rate, Snapshot, Tier
from trueup_billing import Source

OCTOBER = date(2026, 10, 1)


def decide(one: Snapshot) -> Reconciliation:
    return reconcile(one, Policy(), NOW)


def period(one: Snapshot, start: date = OCTOBER) -> PeriodResult:
    return next(found for found in decide(one).periods if found.period.start == start)


def figures(one: Snapshot, start: date = OCTOBER) -> tuple[int | None, int | None, int | None, str]:
    found = period(one, start)
    return found.expected_minor, found.billed_minor, found.variance_minor, found.band


def used(calls: int, day: date = date(2026, 10, 10)) -> dict[str, Any]:
    return {"api_calls": series({day: calls})}


def line(amount_minor: int, day: date | None = date(2026, 10, 31), **more: Any) -> Line:
    given: dict[str, Any] = {"line_id": "1", "kind": "item", "item_id": "1"} | more
    return Line(amount_minor=amount_minor, service_date=day, **given)


def made_of(*lines: Line, **more: Any) -> Document:
    return invoice(sum(one.amount_minor for one in lines), lines=lines, **more)


def test_domain_rule_01_without_a_rate_card_there_is_no_variance() -> None:
    bare = decide(snapshot(account=account(rates=())))
    assert [(one.code, one.source) for one in bare.completeness.reasons] == [("no_rate_card", None)]
    assert {one.variance_minor for one in bare.periods} == {None}


def test_domain_rule_01_a_price_holds_on_its_own_days_only() -> None:
    dearer = account(rates=(rate("0.01", valid_to=OCTOBER), rate("0.02", valid_from=OCTOBER)))
    assert figures(snapshot(account=dearer))[0] == 20_000
    september = snapshot(account=dearer, usage=used(10_000, date(2026, 9, 10)))
    assert figures(september, date(2026, 9, 1))[0] == 10_000


def test_domain_rule_02_billed_leaves_out_tax_shipping_and_what_is_carried_over() -> None:
    other = [line(900, kind=kind, line_id=kind) for kind in ("tax", "shipping", "carried_balance")]
    with_discount = made_of(line(12_000), line(-2_000, kind="discount", line_id="2"), *other)
    assert figures(snapshot(documents=(with_discount,))) == (10_000, 10_000, 0, "matched")


def test_domain_rule_02_credit_allotted_to_the_invoice_lowers_billed() -> None:
    memo = payment(
        "quickbooks:payment:9",
        amount_minor=0,
        applied=(Application("quickbooks:creditmemo:3", 1_500), Application("quickbooks:invoice:7", 1_500)),
    )
    assert figures(snapshot(documents=(invoice(11_500),), payments=(memo,)))[:3] == (10_000, 10_000, 0)


@pytest.mark.parametrize(
    ("billed", "variance", "band"),
    [
        (10_500, 500, "within_tolerance"),
        (10_501, 501, "over_billed"),
        (9_500, -500, "within_tolerance"),
        (9_499, -501, "under_billed"),
        (10_199, 199, "auto_resolved"),
        (10_200, 200, "within_tolerance"),
        (9_800, -200, "within_tolerance"),
    ],
)
def test_domain_rule_03_the_bounds_are_exact_and_the_sign_is_kept(billed: int, variance: int, band: str) -> None:
    assert figures(snapshot(documents=(invoice(billed),)))[2:] == (variance, band)


def test_domain_rule_03_percent_is_of_expected() -> None:
    assert period(snapshot(documents=(invoice(7_500),))).percent == "-25.00"
    assert period(snapshot(documents=(invoice(12_500),))).percent == "25.00"


def test_domain_rule_03_what_rounds_to_five_percent_may_still_be_a_flag() -> None:
    one = period(snapshot(usage=used(1_000_000_000), documents=(invoice(1_050_000_001),)))
    assert (one.percent, one.band) == ("5.00", "over_billed")


def test_domain_rule_04_zero_cases_are_told_apart() -> None:
    nothing: dict[str, Any] = {"usage": {}, "documents": ()}
    assert period(snapshot(**nothing)).band == "no_activity"
    assert period(snapshot(usage={}, documents=(invoice(1),))).band == "billed_without_usage"
    assert period(snapshot(documents=())).band == "missing_invoice"


def test_domain_rule_04_a_missing_invoice_is_not_due_before_the_lag_is_over() -> None:
    one = snapshot(documents=())
    lag = Policy(invoicing_lag_days=23)
    bands = {days: reconcile(one, replace(lag, invoicing_lag_days=days), NOW).periods[5].band for days in (22, 23)}
    assert bands == {22: "missing_invoice", 23: "not_due"}


def test_domain_rule_05_a_few_minor_units_are_rounding_and_much_money_needs_a_person() -> None:
    assert period(snapshot(usage=used(10), documents=(invoice(12),))).band == "matched"
    assert period(snapshot(usage=used(10), documents=(invoice(13),))).band == "over_billed"
    much = snapshot(usage=used(200_000_000), documents=(invoice(201_000_001),))
    assert period(much).band == "needs_review"
    at_the_cap = snapshot(usage=used(200_000_000), documents=(invoice(201_000_000),))
    assert period(at_the_cap).band == "auto_resolved"


def test_domain_rule_05_under_and_over_have_names_of_their_own() -> None:
    assert period(snapshot(documents=(invoice(12_000),))).band == "over_billed"
    assert period(snapshot(documents=(invoice(8_000),))).band == "under_billed"


MONTHLY = frozenset({"api_calls"})


def test_domain_rule_06_a_count_by_the_month_is_rated_as_it_is() -> None:
    users = snapshot(usage=used(10_000, OCTOBER), month_metrics=MONTHLY)
    assert figures(users) == (10_000, 10_000, 0, "matched")


@pytest.mark.parametrize(
    "changed",
    [
        {"rates": (rate("0.01", valid_to=date(2026, 10, 16)), rate("0.02", valid_from=date(2026, 10, 16)))},
        {"active_from": date(2026, 10, 16)},
        {"active_to": date(2026, 10, 16)},
    ],
)
def test_domain_rule_06_a_part_of_a_month_of_it_cannot_be_judged(changed: dict[str, Any]) -> None:
    one = snapshot(account=account(**changed), usage=used(10_000, OCTOBER), month_metrics=MONTHLY)
    october = period(one)
    assert (october.band, october.expected_minor) == ("cannot_judge", None)
    assert [reason.code for reason in october.reasons] == ["month_grain"]
    assert "counted by the month" in " ".join(finding.text for finding in findings(decide(one)))


def test_domain_rule_06_nor_can_periods_that_are_no_calendar_months() -> None:
    one = snapshot(account=account(anchor_day=15), usage=used(10_000, OCTOBER), month_metrics=MONTHLY)
    assert {found.band for found in decide(one).periods if found.due} == {"cannot_judge"}


def test_domain_rule_06_prices_of_different_metrics_are_applied_apart() -> None:
    two = account(rates=(rate(), rate("1", metric="seats", item_id="2", component="seats")))
    usage = {**used(10_000), "seats": series({OCTOBER: 7}, metric="seats", unit="seats")}
    wide = (*scopes(amplitude=scope(Source.AMPLITUDE)), scope(Source.AMPLITUDE, scope="usage|seats|0"))
    assert figures(snapshot(account=two, usage=usage, scopes=wide))[0] == 10_000 + 700


TIERS = (Tier(Fraction(1_000), Fraction("0.02")), Tier(None, Fraction("0.01")))


def tiered(kind: Any, calls: int) -> int | None:
    card = account(rates=(rate("0", kind=kind, tiers=TIERS),))
    return figures(snapshot(account=card, usage=used(calls)))[0]


def test_domain_rule_07_graduated_is_not_volume_and_more_units_can_cost_less() -> None:
    assert (tiered("graduated", 1_500), tiered("volume", 1_500)) == (2_500, 1_500)
    assert (tiered("volume", 1_000), tiered("volume", 1_001)) == (2_000, 1_001)


def test_domain_rule_07_a_begun_package_is_a_whole_one() -> None:
    packages = account(rates=(rate("5", kind="package", package_size=Fraction(100)),))
    assert figures(snapshot(account=packages, usage=used(201)))[0] == 1_500


def test_domain_rule_07_a_minimum_is_asked_for_when_the_period_is_over() -> None:
    least: Rate = rate("0", kind="minimum", metric="", component="minimum", item_id=None, amount_minor=50_000)
    both = account(rates=(rate(), least))
    usage = {"api_calls": series({date(2026, 10, 10): 10_000, date(2026, 11, 10): 10_000})}
    one = snapshot(account=both, usage=usage)
    assert figures(one)[0] == 50_000
    assert figures(one, date(2026, 11, 1))[0] == 10_000


def test_domain_rule_08_a_line_belongs_to_its_service_date_and_not_to_the_invoices() -> None:
    arrears = invoice(10_000, service=date(2026, 10, 31), issued_on=date(2026, 12, 1))
    assert figures(snapshot(documents=(arrears,)))[1] == 10_000
    assert not period(snapshot(documents=(arrears,))).billed.assumed


def test_domain_rule_08_without_a_service_date_the_period_is_assumed_and_said_so() -> None:
    undated = invoice(10_000, service=None, issued_on=date(2026, 11, 1))
    one = period(snapshot(documents=(undated,)))
    assert (one.billed_minor, one.billed.assumed) == (10_000, True)


def test_domain_rule_08_what_is_billed_in_advance_is_for_the_period_to_come() -> None:
    fee = rate("0", kind="flat", metric="", component="fee", item_id="5", amount_minor=3_000, billed="advance")
    early = made_of(line(3_000, None, item_id="5"), issued_on=date(2026, 10, 1), identity="8")
    one = snapshot(account=account(rates=(rate(), fee)), documents=(invoice(), early))
    assert figures(one) == (13_000, 13_000, 0, "matched")


def test_domain_rule_09_usage_at_the_edges_counts_in_its_own_half_open_period() -> None:
    edges = {date(2026, 9, 30): 1, OCTOBER: 10, date(2026, 10, 31): 100, date(2026, 11, 1): 1_000}
    one = snapshot(account=account(rates=(rate("1"),)), usage={"api_calls": series(edges)})
    assert figures(one)[0] == 110 * 100


def test_domain_rule_09_hours_that_the_days_cannot_part_are_told() -> None:
    usage = {"api_calls": series({date(2026, 9, 30): 12_000, date(2026, 10, 31): 700})}
    tokyo = period(snapshot(account=account(time_zone="Asia/Tokyo"), usage=usage)).boundary
    assert tokyo == (
        (
            "In Asia/Tokyo the period begins at another hour than the days of UTC: the last 9 h of 2026-09-30 belong here "
            "and count in the period before. That day has 12,000 calls."
        ),
        (
            "In Asia/Tokyo the period ends at another hour than the days of UTC: the last 9 h of 2026-10-31 count here and "
            "belong to the period after. That day has 700 calls."
        ),
    )
    denver, kolkata = (
        period(snapshot(account=account(time_zone=zone))).boundary for zone in ("America/Denver", "Asia/Kolkata")
    )
    assert "the first 6 h of 2026-10-01 count here and belong to the period before" in denver[0]
    assert "the first 6 h of 2026-11-01 belong here and count in the period after" in denver[1]
    assert "the last 5 h 30 min of 2026-09-30" in kolkata[0]


def test_domain_rule_09_where_nothing_is_parted_nothing_is_told() -> None:
    assert period(snapshot()).boundary == ()
    assert len(period(snapshot(account=account(time_zone="Europe/London"))).boundary) == 1
    [azores] = period(snapshot(account=account(time_zone="Atlantic/Azores"))).boundary
    assert "the period ends at another hour" in azores
    assert period(snapshot(account=account(time_zone="Asia/Tokyo"), usage={})).boundary == ()


def test_domain_rule_09_the_days_are_those_of_the_projects_own_zone() -> None:
    there = Coverage(FIRST_DAY, None, NOW, "America/Los_Angeles")
    counted = scopes(amplitude=scope(Source.AMPLITUDE, coverage=(there,)))
    begins, ends = period(snapshot(scopes=counted)).boundary
    assert begins == (
        "In UTC the period begins at another hour than the days of America/Los_Angeles: the last 7 h of 2026-09-30 belong "
        "here and count in the period before. That day has 0 calls."
    )
    assert "the last 7 h of 2026-10-31 count here" in ends
    assert period(snapshot(account=account(time_zone="America/Los_Angeles"), scopes=counted)).boundary == ()


def test_domain_rule_10_a_start_inside_the_period_is_prorated_and_rated_by_its_own_version() -> None:
    fee = rate("0", kind="flat", metric="", component="fee", item_id="5", amount_minor=3_100)
    started = account(
        active_from=date(2026, 10, 17),
        rates=(fee, rate("0.01", valid_to=date(2026, 10, 20)), rate("0.02", valid_from=date(2026, 10, 20))),
    )
    usage = {"api_calls": series({date(2026, 10, 16): 50, date(2026, 10, 18): 100, date(2026, 10, 20): 100})}
    assert figures(snapshot(account=started, usage=usage))[0] == 1_500 + 100 + 200


def test_domain_rule_11_several_invoices_for_one_period_and_one_for_several() -> None:
    first = made_of(line(6_000, date(2026, 10, 15)), identity="7", number="INV-1", issued_on=date(2026, 10, 16))
    rest = made_of(
        line(4_000, date(2026, 10, 31)),
        line(500, date(2026, 9, 30), line_id="2"),
        identity="8",
        number="INV-2",
    )
    usage = {"api_calls": series({date(2026, 9, 10): 500, date(2026, 10, 10): 10_000})}
    one = snapshot(documents=(first, rest), usage=usage)
    assert figures(one) == (10_000, 10_000, 0, "matched")
    assert figures(one, date(2026, 9, 1)) == (500, 500, 0, "matched")
