"""Bands, and whether anything can be judged at all."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.oracle.rules.days import ONE_DAY, Span, day_in
from tests.oracle.rules.expecting import USAGE

Facts = dict[str, Any]
SOURCES = ("amplitude", "quickbooks", "stripe")
FLAGGED = {"over_billed", "under_billed", "missing_invoice", "billed_without_usage"}
HOLES = {"truncated", "incomplete_answer"}
A_DAY = timedelta(hours=24)


def band_of(facts: Facts, span: Span, expected: int, billed: int, currency: str, *, invoiced: bool) -> str:
    """The band of one period with complete sources; `invoiced`: a standing invoice has a line for it."""
    policy, today = facts["policy"], day_in(facts["account"]["zone"], facts["now"])
    if today < span[1]:
        return "not_due"
    if expected == 0 and billed == 0:
        return "no_activity"
    if expected > 0 and not invoiced:
        return "not_due" if today < span[1] + policy["lag_days"] * ONE_DAY else "missing_invoice"
    if expected == 0 and billed > 0:
        return "billed_without_usage"
    off = billed - expected
    if abs(off) <= policy["rounding"]:
        return "matched"
    if 100 * abs(off) > policy["tolerance_percent"] * expected:
        return "over_billed" if off > 0 else "under_billed"
    if abs(off) > policy["caps"].get(currency, policy["cap_other"]):
        return "needs_review"
    return "auto_resolved" if 100 * abs(off) < policy["auto_percent"] * expected else "within_tolerance"


def metrics_needed(facts: Facts) -> list[str]:
    """What the card prices; without a card what was used."""
    priced = {rate["metric"] for rate in facts["account"]["rates"] if rate["kind"] in USAGE}
    return sorted(priced or facts["usage"])


def refs(facts: Facts, source: str) -> list[str]:
    """The account's customers in one source."""
    return [ref for ref in facts["links"] if ref.startswith(source + ":")]


def rests_on(facts: Facts, source: str) -> list[Facts]:
    """The scopes of a source that this account needs."""
    found = []
    for scope in facts["scopes"]:
        if scope["source"] != source:
            continue
        if source == "quickbooks" and scope["scope"] == "documents":
            found.append(scope)
        if source == "stripe" and scope["scope"] == "billing":
            found.append(scope)
        asked = any(asks_for(scope, ref) for ref in refs(facts, source))
        if source == "amplitude" and asked and metric_of(scope) in metrics_needed(facts):
            found.append(scope)
    return found


def metric_of(scope: Facts) -> str | None:
    """`usage|calls|0` is about calls."""
    words: list[str] = scope["scope"].split("|")
    return words[1] if words[0] == "usage" and len(words) > 1 else None


def asks_for(scope: Facts, ref: str) -> bool:
    """Whether the pull asked for the customer; no list is everybody."""
    return scope["refs"] is None or ref in scope["refs"]


def missing_of(facts: Facts, source: str) -> list[str]:
    """What is known to be missing of a source, in words."""
    found = [f"{scope['scope']}: {scope['hole']}" for scope in rests_on(facts, source) if scope["hole"] in HOLES]
    mine = refs(facts, source)
    for scope in facts["scopes"]:
        if scope["source"] == source:
            for ref, reason in scope["gaps"]:
                found += [f"{ref}: {reason}"] if ref in mine else []
    for about, ref in facts["dead_letters"]:
        if about == source and (ref is None or ref in mine):
            found.append(f"{ref or source}: unreadable_record")
    return sorted(set(found))


def reasons_of(facts: Facts, source: str, accepted: bool) -> list[str]:
    """Why a source cannot be judged upon, worst first."""
    if not refs(facts, source):
        return ["unlinked"]
    found = []
    scopes = rests_on(facts, source)
    if source == "amplitude":
        complete = all(one is not None for metric in metrics_needed(facts) for one in pulls_of(facts, metric))
    else:
        complete = any(scope["as_of"] is not None for scope in scopes)
    if not complete:
        found.append("never_complete")
    if missing_of(facts, source) and not accepted:
        found.append("partial")
    if any(scope["as_of"] is not None and facts["now"] - scope["as_of"] > A_DAY for scope in scopes):
        found.append("stale")
    return found


Pull = tuple[date, date | None, datetime]
"""First day, last day (None: up to then), and when it was counted."""


def pulls_of(facts: Facts, metric: str) -> list[list[Pull] | None]:
    """For every customer of the account what complete pulls of a metric covered; None where there was none."""
    found: list[list[Pull] | None] = []
    scopes = [one for one in rests_on(facts, "amplitude") if metric_of(one) == metric and one["as_of"] is not None]
    for ref in refs(facts, "amplitude"):
        asked = [scope for scope in scopes if asks_for(scope, ref)]
        found.append([pull for scope in asked for pull in scope["coverage"]] if asked else None)
    return found


def is_covered(pulls: list[list[Pull] | None], day: date) -> bool:
    """Whether somebody looked at the day for every customer."""
    return all(any(first <= day and (last is None or day <= last) for first, last, _ in one or []) for one in pulls)


def is_closed(pulls: list[list[Pull] | None], day: date) -> bool:
    """Whether the day was over at the source when it was counted, for every customer."""
    over = [[pull for pull in one or [] if day < pull[2].astimezone(UTC).date()] for one in pulls]
    return is_covered([*over], day)


def covered_from(facts: Facts) -> date | None:
    """The first day that is covered for every metric and customer."""
    starts = []
    for metric in metrics_needed(facts):
        for one in pulls_of(facts, metric):
            if not one:
                return None
            starts.append(min(first for first, _, _ in one))
    return max(starts, default=None)


def is_stale(facts: Facts) -> bool:
    """Whether nothing new may be decided, because a source was not read for too long."""
    patience = {
        "amplitude": timedelta(minutes=30),
        "quickbooks": timedelta(minutes=15),
        "stripe": timedelta(minutes=15),
    }
    return any(
        scope["as_of"] is not None and facts["now"] - scope["as_of"] > patience[source]
        for source in SOURCES
        for scope in rests_on(facts, source)
    )
