"""What each source holds, counted and summed, for comparing with what was stored of it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from typing import Any

from trueup_sandbox.world.store import Shelf
from trueup_sandbox.world.world import World


def facts(world: World, source: str, as_of_ms: int) -> dict[str, Any]:
    """Counts, ids and checksums of a source as far as it was visible at the instant.

    Raises:
        KeyError: no such source.
    """
    return {"amplitude": _amplitude, "quickbooks": _quickbooks, "stripe": _stripe}[source](world, as_of_ms)


def _checksum(ids: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(ids).encode()).hexdigest()[:16]


def _amplitude(world: World, as_of_ms: int) -> dict[str, Any]:
    usage, last = world.desk.usage, world.desk.usage.index(world.today()) + 1
    metrics: dict[str, Counter[str]] = {}
    for one in usage.series:
        counted = metrics.setdefault(one.metric.metric, Counter())
        values = [usage.value(one.index, day, as_of_ms) for day in range(last)]
        counted["quantity"] += sum(values)
        counted["buckets"] += sum(value != 0 for value in values)
        counted["accounts"] += 1
    return {"first_day": usage.first_day.isoformat(), "metrics": metrics}


def _shelf(shelf: Shelf[Any], world: World, as_of_ms: int) -> dict[str, Any]:
    found = [record for account in world.accounts for record in shelf.of_account_at(account.index, as_of_ms)]
    states = Counter(_state(one) for one in found)
    kept = [one for one in found if _state(one) not in {"deleted", "unreadable"}]
    ids = sorted(one.id for one in kept)
    return {"count": len(kept), "states": states, "checksum": _checksum(ids), "ids": ids}


def _state(record: object) -> str:
    if not getattr(record, "readable", True):
        return "unreadable"
    return str(getattr(record, "state", None) or getattr(record, "status", None) or "open")


def _counted(shelves: dict[str, Shelf[Any]], world: World, as_of_ms: int) -> dict[str, Any]:
    """Plain counts of what can be read and is not deleted, and more about each in `details`."""
    details = {name: _shelf(shelf, world, as_of_ms) for name, shelf in shelves.items()}
    return {**{name: one["count"] for name, one in details.items()}, "details": details}


def _quickbooks(world: World, as_of_ms: int) -> dict[str, Any]:
    store = world.desk.store
    shelves: dict[str, Shelf[Any]] = {
        "customers": store.customers,
        "invoices": store.invoices,
        "credit_memos": store.credits,
        "payments": store.ledger_payments,
    }
    return _counted(shelves, world, as_of_ms)


def _stripe(world: World, as_of_ms: int) -> dict[str, Any]:
    store = world.desk.store
    shelves: dict[str, Shelf[Any]] = {
        "customers": store.gateway_customers,
        "invoices": store.gateway_invoices,
        "payments": store.payments,
        "refunds": store.refunds,
        "disputes": store.disputes,
    }
    return _counted(shelves, world, as_of_ms)
