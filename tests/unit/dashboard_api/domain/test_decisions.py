"""What stands against a decision, and the sentence for each."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from dashboard_api.domain.decision_payload import gaps_of, months_of
from dashboard_api.domain.decision_words import reason_text
from dashboard_api.domain.decisions import Gap, Kind, Look, Month, Reason, Wish, why_not
from dashboard_api.domain.retries import Source

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)
FLAGGED = Month("USD", 10_000, 10_700, "over_billed", due=True, mark=None)
GAP = Gap("name", None, alive=True)
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def look(month: Month = FLAGGED, *, stale: bool = False, **more: Any) -> Look:
    given: dict[str, Any] = {
        "client_id": "a",
        "revision": 3,
        "policy_version": 1,
        "today": NOW.date(),
        "months": {OCTOBER: month},
        "gaps": {"quickbooks": GAP},
        "sources": [Source("stripe", "stale" if stale else "complete", NOW)],
    } | more
    return Look(**given)


def wish(kind: Kind, **more: Any) -> Wish:
    return Wish(kind, 3, **({"period_start": OCTOBER} | more))


OF_MONTH = [Kind.RESOLVE, Kind.SNOOZE, Kind.REVIEW, Kind.SIGN_OFF]


@pytest.mark.parametrize("kind", OF_MONTH)
def test_an_open_discrepancy_can_be_decided(kind: Kind) -> None:
    assert why_not(look(), wish(kind)) is None
    assert why_not(look(), wish(kind, period_start=NOVEMBER)) is Reason.GONE
    assert why_not(look(replace(FLAGGED, due=False)), wish(kind)) is Reason.NOT_DUE
    assert why_not(look(replace(FLAGGED, band="not_due")), wish(kind)) is Reason.NOT_DUE
    assert why_not(look(travelling=frozenset({OCTOBER})), wish(kind)) is Reason.APPLYING
    assert why_not(look(travelling=frozenset({NOVEMBER, "quickbooks"})), wish(kind)) is None


@pytest.mark.parametrize(
    ("kind", "judged", "stale"),
    [
        (Kind.RESOLVE, Reason.CANNOT_JUDGE, Reason.SOURCE_STALE),
        (Kind.SIGN_OFF, Reason.CANNOT_JUDGE, Reason.SOURCE_STALE),
        (Kind.SNOOZE, Reason.CANNOT_JUDGE, None),
        (Kind.REVIEW, None, None),
    ],
)
def test_nothing_rests_on_what_is_missing_or_old(kind: Kind, judged: Reason | None, stale: Reason | None) -> None:
    assert why_not(look(replace(FLAGGED, band="cannot_judge")), wish(kind)) is judged
    assert why_not(look(stale=True), wish(kind)) is stale


@pytest.mark.parametrize(
    ("kind", "mark", "reason"),
    [
        (Kind.RESOLVE, "resolved", Reason.ALREADY),
        (Kind.RESOLVE, "signed_off", Reason.ALREADY),
        (Kind.RESOLVE, "snoozed", None),
        (Kind.RESOLVE, "changed", None),
        (Kind.SNOOZE, "resolved", Reason.ALREADY),
        (Kind.SNOOZE, "snoozed", None),
        (Kind.REVIEW, "reviewed", Reason.ALREADY),
        (Kind.REVIEW, "resolved", None),
        (Kind.SIGN_OFF, "signed_off", Reason.ALREADY),
        (Kind.SIGN_OFF, "changed", None),
        (Kind.SIGN_OFF, "resolved", None),
    ],
)
def test_what_is_decided_already(kind: Kind, mark: str, reason: Reason | None) -> None:
    assert why_not(look(replace(FLAGGED, mark=mark)), wish(kind)) is reason


def test_only_a_discrepancy_can_be_resolved_and_any_judged_month_signed_off() -> None:
    matched = look(replace(FLAGGED, band="matched"))
    assert why_not(matched, wish(Kind.RESOLVE)) is Reason.NOTHING_OPEN
    assert why_not(matched, wish(Kind.SNOOZE)) is Reason.NOTHING_OPEN
    assert why_not(matched, wish(Kind.SIGN_OFF)) is None


def test_a_gap_is_accepted_while_its_source_answers() -> None:
    accept = Wish(Kind.ACCEPT_PARTIAL, 3, source="quickbooks")
    assert why_not(look(stale=True), accept) is None
    assert why_not(look(gaps={}), accept) is Reason.NOT_PARTIAL
    assert why_not(look(gaps={"quickbooks": replace(GAP, accepted="dc_1")}), accept) is Reason.ALREADY
    assert why_not(look(gaps={"quickbooks": replace(GAP, alive=False)}), accept) is Reason.SOURCE_STALE
    assert why_not(look(travelling=frozenset({"quickbooks"})), accept) is Reason.APPLYING


def test_what_stands_can_be_undone_whatever_the_sources_say() -> None:
    month = replace(FLAGGED, band="cannot_judge", undoable=frozenset({"dc_1"}))
    undo = wish(Kind.UNDO, undoes="dc_1")
    assert why_not(look(month, stale=True), undo) is None
    assert why_not(look(month), wish(Kind.UNDO, undoes="dc_2")) is Reason.NOTHING_TO_UNDO
    assert why_not(look(month), wish(Kind.UNDO)) is Reason.NOTHING_TO_UNDO
    assert why_not(look(replace(FLAGGED, band="auto_resolved")), wish(Kind.UNDO)) is None
    accepted = {"quickbooks": replace(GAP, accepted="dc_7")}
    of_gap = Wish(Kind.UNDO, 3, undoes="dc_7")
    assert why_not(look(gaps=accepted), of_gap) is None
    assert why_not(look(gaps=accepted, travelling=frozenset({"quickbooks"})), of_gap) is Reason.APPLYING
    assert why_not(look(), of_gap) is Reason.NOTHING_TO_UNDO


def test_rows_from_before_there_were_decisions_tell_of_none() -> None:
    old = {"period": {"start": "2026-10-01"}, "currency": "USD", "expected_minor": 1, "billed_minor": 2, "due": True}
    [month] = months_of([old | {"band": "matched"}]).values()
    assert (month.mark, month.undoable) == (None, frozenset())
    assert gaps_of(None, frozenset()) == {}


@pytest.mark.parametrize("reason", list(Reason))
@pytest.mark.parametrize("kind", list(Kind))
def test_every_reason_has_a_sentence(reason: Reason, kind: Kind) -> None:
    assert reason_text(reason, kind).endswith(".")
