"""What follows from people's decisions: purely, in whatever order and however often they are heard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.reconciler.builders import NOW, decision, gap, invoice, scope, scopes, snapshot

from reconciler.domain.decision import Decision, Kind, standing
from reconciler.domain.findings import findings, summary
from reconciler.domain.policy import Policy
from reconciler.domain.reconcile import reconcile
from reconciler.domain.result import PeriodResult, Reconciliation
from trueup_billing import Source

OCTOBER = date(2026, 10, 1)


def decided(*decisions: Decision, billed: int = 10_700, days: int = 0, **more: Any) -> Reconciliation:
    given: dict[str, Any] = {"documents": (invoice(billed),)} | more
    later = NOW + timedelta(days=days)
    given = {"scopes": scopes(later)} | given
    return reconcile(snapshot(decisions=decisions, **given), Policy(), later)


def october(result: Reconciliation) -> PeriodResult:
    return next(period for period in result.periods if period.period.start == OCTOBER)


def test_a_resolved_discrepancy_is_no_open_flag_but_still_told() -> None:
    result = decided(decision())
    assert (october(result).band, october(result).mark, result.flagged) == ("over_billed", "resolved", False)
    assert summary(result).endswith("more than used, resolved by Ana Lima")
    assert [one.mark for one in findings(result)] == ["resolved"]


def test_it_is_open_again_when_its_figures_move_by_the_smallest_unit() -> None:
    result = decided(decision(), billed=10_701)
    assert (october(result).mark, result.flagged) == (None, True)
    handling = october(result).handling
    assert handling is not None
    assert handling.ended == "figures_moved"


def test_another_month_is_not_touched() -> None:
    assert decided(decision(period_start=date(2026, 9, 1))).flagged


def test_undone_it_is_open_again() -> None:
    undo = decision("undo", 2, undoes="dc_1")
    assert decided(decision(), undo).flagged
    assert not decided(decision(), undo, decision(version=3)).flagged


def test_undoing_the_latest_brings_back_the_one_before() -> None:
    snooze, resolve, undo = decision("snooze"), decision(version=2), decision("undo", 3, undoes="dc_2")
    assert october(decided(snooze, resolve)).mark == "resolved"
    assert october(decided(snooze, resolve, undo)).mark == "snoozed"


def test_a_snooze_is_over_on_its_day_and_looked_at_by_then() -> None:
    snooze = decision("snooze", until=date(2026, 11, 24))
    sleeping = decided(snooze)
    assert (october(sleeping).mark, sleeping.flagged) == ("snoozed", False)
    assert sleeping.recheck_at <= NOW + timedelta(days=1)
    awake = decided(snooze, days=1)
    assert (october(awake).mark, awake.flagged) == (None, True)
    assert october(decided(decision("snooze"), days=1)).mark == "snoozed"


def test_a_reviewed_discrepancy_stays_an_open_flag() -> None:
    result = decided(decision("review"))
    assert (october(result).mark, result.flagged) == ("reviewed", True)


def test_what_the_rule_resolved_is_open_once_a_person_takes_it_back_and_stays_so() -> None:
    assert october(decided(billed=10_100)).band == "auto_resolved"
    undo = decision("undo", seen=(10_000, 10_100))
    for billed in (10_100, 10_110):
        result = decided(undo, billed=billed)
        assert (october(result).band, result.auto_reconciled) == ("needs_review", False)
    assert october(decided(undo, decision(version=2, seen=(10_000, 10_100)), billed=10_100)).settled
    assert october(decided(undo)).band == "over_billed"


def test_the_rule_opens_again_by_itself_when_its_inputs_move() -> None:
    assert [october(decided(billed=billed)).band for billed in (10_199, 10_200, 10_501)] == [
        "auto_resolved",
        "within_tolerance",
        "over_billed",
    ]


def test_a_sign_off_keeps_its_figures_and_says_when_they_move() -> None:
    signed = decision("sign_off")
    held, moved = october(decided(signed)), october(decided(signed, billed=11_000))
    assert (held.mark, held.flagged) == ("signed_off", False)
    assert (moved.mark, moved.flagged, moved.billed_minor) == ("changed", True, 11_000)
    assert moved.sign_off is not None
    assert moved.sign_off.decision.figures is not None
    assert moved.sign_off.decision.figures.billed_minor == 10_700
    again = decision("sign_off", 2, seen=(10_000, 11_000))
    assert october(decided(signed, again, billed=11_000)).mark == "signed_off"


def test_what_is_decided_after_a_change_counts_above_the_old_sign_off() -> None:
    signed, resolve = decision("sign_off"), decision(version=2, seen=(10_000, 11_000))
    assert october(decided(signed, resolve, billed=11_000)).mark == "resolved"
    assert october(decided(replace(signed, version=3), resolve, billed=11_000)).mark == "changed"


def test_nothing_is_said_of_figures_that_are_not_known() -> None:
    broken = scopes(quickbooks=scope(Source.QUICKBOOKS, gaps=gap("quickbooks:41")))
    result = decided(decision(), decision("sign_off", 2), scopes=broken, billed=9)
    month = october(result)
    assert (month.band, month.mark, result.flagged) == ("cannot_judge", "signed_off", False)
    assert month.handling is not None
    assert month.handling.ended is None


def test_the_row_shows_an_open_discrepancy_before_a_larger_settled_one() -> None:
    september = invoice(100, service=date(2026, 9, 30), identity="6", number="INV-0")
    documents = (invoice(15_000), september)
    assert (row := decided(documents=documents).row) is not None
    assert row.period.start == date(2026, 9, 1)
    quiet = decision(seen=(0, 100), period_start=date(2026, 9, 1))
    assert (row := decided(quiet, documents=documents).row) is not None
    assert row.period.start == OCTOBER


KINDS: st.SearchStrategy[Kind] = st.sampled_from(("resolve", "snooze", "review", "sign_off", "undo"))


@st.composite
def histories(draw: st.DrawFn) -> list[Decision]:
    """Decisions about one month on a few figures; undos name earlier ones, the rule, or nothing that there is."""
    made: list[Decision] = []
    for version in range(1, draw(st.integers(1, 8)) + 1):
        kind = draw(KINDS)
        undoes = draw(st.sampled_from([None, "dc_9", *(one.decision_id for one in made)])) if kind == "undo" else None
        billed = draw(st.sampled_from([10_100, 10_700, 11_000]))
        made.append(decision(kind, version, seen=(10_000, billed), undoes=undoes))
    return made


def _said(decisions: Sequence[Decision], billed: int) -> object:
    result = decided(*decisions, billed=billed)
    month = october(result)
    return month.band, month.mark, month.handling, month.sign_off, month.rule_undone, result.flagged


@given(histories(), st.data(), st.sampled_from([10_100, 10_700]))
def test_order_and_repetition_change_nothing(made: list[Decision], data: st.DataObject, billed: int) -> None:
    heard = data.draw(st.permutations([*made, *data.draw(st.lists(st.sampled_from(made), max_size=5))]))
    assert _said(heard, billed) == _said(made, billed)


@given(histories())
def test_an_undo_takes_back_that_one_and_no_other(made: list[Decision]) -> None:
    before = standing(made)
    for one in before:
        if one.kind != "undo":
            after = standing([*made, decision("undo", 99, undoes=one.decision_id)])
            assert [each.decision_id for each in after] == [
                each.decision_id for each in before if each.decision_id != one.decision_id
            ]


@pytest.mark.parametrize("kind", ["resolve", "snooze", "sign_off"])
@given(moved=st.integers(-3, 3))
def test_a_decision_holds_for_the_figures_seen_and_for_no_others(kind: Any, moved: int) -> None:
    assert october(decided(decision(kind), billed=10_700 + moved)).settled == (moved == 0)


def test_the_sentence_says_who_signed_off_and_that_the_figures_have_moved() -> None:
    signed = decision("sign_off", seen=(10_000, 10_700))
    assert summary(decided(signed)).endswith(", signed off by Ana Lima")
    assert summary(decided(signed, billed=10_800)).endswith(", changed since Ana Lima signed it off")
