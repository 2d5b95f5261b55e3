"""Expected, billed and the verdict, period by period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from trueup_sandbox.key.calendar import first_of_next, month_before, percent_text
from trueup_sandbox.key.cards import month_minor
from trueup_sandbox.key.causes import causes
from trueup_sandbox.key.evidence import Evidence
from trueup_sandbox.world.records import LedgerDocument

LAG_DAYS = 5
ROUNDING_MINOR = 2
CAPS_MINOR = {"USD": 1_000_000, "EUR": 1_000_000, "JPY": 1_500_000}
CAP_MINOR = 1_000_000
FLAGGED = {"over_billed", "under_billed", "missing_invoice", "billed_without_usage"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """One period of one account."""

    start: date
    end: date
    expected_minor: int
    billed_minor: int
    band: str
    judged: bool
    explained: list[tuple[str, int]]

    @property
    def unexplained_minor(self) -> int:
        """What no named cause accounts for."""
        return sum(amount for cause, amount in self.explained if cause == "unexplained")

    @property
    def variance_minor(self) -> int:
        """Positive: billed too much."""
        return self.billed_minor - self.expected_minor

    def shown(self, currency: str, *, band: str | None = None) -> dict[str, Any]:
        """The key's JSON."""
        return {
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "expected_minor": self.expected_minor,
            "billed_minor": self.billed_minor,
            "variance_minor": self.variance_minor,
            "percent": percent_text(self.variance_minor, self.expected_minor),
            "band": band or self.band,
            "currency": currency,
            "due": self.judged,
            "explained": [{"cause": cause, "amount_minor": amount} for cause, amount in self.explained],
            "unexplained_minor": self.unexplained_minor,
        }


def periods(evidence: Evidence) -> list[tuple[date, date]]:
    """The account's calendar months, from the first one seen from its start to today's."""
    starts = [evidence.sight.starts(metric) for metric in evidence.metrics()]
    known = [start for start in starts if start is not None]
    if not known:
        return []
    begun = max(known)
    month = begun if begun.day == 1 else first_of_next(begun)
    found = []
    while month <= evidence.today:
        end = first_of_next(month)
        if _is_active(evidence, month, end):
            found.append((month, end))
        month = end
    return found


def named_month(evidence: Evidence) -> tuple[date, date] | None:
    """The month that a row which cannot be judged names: the last that is over, of those seen or, where usage was not, of all.

    None where the account was not active then: there is nothing to judge.
    """
    if all(evidence.sight.starts(metric) is not None for metric in evidence.metrics()):
        return max(((start, end) for start, end in periods(evidence) if end <= evidence.today), default=None)
    end = evidence.today.replace(day=1)
    start = month_before(end)
    return (start, end) if _is_active(evidence, start, end) else None


def _is_active(evidence: Evidence, start: date, end: date) -> bool:
    account = evidence.account
    return account.active_from < end and (account.active_to is None or start < account.active_to)


def month_of_line(invoice: LedgerDocument, place: int) -> date:
    """The first day of the month that a line bills: its service date's, else the one before the invoice's."""
    service_date = invoice.lines[place].service_date
    return service_date.replace(day=1) if service_date else month_before(invoice.issued_on)


def credited(evidence: Evidence) -> dict[str, int]:
    """Ledger id of each invoice → credit memos set against it."""
    found: dict[str, int] = {}
    for payment in evidence.ledger_payments:
        if any(part.type == "CreditMemo" for part in payment.applied):
            for part in payment.applied:
                if part.type == "Invoice":
                    found[part.id] = found.get(part.id, 0) + part.amount_minor
    return found


def billed(evidence: Evidence) -> dict[date, tuple[int, int, int]]:
    """First day of the month → (minor units billed, number of standing lines, credit taken off the former)."""
    set_off = credited(evidence)
    found: dict[date, tuple[int, int, int]] = {}
    for invoice in evidence.invoices:
        if invoice.state != "open":
            continue
        for place, line in enumerate(invoice.lines):
            month = month_of_line(invoice, place)
            amount, count, credit = found.get(month, (0, 0, 0))
            found[month] = (amount + line.amount_minor, count + 1, credit)
        month = month_of_line(invoice, 0)
        amount, count, credit = found[month]
        found[month] = (amount - set_off.get(invoice.id, 0), count, credit + set_off.get(invoice.id, 0))
    return found


def band(expected: int, amount: int, lines: int, currency: str, *, lag_over: bool) -> str:
    """The verdict on a period that is over."""
    variance = amount - expected
    size = abs(variance)
    if expected == 0 and amount == 0:
        return "no_activity"
    if lines == 0 and expected > 0:
        return "missing_invoice" if lag_over else "not_due"
    if expected == 0 and amount > 0:
        return "billed_without_usage"
    if size <= ROUNDING_MINOR:
        return "matched"
    if expected == 0 or Fraction(size, expected) > Fraction(5, 100):
        return "over_billed" if variance > 0 else "under_billed"
    return _small(Fraction(size, expected), size, currency)


def _small(ratio: Fraction, size: int, currency: str) -> str:
    """The verdict on a variance of at most five percent."""
    if size > CAPS_MINOR.get(currency, CAP_MINOR):
        return "needs_review"
    return "auto_resolved" if ratio < Fraction(2, 100) else "within_tolerance"


def verdicts(evidence: Evidence) -> list[Verdict]:
    """Every period of the account, oldest first."""
    amounts = billed(evidence)
    currency = evidence.account.currency.code
    found = []
    for start, end in periods(evidence):
        judged = end <= evidence.today
        expected = month_minor(evidence.account, evidence.used, start, end, over=judged)
        amount, lines, credit = amounts.get(start, (0, 0, 0))
        lag_over = evidence.today >= end + timedelta(days=LAG_DAYS)
        word = band(expected, amount, lines, currency, lag_over=lag_over) if judged else "not_due"
        why = causes(evidence, start, end, variance=amount - expected, credit=credit, lines=lines) if judged else []
        found.append(Verdict(start, end, expected, amount, word, judged, why))
    return found


def worst(found: list[Verdict]) -> Verdict | None:
    """The verdict that the account's row shows."""
    judged = [one for one in found if one.judged]
    counted = [one for one in judged if one.band not in {"not_due", "no_activity"}]
    if not counted:
        return judged[-1] if judged else None
    return max(counted, key=_weight)


def _weight(one: Verdict) -> tuple[int, bool, Fraction, Fraction, date]:
    kind = 2 if one.band in FLAGGED else 1 if one.band == "needs_review" else 0
    if one.expected_minor == 0:
        return kind, True, Fraction(0), Fraction(0), one.start
    rest, whole = (Fraction(abs(size), abs(one.expected_minor)) for size in (one.unexplained_minor, one.variance_minor))
    return kind, False, rest, whole, one.start
