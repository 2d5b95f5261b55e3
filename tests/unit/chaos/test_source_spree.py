"""A run that came upon nothing because it could not is none that went well."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from tests.chaos.source_spree import KINDS, OTHERS, Seen, has_struck, proves, shown_wrongly

from trueup_operator.verify.compare import TOO_EARLY, Difference

STRUCK = Counter(KINDS)


@pytest.mark.parametrize(
    ("seen", "good"),
    [
        (Seen(struck=STRUCK, rounds=600, answered=580, looked=1740, cannot_judge=90), True),
        (Seen(struck=STRUCK - Counter(["amplitude half"]), rounds=600, answered=580, looked=1740), False),
        (Seen(struck=STRUCK, rounds=600, answered=1, looked=3), False),
        (Seen(struck=STRUCK, rounds=600, answered=580, looked=1740, cannot_judge=1700), False),
        (Seen(struck=STRUCK), False),
    ],
)
def test_a_run_proves_something_only_if_everything_struck_and_most_was_seen(seen: Seen, good: bool) -> None:
    assert proves(seen) is good


def counters(**counted: int) -> dict[str, Any]:
    return {"events": 5, "happenings_by_kind": {"void": 1}, "quickbooks.refreshes": 2} | counted


@pytest.mark.parametrize(
    ("kind", "after", "struck"),
    [
        ("stripe html", {"stripe.faulty.html": 1}, True),
        ("stripe html", {"stripe.faulty": 1, "stripe.faulty.down": 1}, False),
        ("amplitude mixed", {"amplitude.faulty": 1}, True),
        ("quickbooks quota", {"quickbooks.faulty.quota": 1}, True),
        ("quickbooks changes_cut", {"quickbooks.faulty.changes_cut": 0}, False),
        ("quickbooks expire", {"quickbooks.refreshes": 3}, True),
        ("quickbooks expire", {}, False),
        ("amplitude groups", {"amplitude.faulty.groups": 1}, True),
        ("deliveries lost", {"events": 9}, False),
        ("deliveries lost", {"deliveries.lost": 1}, True),
        ("deliveries hold", {"events": 6}, True),
        ("clock behind", {"events": 6}, True),
        ("world void", {"happenings_by_kind": {"void": 2}}, True),
        ("world delete", {"happenings_by_kind": {"void": 2}}, False),
    ],
)
def test_whether_a_fault_met_anybody_is_told_by_the_sandboxs_counters(
    kind: str, after: dict[str, Any], struck: bool
) -> None:
    assert has_struck(kind, counters(), counters(**after)) is struck


@pytest.mark.parametrize(
    ("band", "path", "shown", "wrong"),
    [
        ("matched", "variance.amount_minor", None, True),
        ("matched", "forecast", None, True),
        (None, "variance", TOO_EARLY, False),
        (None, "variance", None, True),
        ("cannot_judge", "variance.amount_minor", None, False),
        ("cannot_judge", "reconciliations[2026-04-01].explained", [], False),
        ("cannot_judge", "usage_mtd", None, False),
        ("cannot_judge", "usage_mtd", 5, True),
        ("cannot_judge", "invoices[quickbooks:invoice:1].status", "open", True),
    ],
)
def test_a_row_that_says_that_it_cannot_judge_is_held_to_what_it_shows(
    band: str | None, path: str, shown: object, wrong: bool
) -> None:
    found = [Difference("cl_1", path, shown, "something else")]
    assert shown_wrongly({"variance": {"band": band}}, found) == (found if wrong else [])


def test_no_fault_has_two_ways_to_be_asked_for() -> None:
    assert OTHERS.keys() <= set(KINDS)
    assert len(set(KINDS)) == len(KINDS)
