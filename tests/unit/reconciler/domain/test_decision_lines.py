"""Decisions on the timeline: one line for each, and one when it no longer holds."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from tests.unit.reconciler.builders import NOW, decision, invoice, scopes, snapshot

from reconciler.domain.decision import Decision
from reconciler.domain.decision_lines import decided
from reconciler.domain.entry import Entry
from reconciler.domain.memo import Memo, memo_of
from reconciler.domain.policy import Policy
from reconciler.domain.reconcile import reconcile
from reconciler.domain.result import Reconciliation
from reconciler.domain.timeline import entries
from trueup_billing import Source


def result(*decisions: Decision, billed: int = 10_700, days: int = 0) -> Reconciliation:
    later = NOW + timedelta(days=days)
    one = snapshot(decisions=decisions, documents=(invoice(billed),), scopes=scopes(later))
    return reconcile(one, Policy(), later)


def lapsed(former: Memo | None, now: Reconciliation) -> list[Entry]:
    return [entry for entry in entries(former, now, Policy(), 7) if entry.kind == "decision_lapsed"]


@pytest.mark.parametrize(
    ("one", "title"),
    [
        (decision(), "October 2026: resolved by Ana Lima"),
        (decision("snooze", until=date(2026, 12, 5)), "October 2026: snoozed by Ana Lima until 2026-12-05"),
        (decision("snooze"), "October 2026: snoozed by Ana Lima until its figures move"),
        (decision("review"), "October 2026: marked as reviewed by Ana Lima"),
        (decision("sign_off"), "October 2026: signed off by Ana Lima"),
        (decision("undo", undoes="dc_0"), "October 2026: decision undone by Ana Lima"),
        (decision("undo"), "October 2026: automatic resolution undone by Ana Lima"),
        (
            decision("accept_partial", period_start=None, source=Source.QUICKBOOKS, seen=None),
            "Incomplete QuickBooks data accepted by Ana Lima",
        ),
        (
            decision("undo", period_start=None, undoes="dc_0", seen=None),
            "Acceptance of incomplete data undone by Ana Lima",
        ),
    ],
)
def test_each_decision_has_its_line(one: Decision, title: str) -> None:
    assert decided(one).title == title


def test_it_names_the_rules_and_the_figures_that_were_seen() -> None:
    entry = decided(decision(reason="agreed"))
    assert entry.occurred_at == NOW
    assert (entry.data["expected_minor"], entry.data["billed_minor"]) == (10_000, 10_700)
    assert (entry.data["reason"], entry.data["policy_version"]) == ("agreed", 1)


def test_a_moved_figure_is_told_once_with_both_figures() -> None:
    before, now = memo_of(result(decision())), result(decision(), billed=11_000)
    [entry] = lapsed(before, now)
    assert entry.title == "October 2026: open again, its figures are others than those that Ana Lima saw"
    assert (entry.data["former_billed_minor"], entry.data["billed_minor"]) == (10_700, 11_000)
    assert lapsed(memo_of(now), now) == []


def test_the_end_of_a_snooze_is_told() -> None:
    snooze = decision("snooze", until=date(2026, 11, 24))
    [entry] = lapsed(memo_of(result(snooze)), result(snooze, days=1))
    assert entry.after == "snooze_over"


def test_a_signed_off_month_is_told_of_each_time_that_it_moves() -> None:
    signed = decision("sign_off")
    former: Memo | None = None
    told = []
    for billed in (10_700, 11_000, 11_000, 11_500, 10_700):
        now = result(signed, billed=billed)
        told += [entry.data["billed_minor"] for entry in lapsed(former, now)]
        former = memo_of(now)
    assert told == [11_000, 11_500]


def test_an_old_memo_says_nothing_of_decisions() -> None:
    old: dict[str, Any] = {"invoices": {}, "payments": {}, "bands": {}, "sources": {}}
    assert Memo(**old).lapsed == {}
