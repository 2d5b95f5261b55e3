"""Make an account that shows a difference small: leave out whatever it does not need."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

Facts = dict[str, Any]
LISTS = ("documents", "payments", "decisions", "dead_letters", "scopes", "links", "resolved", "uncalibrated")


def shrink(facts: Facts, fails: Callable[[Facts], bool], *, rounds: int = 6) -> Facts:
    """The smallest variant found that still `fails`."""
    for _ in range(rounds):
        before = size_of(facts)
        for smaller in _smaller(facts):
            if fails(smaller):
                facts = smaller
                break
        while True:
            found = next((one for one in _smaller(facts) if fails(one)), None)
            if found is None:
                break
            facts = found
        if size_of(facts) == before:
            break
    return facts


def size_of(facts: Facts) -> int:
    """How much there is to read."""
    return len(repr(facts))


def _smaller(facts: Facts) -> Iterator[Facts]:
    """Variants with less in them, the largest steps first."""
    for name in LISTS:
        yield from _without(facts, name)
    for position in reversed(range(len(facts["account"]["rates"]))):
        yield _changed(facts, lambda one, at=position: one["account"]["rates"].pop(at))  # type: ignore[misc]
    for metric in sorted(facts["usage"]):
        yield _changed(facts, lambda one, name=metric: one["usage"].pop(name))  # type: ignore[misc]
        days = sorted(facts["usage"][metric]["days"])
        for some in (days[: len(days) // 2], days[len(days) // 2 :], *([day] for day in days[:40])):
            if some:
                yield _changed(facts, lambda one, name=metric, gone=some: _drop(one["usage"][name]["days"], gone))  # type: ignore[misc]
    for metric in sorted(facts["revisions"]):
        yield _changed(facts, lambda one, name=metric: one["revisions"].pop(name))  # type: ignore[misc]
    for position, document in enumerate(facts["documents"]):
        for line in range(len(document["lines"])):
            yield _changed(facts, lambda one, at=position, line=line: one["documents"][at]["lines"].pop(line))  # type: ignore[misc]


def _without(facts: Facts, name: str) -> Iterator[Facts]:
    half = len(facts[name]) // 2
    if half > 1:
        for kept in (facts[name][:half], facts[name][half:]):
            yield {**copy.deepcopy(facts), name: copy.deepcopy(kept)}
    for position in reversed(range(len(facts[name]))):
        yield _changed(facts, lambda one, at=position: one[name].pop(at))  # type: ignore[misc]


def _changed(facts: Facts, change: Callable[[Facts], object]) -> Facts:
    found = copy.deepcopy(facts)
    change(found)
    return found


def _drop(days: Facts, gone: list[Any]) -> None:
    for day in gone:
        del days[day]
