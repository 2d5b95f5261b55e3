"""Rules 12, 16, 17 and 28 to 30 of reconciliation: what was known when, what is missing, and what is foretold."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from tests.unit.reconciler.builders import (
    FIRST_DAY,
    NOW,
    account,
    decision,
    gap,
    invoice,
    payment,
    rate,
    scope,
    scopes,
    series,
    snapshot,
)

from reconciler.adapters.detail import forecast as shown
from reconciler.domain.findings import findings
from reconciler.domain.memo import memo_of
from reconciler.domain.policy import Policy
from reconciler.domain.reconcile import reconcile
from reconciler.domain.result import PeriodResult, Reconciliation
from reconciler.domain.snapshot import Coverage, Line, Snapshot
from reconciler.domain.timeline import entries
from trueup_billing import Source

OCTOBER = date(2026, 10, 1)
EACH_DAY = {FIRST_DAY + timedelta(days=offset): 100 for offset in range((NOW.date() - FIRST_DAY).days)}


def decide(one: Snapshot, now: datetime = NOW, policy: Policy | None = None) -> Reconciliation:
    return reconcile(one, policy or Policy(), now)


def october(one: Snapshot) -> PeriodResult:
    return next(found for found in decide(one).periods if found.period.start == OCTOBER)


def test_domain_rule_12_the_timeline_says_when_it_happened_and_the_decision_when_it_was_learned() -> None:
    paid = payment(occurred_at=datetime(2026, 10, 2, tzinfo=UTC))
    before, after = decide(snapshot()), decide(snapshot(payments=(paid,)))
    [told] = [one for one in entries(memo_of(before), after, Policy(), 2) if one.kind == "payment"]
    assert told.occurred_at == datetime(2026, 10, 2, tzinfo=UTC)
    assert after.now == NOW


def test_domain_rule_12_a_signed_off_period_keeps_its_figures_and_says_that_they_moved() -> None:
    signed = decision("sign_off", seen=(10_000, 10_000))
    assert october(snapshot(decisions=(signed,))).mark == "signed_off"
    late = snapshot(decisions=(signed,), usage={"api_calls": series({date(2026, 10, 10): 10_001})})
    moved = october(late)
    assert (moved.mark, moved.expected_minor) == ("changed", 10_001)
    assert moved.sign_off is not None
    assert moved.sign_off.decision.figures is not None
    assert moved.sign_off.decision.figures.expected_minor == 10_000


@pytest.mark.parametrize(("state", "listed"), [("void", ["void"]), ("deleted", [])])
def test_domain_rule_16_void_and_deleted_are_two_things_and_neither_is_an_invoice_of_nothing(
    state: Any, listed: list[str]
) -> None:
    result = decide(snapshot(documents=(invoice(0, state=state),)))
    assert [one.status for one in result.invoices] == listed
    assert october(snapshot(documents=(invoice(0, state=state),))).band == "missing_invoice"
    again = (invoice(0, state=state), invoice(identity="8", number="INV-2"))
    assert october(snapshot(documents=again)).band == "matched"


def test_domain_rule_16_an_invoice_of_zero_stands() -> None:
    assert october(snapshot(documents=(invoice(0),))).band == "under_billed"


HOLES = [
    scopes(amplitude=scope(Source.AMPLITUDE, incomplete_reason="truncated")),
    scopes(quickbooks=scope(Source.QUICKBOOKS, gaps=gap("quickbooks:41"))),
    scopes(stripe=scope(Source.STRIPE, as_of=None)),
    scopes(stripe=scope(Source.STRIPE, as_of=NOW - timedelta(hours=25))),
]


@pytest.mark.parametrize("missing", HOLES)
def test_domain_rule_17_what_is_not_whole_gets_no_green_and_its_gap_is_named(missing: Any) -> None:
    result = decide(snapshot(scopes=missing))
    assert {one.band for one in result.periods if one.due} == {"cannot_judge"}
    assert {one.variance_minor for one in result.periods} == {None}
    assert not result.auto_reconciled
    [told] = findings(result)
    assert any(word in told.text for word in ("only partly read", "never read completely", "not been read"))


def test_domain_rule_17_partial_usage_is_not_foretold_from_nor_resolved_by_rule() -> None:
    small = invoice(10_100)
    assert october(snapshot(documents=(small,))).band == "auto_resolved"
    holes = snapshot(documents=(small,), scopes=HOLES[0], usage={"api_calls": series(EACH_DAY)})
    assert decide(holes).forecast.status == "cannot_judge"
    assert october(holes).band == "cannot_judge"


def test_domain_rule_17_a_gap_concerns_only_whom_it_names() -> None:
    other = scopes(quickbooks=scope(Source.QUICKBOOKS, gaps=gap("quickbooks:42")))
    assert october(snapshot(scopes=other)).band == "matched"


def test_domain_rule_28_the_rule_signs_with_its_version_and_its_numbers() -> None:
    result = decide(snapshot(documents=(invoice(10_150),)), policy=Policy(version=4))
    [told] = [one for one in entries(None, result, Policy(version=4), 1) if one.kind == "auto_resolved"]
    assert told.source == "trueup"
    assert {name: told.data[name] for name in ("policy_version", "expected_minor", "billed_minor", "percent")} == {
        "policy_version": 4,
        "expected_minor": 10_000,
        "billed_minor": 10_150,
        "percent": "1.50",
    }


def test_domain_rule_28_it_can_be_taken_back_and_opens_again_beyond_its_band() -> None:
    resolved = snapshot(documents=(invoice(10_150),))
    undo = decision("undo", undoes=None, seen=None)
    assert october(resolved).band == "auto_resolved"
    assert october(replace(resolved, decisions=(undo,))).band == "needs_review"
    assert october(replace(resolved, documents=(invoice(10_600),))).flagged


def foretold(usage: dict[date, int], **more: Any) -> Any:
    return decide(snapshot(usage={"api_calls": series(usage)}, **more)).forecast


def test_domain_rule_29_three_complete_months_are_needed() -> None:
    assert foretold(EACH_DAY).status == "ok"
    short = scopes(amplitude=scope(Source.AMPLITUDE, coverage=(Coverage(date(2026, 8, 2), None, NOW),)))
    assert foretold(EACH_DAY, scopes=short).status == "not_enough_history"


def test_domain_rule_29_the_day_that_runs_is_projected_and_nothing_is_negative() -> None:
    assert foretold(EACH_DAY | {NOW.date(): 10**6}).amount_minor == 92 * 100
    stopped = {day: 100 for day in EACH_DAY if day < date(2026, 9, 1)}
    [one] = foretold(stopped).metrics
    assert one.slope < 0
    assert (one.low, one.projected) == (0, 0)


def test_domain_rule_29_one_off_lines_and_credits_are_left_out_by_name() -> None:
    setup = Line("2", "item", 99_999, date(2026, 10, 31), "77", "Set-up")
    found = foretold(EACH_DAY, documents=(invoice(lines=(setup,)),))
    assert found.amount_minor == 92 * 100
    assert [(one.code, one.what) for one in found.excluded] == [("one_off_line", "Set-up")]


def test_domain_rule_29_gauges_and_ended_contracts_stop() -> None:
    assert foretold(EACH_DAY, month_metrics=frozenset({"api_calls"})).status == "nothing_to_project"
    assert foretold(EACH_DAY, account=account(active_to=date(2026, 11, 1))).status == "ended"
    ends = foretold(EACH_DAY, account=account(active_to=date(2026, 12, 1)))
    assert ends.amount_minor == 61 * 100
    assert [one.projected for one in ends.metrics] == [61 * 100]


def test_domain_rule_30_days_without_usage_count_as_days() -> None:
    every_second = {day: value for day, value in EACH_DAY.items() if day.toordinal() % 2}
    [one] = foretold(every_second).metrics
    assert one.line.points == 114
    assert abs(one.projected - 46 * 100) <= 300


def test_domain_rule_30_the_day_is_that_of_the_accounts_zone() -> None:
    last = datetime(2026, 12, 31, 20, tzinfo=UTC)
    whole = scopes(last)
    here, there = (
        decide(snapshot(scopes=whole, account=account(time_zone=zone)), last).forecast.quarter
        for zone in ("UTC", "Asia/Tokyo")
    )
    assert (here.start, there.start) == (date(2026, 10, 1), date(2027, 1, 1))


def test_domain_rule_30_method_inputs_and_version_are_stored_with_the_figure() -> None:
    stored = shown(foretold(EACH_DAY, account=account(rates=(rate(),))))
    assert stored["method"] == "linear least squares"
    assert stored["version"] == 2
    assert stored["priced_by"] == "rate_card"
    [metric] = stored["metrics"]
    inputs = {name: metric[name] for name in ("from_day", "to_day", "days_used", "slope", "intercept")}
    assert inputs == {
        "from_day": "2026-08-01",
        "to_day": "2026-11-22",
        "days_used": 114,
        "slope": "0",
        "intercept": "100",
    }
