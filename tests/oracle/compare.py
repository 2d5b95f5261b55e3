"""Two answers held against each other, figure by figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.oracle.bridge import product_answer
from tests.oracle.rules.answer import answer

Facts = dict[str, Any]


@dataclass(frozen=True)
class Difference:
    """One figure that the two tell differently."""

    path: str
    product: object
    oracle: object

    @property
    def minor(self) -> int:
        """By how many minor units, where both are amounts."""
        both = isinstance(self.product, int) and isinstance(self.oracle, int)
        return abs(self.product - self.oracle) if both and "minor" in self.path else 0  # type: ignore[operator]


@dataclass
class Tally:
    """What was compared."""

    accounts: int = 0
    periods: int = 0
    figures: Counter[str] = field(default_factory=Counter)
    differences: list[tuple[int, Difference]] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Both together."""
        self.accounts += other.accounts
        self.periods += other.periods
        self.figures += other.figures
        self.differences += other.differences


def compare(facts: Facts, tally: Tally | None = None) -> list[Difference]:
    """Where product and oracle differ on one account."""
    said, right = product_answer(facts), answer(facts)
    if tally is not None:
        tally.accounts += 1
        tally.periods += len(right["periods"])
    return list(walk("", said, right, Counter() if tally is None else tally.figures))


def walk(path: str, said: object, right: object, figures: Counter[str]) -> Iterator[Difference]:
    """Every leaf of the two, counted by what it is."""
    if isinstance(said, dict) and isinstance(right, dict):
        for key in sorted(said.keys() | right.keys()):
            yield from walk(f"{path}.{key}" if path else key, said.get(key), right.get(key), figures)
        return
    words = path.split(".")
    figures[f"{words[0]}.{words[-1]}" if len(words) > 1 else path] += 1
    if said != right:
        yield Difference(path, said, right)
