"""Why billed and expected differ: named parts that add up to the variance exactly.

The order is fixed, because a later cause is looked for in what the earlier ones leave: missing invoice, duplicate
invoice, unmapped item, plan change, proration, minimum, discount, late usage, credit, rounding, unexplained. A cause
that is told by its own amount counts only where it brings the rest closer to nothing, so that no two causes are made up
that cancel out each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from reconciler.domain.billed import Billed, BilledPart
from reconciler.domain.expected import Expected
from reconciler.domain.snapshot import Snapshot
from trueup_billing import Period
from trueup_billing.words import Cause


@dataclass(frozen=True, slots=True)
class Evidence:
    """A row that a part rests on: where it is held, what it is called there, and what it says."""

    source: Literal["amplitude", "quickbooks", "stripe", "trueup"]
    ref: str
    text: str
    amount_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One cause. `amount_minor` is signed like the variance: positive where it made the bill higher than expected."""

    cause: Cause
    amount_minor: int
    rule: str
    """In one sentence how the amount was found."""
    evidence: tuple[Evidence, ...] = ()
    certain: bool = False
    """Whether the rows themselves tell it; else it is told by its amount alone."""


@dataclass(frozen=True, slots=True)
class Case:
    """What the causes are looked for in: one period with its figures."""

    snapshot: Snapshot
    period: Period
    expected: Expected
    billed: Billed
    invoiced: Mapping[str, Fraction] = field(default_factory=dict)
    """The invoices' own prices, as `expected` was worked out with."""
    rounding_minor: int = 2

    @property
    def variance_minor(self) -> int:
        """Billed less expected."""
        return self.billed.amount_minor - self.expected.amount_minor

    @property
    def credit_minor(self) -> int:
        """Credit applied to the invoices of the period."""
        return sum(part.amount_minor for part in self.billed.credits)

    @property
    def currency(self) -> str:
        """The one currency of a period that can be judged."""
        return next(iter(self.expected.currencies | self.billed.currencies))


def line_evidence(part: BilledPart) -> Evidence:
    """An invoice line as evidence."""
    number = part.document.number or part.document.document_id
    what = part.line.description or part.line.item_name or "line without description"
    return Evidence(
        "quickbooks", f"{part.document.document_id}#{part.line.line_id}", f"{number}: {what}", part.line.amount_minor
    )


def counts(rest_minor: int, part: Part) -> bool:
    """Whether the part is taken: the rows tell it, or the rest is nearer to nothing without it."""
    nearer = abs(rest_minor - part.amount_minor) < abs(rest_minor)
    return part.amount_minor != 0 and (part.certain or nearer)


def rest_of(case: Case, rest_minor: int) -> Iterator[Part]:
    """What is left when every cause was looked for."""
    if rest_minor == 0:
        return
    if abs(rest_minor) <= case.rounding_minor:
        yield Part("rounding", rest_minor, "So little comes from rounding each line by itself.")
    else:
        yield Part("unexplained", rest_minor, "None of the known causes accounts for it.")
