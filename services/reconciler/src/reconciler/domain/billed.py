"""What was billed: lines of standing invoices by the period they are for, less the credits applied to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from reconciler.domain.periods import period_at, period_before
from reconciler.domain.snapshot import Account, Document, Line
from trueup_billing import Period, round_half_up

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


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which period a line is for, by the account's contract."""

    anchor_day: int = 1
    advance_items: frozenset[str] = frozenset()
    """Ledger items that are billed before the period that they are for."""

    def of_line(self, document: Document, line: Line) -> tuple[Period, bool]:
        """The period of a line, and whether that is assumed because the line is not dated."""
        if line.service_date is not None:
            return period_at(self.anchor_day, line.service_date), False
        assumed = period_at if line.item_id in self.advance_items else period_before
        return assumed(self.anchor_day, document.issued_on), True

    def of_invoice(self, document: Document) -> tuple[Period, bool]:
        """An invoice's period is that of its first item line."""
        for line in document.lines:
            if line.kind == "item":
                return self.of_line(document, line)
        return period_before(self.anchor_day, document.issued_on), True


def calendar_of(account: Account) -> Calendar:
    """The account's calendar."""
    advance = frozenset(rate.item_id for rate in account.rates if rate.billed == "advance" and rate.item_id)
    return Calendar(account.anchor_day, advance)


def billed_by_period(
    documents: tuple[Document, ...], credits_minor: Mapping[str, int], calendar: Calendar
) -> dict[date, Billed]:
    """All that was billed, by the first day of the period it is for. Void and deleted documents bill nothing."""
    parts: dict[date, list[BilledPart]] = {}
    credit: dict[date, list[CreditPart]] = {}
    for document in sorted(documents, key=lambda document: (document.issued_on, document.document_id)):
        if not document.standing_invoice:
            continue
        net_minor: dict[date, int] = {}
        for line in document.lines:
            if line.kind in BILLING_KINDS:
                period, assumed = calendar.of_line(document, line)
                parts.setdefault(period.start, []).append(BilledPart(document, line, assumed))
                net_minor[period.start] = net_minor.get(period.start, 0) + line.amount_minor
        if amount_minor := credits_minor.get(document.document_id):
            home = calendar.of_invoice(document)[0].start
            for start, share_minor in allotted(amount_minor, net_minor, home).items():
                credit.setdefault(start, []).append(CreditPart(document, share_minor))
    return {start: Billed(tuple(parts.get(start, ())), tuple(credit.get(start, ()))) for start in {*parts, *credit}}


def allotted(amount_minor: int, net_minor: Mapping[date, int], home: date) -> dict[date, int]:
    """A credit spread over the periods that its invoice bills, as they share in it; to the unit, and all of it.

    Where nothing above zero is billed, the whole goes to `home`, the invoice's own.
    """
    positive = {start: net for start, net in sorted(net_minor.items()) if net > 0}
    whole = sum(positive.values())
    if not positive:
        return {home: amount_minor}
    found: dict[date, int] = {}
    seen = given = 0
    for start, net in positive.items():
        seen += net
        upto = round_half_up(Fraction(amount_minor * seen, whole))
        found[start], given = upto - given, upto
    return {start: part for start, part in found.items() if part}
