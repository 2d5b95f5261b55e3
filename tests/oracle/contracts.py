"""Nasty contracts: accounts with rate cards of all eight kinds, changed in the middle of things."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from tests.oracle.rules.days import ONE_DAY

Facts = dict[str, Any]
ZONES = (
    *("UTC", "America/New_York", "Europe/Berlin", "Asia/Tokyo", "Asia/Kolkata", "Australia/Lord_Howe"),
    *("America/Santiago", "America/Havana", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Africa/Casablanca", "No/Where"),
)
METRICS = ("calls", "rows", "seats")
CURRENCIES = ("USD", "EUR", "JPY", "KWD")
PRICES = ("0", "0.01", "0.015", "0.0001", "1", "2.5", "19.99", "0.333333", "120")
USAGE_KINDS = ("per_unit", "per_unit", "graduated", "volume", "package", "as_invoiced")


def contract(rng: Random, today: date) -> Facts:
    """An account; `today` is about when it is looked at."""
    currency = rng.choice(CURRENCIES)
    account: Facts = {
        "zone": rng.choice(ZONES),
        "anchor": rng.choice([1, 1, 1, 15, 28, 29, 30, 31, rng.randint(1, 31)]),
        "active_from": today - timedelta(rng.choice([20, 75, 200, 400])) if rng.random() < 0.2 else None,
        "active_to": today + timedelta(rng.choice([-40, -3, 0, 1, 20, 200])) if rng.random() < 0.15 else None,
        "rates": [],
    }
    for metric in METRICS[: rng.choice([0, 1, 1, 1, 1, 1, 1, 2, 2, 3])]:
        own = rng.choice(CURRENCIES) if rng.random() < 0.03 else currency
        account["rates"] += usage_rates(rng, metric, own, today)
    for number in range(rng.choice([0, 0, 0, 1, 1, 2])):
        account["rates"] += fixed(rng, "flat", f"flat {number}", currency, today)
    if rng.random() < 0.25:
        account["rates"] += fixed(rng, "minimum", "minimum", currency, today)
    for number in range(rng.choice([0, 0, 0, 1, 2])):
        account["rates"] += discounts(rng, f"discount {number}", currency, today)
    rng.shuffle(account["rates"])
    return account


def component(kind: str, currency: str, **more: Any) -> Facts:
    """One component with every field."""
    return {
        "kind": kind,
        "metric": "",
        "component": "",
        "unit_price": "0",
        "currency": currency,
        "valid_from": date(2020, 1, 1),
        "valid_to": None,
        "item": None,
        "tiers": [],
        "package_size": "1",
        "included": "0",
        "amount": 0,
        "percent": None,
        "billed": "arrears",
        "proration": "day",
    } | more


def usage_rates(rng: Random, metric: str, currency: str, today: date) -> list[Facts]:
    """One to three versions of a priced metric, with holes and overlaps now and then."""
    kind = rng.choice(USAGE_KINDS)
    item = f"item {metric}" if kind == "as_invoiced" or rng.random() < 0.9 else None
    found = []
    for start, end in validities(rng, today):
        version = component(
            kind,
            currency,
            metric=metric,
            item=item,
            valid_from=start,
            valid_to=end,
            unit_price="0" if kind == "as_invoiced" else rng.choice(PRICES),
            proration=rng.choice(["day", "day", "second", "none"]),
        )
        if kind != "as_invoiced" and rng.random() < 0.25:
            version["included"] = rng.choice(["10", "1000", "333.5"])
        if kind in {"graduated", "volume"}:
            version["tiers"] = tiers(rng)
        if kind == "package":
            version["package_size"] = rng.choice(["1", "10", "1000", "2.5"])
        found.append(version)
        if rng.random() < 0.1 and kind != "as_invoiced":
            kind = rng.choice(USAGE_KINDS[:5])
    return found


def tiers(rng: Random) -> list[tuple[str | None, str]]:
    """Two or three tiers; the last one has no end."""
    bounds = sorted({rng.choice([1, 10, 100, 500, 1000, 10_000]) for _ in range(rng.choice([1, 2]))})
    return [*((str(bound), rng.choice(PRICES)) for bound in bounds), (None, rng.choice(PRICES))]


def validities(rng: Random, today: date) -> list[tuple[date, date | None]]:
    """The days of one, two or three versions, oldest first."""
    cuts = sorted(today - timedelta(rng.randint(-20, 150)) for _ in range(rng.choice([0, 0, 0, 1, 1, 2])))
    starts = [today - timedelta(rng.choice([40, 100, 1000, 1000, 1000, 1000])), *cuts]
    starts.sort()
    ends: list[date | None] = [
        *starts[1:],
        today + timedelta(rng.choice([-30, 10, 60])) if rng.random() < 0.1 else None,
    ]
    if rng.random() < 0.05 and ends[0]:
        ends[0] += ONE_DAY * rng.choice([-3, 5])
    return [(start, end) for start, end in zip(starts, ends, strict=True) if end is None or start < end]


def fixed(rng: Random, kind: str, name: str, currency: str, today: date) -> list[Facts]:
    """A flat amount or a minimum, perhaps with a raise."""
    item = f"item {name}" if rng.random() < 0.8 else None
    about = rng.choice(["", "", METRICS[0]]) if kind == "minimum" else ""
    ahead = rng.choice(["arrears", "advance"]) if kind == "flat" else "arrears"
    return [
        component(
            kind,
            currency,
            metric=about,
            component=name,
            item=item,
            amount=rng.choice([1, 999, 5000, 10_000, 123_457]),
            valid_from=start,
            valid_to=end,
            billed=ahead,
            proration=rng.choice(["day", "day", "second", "none"]),
        )
        for start, end in validities(rng, today)
    ]


def discounts(rng: Random, name: str, currency: str, today: date) -> list[Facts]:
    """A discount by percent or by amount, on all or on one metric."""
    by_percent = rng.random() < 0.6
    about = rng.choice(["", METRICS[0], METRICS[1]])
    item = f"item {name}" if rng.random() < 0.3 else None
    return [
        component(
            "discount",
            currency,
            metric=about,
            component=name,
            item=item,
            percent=rng.choice(["5", "10", "33.3", "100"]) if by_percent else None,
            amount=0 if by_percent else rng.choice([100, 5000, 10_000_000]),
            valid_from=start,
            valid_to=end,
            proration=rng.choice(["day", "none"]),
        )
        for start, end in validities(rng, today)
    ]
