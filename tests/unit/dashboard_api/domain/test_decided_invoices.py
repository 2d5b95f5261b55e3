"""Deciding about an invoice that is paid in one system and open in the other."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from dashboard_api.domain.decision_payload import told_apart_of
from dashboard_api.domain.decisions import Kind, Look, Reason, ToldApart, Wish, about_source, why_not
from dashboard_api.domain.retries import Source

DOCUMENT = "quickbooks:invoice:7"
OPEN = ToldApart("INV-1", 0, 10_000, mark=None)
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def look(one: ToldApart = OPEN, *, stripe: str = "complete", amplitude: str = "complete", **more: Any) -> Look:
    given: dict[str, Any] = {
        "client_id": "a",
        "revision": 3,
        "policy_version": 1,
        "today": date(2026, 11, 23),
        "months": {},
        "gaps": {},
        "sources": [Source("stripe", stripe, NOW), Source("amplitude", amplitude, NOW)],
        "told_apart": {DOCUMENT: one},
    } | more
    return Look(**given)


def wish(kind: Kind, **more: Any) -> Wish:
    return Wish(kind, 3, **({"document_id": DOCUMENT} | more))


@pytest.mark.parametrize("kind", [Kind.RESOLVE, Kind.SNOOZE, Kind.REVIEW])
def test_it_can_be_decided_while_the_two_differ(kind: Kind) -> None:
    assert why_not(look(), wish(kind)) is None
    assert why_not(look(told_apart={}), wish(kind)) is Reason.GONE
    assert why_not(look(travelling=frozenset({DOCUMENT})), wish(kind)) is Reason.APPLYING
    assert why_not(look(travelling=frozenset({date(2026, 10, 1), "stripe"})), wish(kind)) is None
    assert about_source(look(), wish(kind)) is None


def test_settling_rests_on_what_is_fresh_and_whole() -> None:
    assert why_not(look(stripe="stale"), wish(Kind.RESOLVE)) is Reason.SOURCE_STALE
    assert why_not(look(stripe="partial"), wish(Kind.RESOLVE)) is Reason.CANNOT_JUDGE
    # Usage says nothing about payments.
    assert why_not(look(amplitude="partial"), wish(Kind.RESOLVE)) is None
    for kind in (Kind.SNOOZE, Kind.REVIEW):
        assert why_not(look(stripe="stale"), wish(kind)) is None
        assert why_not(look(stripe="partial"), wish(kind)) is None


def test_nothing_is_decided_twice() -> None:
    assert why_not(look(replace(OPEN, mark="resolved")), wish(Kind.RESOLVE)) is Reason.ALREADY
    assert why_not(look(replace(OPEN, mark="resolved")), wish(Kind.REVIEW)) is None
    assert why_not(look(replace(OPEN, mark="reviewed")), wish(Kind.REVIEW)) is Reason.ALREADY
    assert why_not(look(replace(OPEN, mark="reviewed")), wish(Kind.RESOLVE)) is None


def test_only_what_stands_is_undone() -> None:
    standing = look(replace(OPEN, undoable="dc_1"))
    assert why_not(standing, wish(Kind.UNDO, undoes="dc_1")) is None
    assert why_not(standing, wish(Kind.UNDO, undoes="dc_2")) is Reason.NOTHING_TO_UNDO
    assert why_not(look(), wish(Kind.UNDO)) is Reason.NOTHING_TO_UNDO


def test_it_is_read_from_what_is_served() -> None:
    decided = {"state": "resolved", "decision": {"decision_id": "dc_1"}}
    one = {"document_id": DOCUMENT, "number": "INV-1", "ledger_minor": 0, "gateway_minor": 10_000}
    served: list[dict[str, Any]] = [
        {"code": "over_billed", "mark": None},
        {"code": "paid_in_one_system", "mark": "resolved", "invoice": {**one, "handling": decided}},
        {"code": "unapplied_credit", "mark": None, "invoice": None},
    ]
    assert told_apart_of(served) == {DOCUMENT: ToldApart("INV-1", 0, 10_000, "resolved", "dc_1")}
    assert told_apart_of(None) == {}
