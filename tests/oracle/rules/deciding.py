"""What people decided, and what stands of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.oracle.rules.judging import FLAGGED

Facts = dict[str, Any]


def standing(facts: Facts) -> list[Facts]:
    """Decisions that nobody undid, oldest first."""
    gone = {one["undoes"] for one in facts["decisions"] if one["kind"] == "undo"}
    kept = [
        one
        for one in facts["decisions"]
        if one["id"] not in gone and not (one["kind"] == "undo" and one["undoes"] is not None)
    ]
    return sorted(kept, key=lambda one: (one["version"], one["id"]))


def handle(facts: Facts, period: Facts, today: date, *, may_resolve: bool) -> None:
    """Write band, mark and flag of a period after its decisions."""
    mine = [one for one in standing(facts) if one["period_start"] == period["start"]]
    if period["band"] == "auto_resolved":
        if any(one["kind"] == "undo" for one in mine):
            period["band"] = "needs_review"
        elif not may_resolve and period["start"] not in facts["resolved"]:
            period["band"] = "within_tolerance"
    dealt = [one for one in mine if one["kind"] in {"resolve", "snooze", "review"}][-1:]
    signed = [one for one in mine if one["kind"] == "sign_off"][-1:]
    words = {"resolve": "resolved", "snooze": "snoozed", "review": "reviewed"}
    mark = None
    holds = [
        one
        for one in dealt
        if not _moved(period, one) and not (one["kind"] == "snooze" and one["until"] and one["until"] <= today)
    ]
    if signed and not _moved(period, signed[0]):
        mark = "signed_off"
    elif holds and (not signed or holds[0]["version"] > signed[0]["version"]):
        mark = words[holds[0]["kind"]]
    elif signed:
        mark = "changed"
    period["mark"] = mark
    period["settled"] = mark in {"resolved", "snoozed", "signed_off"}
    period["flagged"] = period["band"] in FLAGGED and not period["settled"]


def _moved(period: Facts, decision: Facts) -> bool:
    if decision["figures"] is None or period["expected_minor"] is None:
        return False
    return (period["currency"], period["expected_minor"], period["billed_minor"]) != tuple(decision["figures"])
