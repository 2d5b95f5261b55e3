"""The whole decision: periods, zones, currencies, and that neither order nor noise changes it."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
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

from reconciler.domain.policy import Policy
from reconciler.domain.reconcile import reconcile
from reconciler.domain.result import PeriodResult, Reconciliation
from reconciler.domain.snapshot import Snapshot
from trueup_billing import Source


def decide(one: Snapshot, now: datetime = NOW) -> Reconciliation:
    return reconcile(one, Policy(), now)


def month(result: Reconciliation, start: date) -> PeriodResult:
    return next(period for period in result.periods if period.period.start == start)


def test_periods_run_from_the_coverage_to_the_current_month() -> None:
    result = decide(snapshot())
    assert [period.period.start.month for period in result.periods] == [5, 6, 7, 8, 9, 10, 11]
    assert [period.due for period in result.periods] == [True] * 6 + [False]
    assert result.periods[-1].band == "not_due"


def test_a_month_that_is_covered_in_part_is_left_out() -> None:
    coverage = scope(Source.AMPLITUDE).coverage[0]
    late = scope(Source.AMPLITUDE, coverage=(replace(coverage, from_day=date(2026, 6, 2)),))
    assert decide(snapshot(scopes=scopes(amplitude=late))).periods[0].period.start == date(2026, 7, 1)


def test_only_active_months_are_reconciled() -> None:
    bounded = account(active_from=date(2026, 8, 15), active_to=date(2026, 10, 1))
    starts = [period.period.start.month for period in decide(snapshot(account=bounded)).periods]
    assert starts == [8, 9]
    assert not decide(snapshot(account=bounded)).active


def test_today_is_the_accounts_own_day() -> None:
    midnight = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)
    there = replace(snapshot(), scopes=scopes(midnight))
    here, tokyo = decide(there, midnight), decide(replace(there, account=account(time_zone="Asia/Tokyo")), midnight)
    assert (here.today, tokyo.today) == (date(2026, 10, 31), date(2026, 11, 1))
    assert (month(here, date(2026, 10, 1)).band, month(tokyo, date(2026, 10, 1)).due) == ("not_due", True)
    unknown = account(time_zone="Mars/Olympus")
    assert decide(replace(there, account=unknown), midnight).today == here.today


def test_it_is_looked_at_again_at_midnight_or_when_a_source_expires() -> None:
    assert decide(snapshot()).recheck_at == datetime(2026, 11, 24, tzinfo=UTC)
    zone = account(time_zone="America/New_York")
    assert decide(snapshot(account=zone)).recheck_at == datetime(2026, 11, 24, 5, tzinfo=UTC)
    old = NOW - timedelta(hours=23)
    expiring = snapshot(scopes=scopes(stripe=scope(Source.STRIPE, as_of=old)))
    assert decide(expiring).recheck_at == old + timedelta(hours=24, microseconds=1)


@pytest.mark.parametrize("source", list(Source))
def test_an_unlinked_account_shows_no_figures(source: Source) -> None:
    result = decide(snapshot(links=links(without=source)))
    assert result.row is not None
    assert (result.row.band, result.row.expected_minor, result.row.billed_minor) == ("cannot_judge", None, None)
    assert result.row.period.start == date(2026, 10, 1)
    assert not result.flagged
    assert not result.auto_reconciled
    assert bool(result.usage_mtd) == (source is not Source.AMPLITUDE)


def test_currencies_never_meet() -> None:
    euros = invoice(currency="EUR")
    result = decide(snapshot(documents=(euros,)))
    october = month(result, date(2026, 10, 1))
    assert (october.band, october.variance_minor, october.percent) == ("cannot_judge", None, None)
    assert [reason.code for reason in october.reasons] == ["currency_mismatch"]
    assert month(result, date(2026, 9, 1)).band == "no_activity"
    two = account(rates=(rate(), rate(metric="messages_sent", currency="EUR")))
    messages = scope(Source.AMPLITUDE, scope="usage|messages_sent|0")
    both = decide(snapshot(account=two, scopes=(*scopes(), messages)))
    assert {period.band for period in both.periods if period.due} == {"cannot_judge"}


def test_month_to_date_counts_the_current_month_and_knows_zero() -> None:
    usage = {"api_calls": series({date(2026, 10, 31): 5, date(2026, 11, 1): 7, date(2026, 11, 23): 1})}
    assert decide(snapshot(usage=usage)).usage_mtd == {"api_calls": (Fraction(8), "calls")}
    assert decide(snapshot(usage={})).usage_mtd == {"api_calls": (Fraction(0), "calls")}


def test_a_day_without_usage_is_drawn_as_zero() -> None:
    days = {NOW.date() - timedelta(days=back): 7 for back in (0, 2)}
    [trend] = decide(snapshot(usage={"api_calls": series(days)})).trends
    assert trend.values[-4:] == (0, 7, 0, 7)


def test_payments_leave_out_mirrors_and_credit() -> None:
    ledger = payment("quickbooks:payment:9", link_keys={"reference": "pi_1"})
    cash = payment("quickbooks:payment:10", link_keys={"reference": "cheque 17"})
    listed = decide(snapshot(payments=(payment(), gateway_invoice(), ledger, cash))).payments
    assert {one.object_id for one in listed} == {"stripe:payment:pi_1", "quickbooks:payment:10"}


def test_of_the_states_of_a_payment_only_deleted_hides_it() -> None:
    states = ("canceled", "deleted", "failed", "processing", "succeeded")
    given = tuple(payment(f"stripe:payment:{state}", status=state) for state in states)
    assert {one.status for one in decide(snapshot(payments=given)).payments} == {*states} - {"deleted"}


def test_auto_reconciled_means_every_month_came_out() -> None:
    assert decide(snapshot()).auto_reconciled
    assert not decide(snapshot(documents=(invoice(20_000),))).auto_reconciled


@given(seed=st.integers(0, 2**32))
def test_the_order_of_facts_changes_nothing(seed: int) -> None:
    documents = [invoice(1_000 * number, identity=str(number), number=f"I{number}") for number in range(1, 6)]
    payments = [payment(f"stripe:payment:pi_{number}", gateway_invoice_id="in_1") for number in range(4)]
    one = snapshot(documents=tuple(documents), payments=(*payments, gateway_invoice()))
    turn = random.Random(seed)
    shuffled = replace(
        one,
        documents=tuple(turn.sample(one.documents, len(one.documents))),
        payments=tuple(turn.sample(one.payments, len(one.payments))),
        scopes=tuple(turn.sample(one.scopes, len(one.scopes))),
    )
    first, second = decide(one), decide(shuffled)
    same = {name: getattr(first, name) for name in first.__slots__ if name != "snapshot"}
    assert same == {name: getattr(second, name) for name in second.__slots__ if name != "snapshot"}


@given(expected=st.integers(0, 10**9), billed=st.integers(0, 10**9))
def test_variance_is_billed_minus_expected_to_the_cent(expected: int, billed: int) -> None:
    one = snapshot(
        usage={"api_calls": series({date(2026, 10, 10): expected})},
        documents=(invoice(billed),),
    )
    october = month(decide(one), date(2026, 10, 1))
    assert october.variance_minor == billed - expected
