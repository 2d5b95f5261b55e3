"""Nothing new is resolved by rule on a source that is stale, or by a replay."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.unit.reconciler.builders import NOW, decision, invoice, scope, scopes, snapshot

from reconciler.domain.memo import memo_of
from reconciler.domain.policy import Policy
from reconciler.domain.reconcile import reconcile
from reconciler.domain.result import PeriodResult, Reconciliation
from reconciler.domain.snapshot import Snapshot
from reconciler.ports.decisions import Claimed, State
from reconciler.settings import Policies
from trueup_billing import Source

OCTOBER = date(2026, 10, 1)
STALE = {Source.AMPLITUDE: timedelta(minutes=30), Source.QUICKBOOKS: timedelta(minutes=15)}


def one_percent(source: Source | None = None, age: timedelta = timedelta(0)) -> Snapshot:
    """October billed 1 % too much; one source was last read so long ago."""
    changed = {} if source is None else {source.value: scope(source, as_of=NOW - age)}
    return snapshot(documents=(invoice(10_100),), scopes=scopes(**changed))


def october(result: Reconciliation) -> PeriodResult:
    return next(period for period in result.periods if period.period.start == OCTOBER)


@pytest.mark.parametrize("source", [Source.AMPLITUDE, Source.QUICKBOOKS])
def test_a_month_that_another_source_moves_is_not_resolved_on_a_stale_one(source: Source) -> None:
    fresh = reconcile(one_percent(source, STALE[source]), Policy(), NOW)
    assert october(fresh).band == "auto_resolved"
    stale = reconcile(one_percent(source, STALE[source] + timedelta(seconds=1)), Policy(), NOW)
    assert (october(stale).band, october(stale).rule_held) == ("within_tolerance", True)
    assert stale.recheck_at == NOW + timedelta(minutes=1)


def test_what_was_resolved_before_stays_so_on_a_stale_source() -> None:
    known = replace(one_percent(Source.QUICKBOOKS, timedelta(hours=2)), resolved=frozenset({OCTOBER}))
    result = reconcile(known, Policy(), NOW)
    assert (october(result).band, october(result).rule_held) == ("auto_resolved", False)
    assert result.recheck_at > NOW + timedelta(hours=1)


def test_what_a_person_took_back_from_the_rule_stays_so_on_a_stale_source() -> None:
    undone = replace(one_percent(Source.QUICKBOOKS, timedelta(hours=2)), decisions=(decision("undo", seen=None),))
    assert october(reconcile(undone, Policy(), NOW)).band == "needs_review"


def test_a_replay_resolves_nothing_new() -> None:
    policy = Policy(resolves_anew=False)
    assert october(reconcile(one_percent(), policy, NOW)).band == "within_tolerance"
    known = replace(one_percent(), resolved=frozenset({OCTOBER}))
    assert october(reconcile(known, policy, NOW)).band == "auto_resolved"


def test_the_last_decision_says_what_the_rule_had_resolved() -> None:
    memo = memo_of(reconcile(one_percent(), Policy(), NOW))
    assert Claimed(one_percent(), State(memo=memo), None).known().resolved == {OCTOBER}
    assert Claimed(one_percent(), State(), None).known().resolved == frozenset()


def test_the_service_and_the_rules_agree_on_what_is_stale() -> None:
    assert dict(Policies().policy().stale_after) == dict(Policy().stale_after)
