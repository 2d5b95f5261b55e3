"""Missing is never 0: every hole has its reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.unit.reconciler.builders import (
    AMPLITUDE,
    FIRST_DAY,
    NOW,
    QUICKBOOKS,
    account,
    gap,
    links,
    rate,
    scope,
    scopes,
    series,
    snapshot,
)

from reconciler.domain.completeness import assess, coverage_start, expires_at
from reconciler.domain.policy import Policy
from reconciler.domain.snapshot import Coverage, DeadLetter, Scope, Snapshot
from trueup_billing import Source


def codes(one: Snapshot) -> list[tuple[str, str | None]]:
    return [(reason.code, reason.source) for reason in assess(one, Policy(), NOW).reasons]


def test_complete_sources_can_be_judged() -> None:
    found = assess(snapshot(), Policy(), NOW)
    assert found.can_judge
    assert [found.state(source) for source in Source] == ["complete"] * 3
    assert [one.key for one in found.scopes] == [
        "amplitude|usage|api_calls|0",
        "quickbooks|documents",
        "stripe|billing",
    ]


@pytest.mark.parametrize("source", list(Source))
def test_a_source_without_customer_is_unlinked(source: Source) -> None:
    assert codes(snapshot(links=links(without=source))) == [("unlinked", source)]


@pytest.mark.parametrize("source", list(Source))
def test_a_source_that_was_never_complete(source: Source) -> None:
    never = scope(source, as_of=None, coverage=(), incomplete_reason="never_complete")
    assert codes(snapshot(scopes=scopes(**{source.value: never}))) == [("never_complete", source)]
    without = tuple(one for one in scopes() if one.source != source)
    assert codes(snapshot(scopes=without)) == [("never_complete", source)]


@pytest.mark.parametrize("reason", ["truncated", "incomplete_answer"])
@pytest.mark.parametrize("source", list(Source))
def test_an_answer_with_holes_makes_partial(source: Source, reason: str) -> None:
    holed = scope(source, incomplete_reason=reason)
    assert codes(snapshot(scopes=scopes(**{source.value: holed}))) == [("partial", source)]


def test_a_failed_pull_only_lets_the_former_state_age() -> None:
    failed = scope(Source.STRIPE, incomplete_reason="provider_error")
    assert codes(snapshot(scopes=scopes(stripe=failed))) == []


def test_a_gap_concerns_only_the_customer_that_it_names() -> None:
    mine = scope(Source.QUICKBOOKS, gaps=gap(QUICKBOOKS))
    assert codes(snapshot(scopes=scopes(quickbooks=mine))) == [("partial", Source.QUICKBOOKS)]
    other = scope(Source.QUICKBOOKS, gaps=gap("quickbooks:999"))
    assert codes(snapshot(scopes=scopes(quickbooks=other))) == []


def test_a_dead_letter_makes_its_ref_or_its_source_partial() -> None:
    assert codes(snapshot(dead_letters=(DeadLetter(Source.AMPLITUDE, AMPLITUDE),))) == [("partial", Source.AMPLITUDE)]
    assert codes(snapshot(dead_letters=(DeadLetter(Source.STRIPE, None),))) == [("partial", Source.STRIPE)]
    assert codes(snapshot(dead_letters=(DeadLetter(Source.STRIPE, "stripe:cus_9"),))) == []


def test_stale_means_older_than_a_day() -> None:
    day = timedelta(hours=24)
    assert codes(snapshot(scopes=scopes(NOW - day))) == []
    old = scope(Source.QUICKBOOKS, as_of=NOW - day - timedelta(microseconds=1))
    assert codes(snapshot(scopes=scopes(quickbooks=old))) == [("stale", Source.QUICKBOOKS)]


def test_without_rates_nothing_is_judged() -> None:
    assert codes(snapshot(account=account(rates=()))) == [("no_rate_card", None)]


def test_every_rated_metric_needs_a_scope_that_covers_the_ref() -> None:
    two = account(rates=(rate(), rate(metric="messages_sent")))
    assert codes(snapshot(account=two)) == [("never_complete", Source.AMPLITUDE)]
    messages = scope(Source.AMPLITUDE, scope="usage|messages_sent|3", refs=frozenset({AMPLITUDE}))
    assert codes(snapshot(account=two, scopes=(*scopes(), messages))) == []
    stranger = replace(messages, refs=frozenset({"amplitude:acct_2"}))
    assert codes(snapshot(account=two, scopes=(*scopes(), stranger))) == [("never_complete", Source.AMPLITUDE)]


def test_scopes_of_other_metrics_do_not_matter() -> None:
    other = Scope(Source.AMPLITUDE, "usage|storage_gb_hours|0", None, incomplete_reason="truncated")
    assert codes(snapshot(scopes=(*scopes(), other))) == []


def test_coverage_begins_where_every_metric_is_covered() -> None:
    later = scope(Source.AMPLITUDE, scope="usage|messages_sent|0", coverage=(Coverage(date(2026, 7, 1), None, NOW),))
    both = snapshot(account=account(rates=(rate(), rate(metric="messages_sent"))), scopes=(*scopes(), later))
    found = assess(both, Policy(), NOW)
    assert coverage_start(found, ("api_calls", "messages_sent")) == date(2026, 7, 1)
    assert coverage_start(found, ("api_calls", "unknown")) is None


def test_it_says_when_it_will_expire() -> None:
    found = assess(snapshot(), Policy(), NOW)
    assert expires_at(found, Policy(), NOW) == NOW + timedelta(hours=24, microseconds=1)
    after = NOW + timedelta(hours=24, microseconds=1)
    assert codes(snapshot(scopes=scopes())) == []
    assert {reason.code for reason in assess(snapshot(), Policy(), after).reasons} == {"stale"}


@pytest.mark.parametrize(
    ("name", "metric"), [("usage|api_calls|0", "api_calls"), ("usage", None), ("documents", None), ("billing|eu", None)]
)
def test_only_a_scope_of_usage_has_a_metric(name: str, metric: str | None) -> None:
    assert scope(Source.AMPLITUDE, scope=name).metric == metric


def test_a_metric_that_nobody_reads_any_more_is_needed_by_the_rate_card_only() -> None:
    gone = replace(scope(Source.AMPLITUDE), scope="usage|storage|0", as_of=None, coverage=(), retired=True)
    usage = {"api_calls": series({FIRST_DAY: 1}), "storage": series({FIRST_DAY: 1}, metric="storage")}
    unrated = snapshot(account=account(rates=()), usage=usage, scopes=(*scopes(), gone))
    assert codes(unrated) == [("no_rate_card", None)]
    assert codes(replace(unrated, scopes=(*scopes(), replace(gone, retired=False)))) == [
        ("never_complete", Source.AMPLITUDE),
        ("no_rate_card", None),
    ]
    rated = replace(unrated, account=account(rates=(rate(), rate(metric="storage", component="gb", item_id="2"))))
    assert codes(rated) == [("never_complete", Source.AMPLITUDE)]
