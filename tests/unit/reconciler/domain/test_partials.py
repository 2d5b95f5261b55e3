"""A gap has a name; who accepts it accepts that gap and no other."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.unit.reconciler.builders import NOW, QUICKBOOKS, decision, gap, links, scope, scopes, snapshot

from reconciler.domain.completeness import Completeness, assess
from reconciler.domain.decision import Decision
from reconciler.domain.policy import Policy
from reconciler.domain.reconcile import reconcile
from reconciler.domain.snapshot import DeadLetter, Snapshot
from trueup_billing import Source

BROKEN = scopes(quickbooks=scope(Source.QUICKBOOKS, gaps=gap(QUICKBOOKS)))


def judged(*decisions: Decision, **more: Any) -> Completeness:
    given: dict[str, Any] = {"scopes": BROKEN} | more
    return assess(snapshot(decisions=decisions, **given), Policy(), NOW)


def acceptance(found: Completeness, version: int = 1) -> Decision:
    [partial] = found.partials
    return decision(
        "accept_partial", version, seen=None, period_start=None, source=partial.source, missing=partial.name
    )


def test_a_gap_is_named_and_stands_in_the_way() -> None:
    found = judged()
    assert [partial.parts for partial in found.partials] == [("quickbooks:41: unreadable_document",)]
    assert found.state(Source.QUICKBOOKS) == "partial"


def test_accepted_the_account_counts_again_and_the_gap_stays_told() -> None:
    found = judged(acceptance(judged()))
    assert found.can_judge
    assert [partial.accepted is not None for partial in found.partials] == [True]


def test_its_undo_takes_it_back() -> None:
    one = acceptance(judged())
    assert not judged(one, decision("undo", 2, seen=None, period_start=None, undoes=one.decision_id)).can_judge


def test_another_gap_is_not_accepted_by_it() -> None:
    one = acceptance(judged())
    worse = judged(one, dead_letters=(DeadLetter(Source.QUICKBOOKS, QUICKBOOKS),))
    assert worse.state(Source.QUICKBOOKS) == "partial"
    other = judged(one, scopes=scopes(stripe=scope(Source.STRIPE, gaps=gap("stripe:cus_1"))))
    assert other.state(Source.STRIPE) == "partial"


def test_other_reasons_are_not_accepted_by_it() -> None:
    one = acceptance(judged())
    old = scopes(quickbooks=scope(Source.QUICKBOOKS, gaps=gap(QUICKBOOKS), as_of=NOW - timedelta(hours=25)))
    assert judged(one, scopes=old).state(Source.QUICKBOOKS) == "stale"
    assert judged(one, links=links(without=Source.QUICKBOOKS)).state(Source.QUICKBOOKS) == "unlinked"


def test_an_accepted_gap_of_usage_counts_in_the_projection_again() -> None:
    def status(one: Snapshot) -> str:
        return reconcile(one, Policy(), NOW).forecast.status

    broken = scopes(amplitude=scope(Source.AMPLITUDE, gaps=gap("amplitude:acct_1")))
    one = snapshot(scopes=broken)
    assert status(one) == "cannot_judge"
    accepted = acceptance(assess(one, Policy(), NOW))
    assert status(snapshot(scopes=broken, decisions=(accepted,))) == "ok"
