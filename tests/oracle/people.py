"""What people decided about an account, what could not be read, and what the rule had resolved before."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

from tests.oracle.rules.answer import answer
from tests.oracle.rules.days import ONE_DAY
from tests.oracle.rules.judging import SOURCES, missing_of

Facts = dict[str, Any]


def write(rng: Random, facts: Facts) -> None:
    """Dead letters, metrics by the month, and decisions on the figures as they are without them."""
    if rng.random() < 0.04:
        source = rng.choice(SOURCES)
        facts["dead_letters"].append((source, rng.choice([None, f"{source}:c0", f"{source}:c0", f"{source}:x"])))
    if facts["usage"] and rng.random() < 0.04:
        facts["month_metrics"] = [rng.choice(sorted(facts["usage"]))]
    accept(rng, facts)
    if rng.random() < 0.2:
        decide(rng, facts)


def accept(rng: Random, facts: Facts) -> None:
    """Now and then somebody accepts what is missing; sometimes it was another gap."""
    for source in SOURCES:
        missing = missing_of(facts, source)
        if missing and rng.random() < 0.5:
            seen = missing if rng.random() < 0.7 else [*missing, "more"]
            facts["decisions"].append(new(facts, "accept_partial", source=source, missing=seen))


def decide(rng: Random, facts: Facts) -> None:
    """Resolve, snooze, review, sign off and undo, on the figures of now or on former ones."""
    periods = [one for one in answer(facts)["periods"].values() if one["due"]]
    for one in rng.sample(periods, min(len(periods), 2)):
        if rng.random() < 0.5:
            facts["resolved"].append(one["start"])
        for _ in range(rng.choice([1, 1, 2, 3])):
            kind = rng.choice(["resolve", "snooze", "review", "sign_off", "undo"])
            moved = rng.choice([0, 0, 1])
            known = one["expected_minor"] is not None
            figures = (one["currency"], one["expected_minor"] + moved, one["billed_minor"]) if known else None
            made = new(facts, kind, period_start=one["start"], figures=None if kind == "undo" else figures)
            if kind == "snooze":
                made["until"] = rng.choice([None, facts["now"].date() + rng.choice([-2, 0, 1, 5]) * ONE_DAY])
            if kind == "undo" and facts["decisions"]:
                made["undoes"] = rng.choice([None, facts["decisions"][-1]["id"]])
            facts["decisions"].append(made)
    rng.shuffle(facts["decisions"])


def new(facts: Facts, kind: str, **more: Any) -> Facts:
    """A decision with every field."""
    version = len(facts["decisions"]) + 1
    return {
        "id": f"d{version}",
        "version": version,
        "kind": kind,
        "at": facts["now"] - timedelta(days=1),
        "period_start": None,
        "figures": None,
        "until": None,
        "source": None,
        "missing": None,
        "undoes": None,
    } | more
