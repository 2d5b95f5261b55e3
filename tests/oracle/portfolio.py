"""Nasty accounts from a seed: what Amplitude, QuickBooks, Stripe and people say of one client, as plain dictionaries."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from tests.oracle import ledger, people
from tests.oracle.contracts import METRICS, contract
from tests.oracle.rules.days import ONE_DAY, day_in, days_of
from tests.oracle.rules.expecting import USAGE

Facts = dict[str, Any]
HISTORY_DAYS = (10, 80, 130, 150, 170)


def account(seed: int) -> Facts:
    """One account with its facts; the same seed gives the same one."""
    rng = Random(seed)
    now = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=rng.randrange(3 * 365 * 24 * 60))
    if rng.random() < 0.3:  # close to a month's end, where days and periods turn
        now = now.replace(day=1) + timedelta(minutes=rng.randint(-900, 900))
    facts: Facts = {
        "seed": seed,
        "now": now,
        "account": contract(rng, now.date()),
        "policy": policy(rng),
        "month_metrics": [],
        "uncalibrated": [],
        "revisions": {},
        "dead_letters": [],
        "decisions": [],
        "payments": [],
        "documents": [],
        "resolved": [],
    }
    facts["links"] = links(rng)
    first = now.date() - timedelta(rng.choice(HISTORY_DAYS))
    facts["usage"] = usage(rng, facts, first)
    facts["scopes"] = scopes(rng, facts, first)
    ledger.write(rng, facts, first)
    people.write(rng, facts)
    return facts


def policy(rng: Random) -> Facts:
    """The rules' numbers: mostly the product's own, sometimes others."""
    usual = rng.random() < 0.8
    return {
        "rounding": 2 if usual else rng.choice([0, 5, 50]),
        "auto_percent": 2 if usual else rng.choice([0, 1, 4]),
        "tolerance_percent": 5 if usual else rng.choice([1, 3, 10]),
        "caps": {"USD": 1_000_000, "EUR": 1_000_000, "JPY": 1_500_000} if usual else {"USD": 500, "JPY": 10},
        "cap_other": 1_000_000 if usual else 1_000,
        "lag_days": 5 if usual else rng.choice([0, 20]),
    }


def links(rng: Random) -> list[str]:
    """A customer in each source, sometimes none, sometimes two."""
    return [
        f"{source}:c{number}"
        for source in ("amplitude", "quickbooks", "stripe")
        for number in range(rng.choices([0, 1, 2], [1, 87, 12])[0])
    ]


def usage(rng: Random, facts: Facts, first: date) -> Facts:
    """Daily buckets: trends, holes, zeros, digits after the point, single bursts."""
    found: Facts = {}
    priced = sorted({rate["metric"] for rate in facts["account"]["rates"] if rate["kind"] in USAGE})
    for metric in priced or METRICS[: rng.choice([0, 1])]:
        if rng.random() < 0.05:
            continue
        size, digits = rng.choice([1, 10, 100, 10_000]), rng.choice([0, 0, 0, 1, 3])
        shape = rng.choice(["trend", "trend", "scatter", "burst", "zero"])
        days = {}
        for place, day in enumerate(days_of((first, facts["now"].date() + 2 * ONE_DAY))):
            value = _value(rng, shape, size, place)
            if rng.random() > 0.08:
                days[day] = f"{value}.{rng.randrange(10**digits):0{digits}d}" if digits else str(value)
        found[metric] = {"unit": metric, "days": days}
        if rng.random() < 0.3:
            facts["revisions"][metric] = revisions(rng, facts, days)
        if rng.random() < 0.05:
            facts["uncalibrated"].append(metric)
    return found


def _value(rng: Random, shape: str, size: int, place: int) -> int:
    if shape == "trend":
        return max(0, size + size * place // 50 * rng.choice([-1, 1]) // 2)
    if shape == "burst":
        return size * 50 if rng.random() < 0.03 else 0
    return rng.randrange(2 * size) if shape == "scatter" else 0


def revisions(rng: Random, facts: Facts, days: dict[date, str]) -> list[Facts]:
    """Buckets that were seen to change after their day; the last value seen is the one that stands."""
    found = []
    for day in rng.sample(sorted(days), min(len(days), rng.choice([1, 3, 8]))):
        instants = sorted(
            datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=rng.randint(24, 24 * 20))
            for _ in range(2)
        )
        last = days[day]
        before = rng.choice(["0", str(int(float(last)) // 2)])
        found.append({"ref": "amplitude:c0", "day": day, "seen": [(instants[0], before), (instants[1], last)]})
    return found


def scopes(rng: Random, facts: Facts, first: date) -> list[Facts]:
    """What the pulls reported: mostly fresh and complete."""
    found = []
    for metric in sorted(
        {rate["metric"] for rate in facts["account"]["rates"] if rate["kind"] in USAGE} | set(facts["usage"])
    ):
        sharded = rng.random() < 0.1
        for shard in range(2 if sharded else 1):
            one = scope(rng, facts, "amplitude", f"usage|{metric}|{shard}")
            if sharded:
                one["refs"] = [f"amplitude:c{shard}"]
            elif rng.random() < 0.1:
                one["refs"] = ["amplitude:c0"]
            one["coverage"] = coverage(rng, facts, one, first)
            if rng.random() > 0.02:
                found.append(one)
    found += [scope(rng, facts, "quickbooks", "documents"), scope(rng, facts, "stripe", "billing")]
    if rng.random() < 0.03:
        found.pop(rng.randrange(len(found)))
    return found


def scope(rng: Random, facts: Facts, source: str, name: str) -> Facts:
    """One scope."""
    ages = [
        timedelta(minutes=1),
        timedelta(minutes=14),
        timedelta(minutes=40),
        timedelta(hours=24),
        timedelta(hours=25),
    ]
    age = rng.choices(ages, [85, 10, 3, 1, 1])[0]
    holes = [None, "truncated", "incomplete_answer", "unavailable"]
    gaps = [(f"{source}:c0", "unreadable_document")] if rng.random() < 0.01 else []
    return {
        "source": source,
        "scope": name,
        "as_of": facts["now"] - age if rng.random() > 0.01 else None,
        "coverage": [],
        "refs": None,
        "hole": rng.choices(holes, [97, 1, 1, 1])[0],
        "gaps": gaps,
    }


def coverage(rng: Random, facts: Facts, one: Facts, first: date) -> list[tuple[date, date | None, datetime]]:
    """One run of days, or two that meet: long ago, and the trailing window."""
    if one["as_of"] is None:
        return []
    start = first + timedelta(rng.choice([0, 0, 0, 0, 3, 40]))
    middle = day_in("UTC", facts["now"]) - timedelta(7)
    if start >= middle or rng.random() < 0.6:
        return [(start, None, one["as_of"])]
    return [(start, middle, one["as_of"] - timedelta(hours=20)), (middle + ONE_DAY, None, one["as_of"])]
