"""What was billed: lines of standing invoices by the period they are for, less the credits applied to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from reconciler.domain.snapshot import Document, Line
from trueup_billing import Period, month_of

BILLING_KINDS = frozenset({"item", "discount"})
"""Before tax, shipping and carried balance."""


@dataclass(frozen=True, slots=True)
class BilledPart:
    """A line that belongs to the period."""

    document: Document
    line: Line
    assumed: bool


@dataclass(frozen=True, slots=True)
class CreditPart:
    """Credit that was applied to an invoice of the period."""

    document: Document
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Billed:
    """What the invoices say about one period."""

    parts: tuple[BilledPart, ...] = ()
    credits: tuple[CreditPart, ...] = ()

    @property
    def amount_minor(self) -> int:
        """Lines less credits; meaningful only within one currency."""
        return sum(part.line.amount_minor for part in self.parts) - sum(part.amount_minor for part in self.credits)

    @property
    def currencies(self) -> frozenset[str]:
        """The currencies of the documents."""
        documents = [part.document for part in self.parts] + [part.document for part in self.credits]
        return frozenset(document.currency for document in documents)

    @property
    def assumed(self) -> bool:
        """Whether a line's period is assumed from its invoice's date."""
        return any(part.assumed for part in self.parts)


def assumed_period(issued_on: date) -> Period:
    """Usage is billed in arrears: the month before the invoice."""
    return month_of(issued_on.replace(day=1) - timedelta(days=1))


def period_of_line(document: Document, line: Line) -> tuple[Period, bool]:
    """The month that a line is for, and whether that is assumed."""
    if line.service_date is not None:
        return month_of(line.service_date), False
    return assumed_period(document.issued_on), True


def period_of_invoice(document: Document) -> tuple[Period, bool]:
    """An invoice's period is that of its first item line."""
    for line in document.lines:
        if line.kind == "item":
            return period_of_line(document, line)
    return assumed_period(document.issued_on), True


def billed_by_month(documents: tuple[Document, ...], credits_minor: Mapping[str, int]) -> dict[date, Billed]:
    """All that was billed, by the first day of the month it is for. Void and deleted documents bill nothing."""
    parts: dict[date, list[BilledPart]] = {}
    credit: dict[date, list[CreditPart]] = {}
    for document in sorted(documents, key=lambda document: (document.issued_on, document.document_id)):
        if not document.standing_invoice:
            continue
        for line in document.lines:
            if line.kind in BILLING_KINDS:
                period, assumed = period_of_line(document, line)
                parts.setdefault(period.start, []).append(BilledPart(document, line, assumed))
        if amount_minor := credits_minor.get(document.document_id):
            period, _ = period_of_invoice(document)
            credit.setdefault(period.start, []).append(CreditPart(document, amount_minor))
    return {start: Billed(tuple(parts.get(start, ())), tuple(credit.get(start, ()))) for start in {*parts, *credit}}
