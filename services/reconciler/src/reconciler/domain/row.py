"""The grid row: one invoice and one variance out of many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction

from reconciler.domain.completeness import Completeness
from reconciler.domain.payment_status import InvoiceState
from reconciler.domain.result import InvoiceRow, PeriodResult
from trueup_billing import Source

_UNKNOWN_STATUS = frozenset({"partial", "unlinked", "never"})
_QUIET = frozenset({"not_due", "no_activity"})


def invoice_row(states: Sequence[InvoiceState], completeness: Completeness) -> InvoiceRow:
    """The most overdue open invoice, else the latest that stands, else the latest void one."""
    chosen = _choose(states)
    if chosen is None:
        return InvoiceRow(None, None)
    known = all(completeness.state(source) not in _UNKNOWN_STATUS for source in (Source.QUICKBOOKS, Source.STRIPE))
    return InvoiceRow(chosen, chosen.status if known else None)


def _choose(states: Sequence[InvoiceState]) -> InvoiceState | None:
    overdue = [state for state in states if state.status == "overdue"]
    if overdue:
        return min(overdue, key=lambda state: (state.document.due_on or date.max, state.document.document_id))
    standing = [state for state in states if state.status != "void"] or list(states)
    return max(standing, key=lambda state: (state.document.issued_on, state.document.document_id), default=None)


def variance_row(periods: Iterable[PeriodResult]) -> PeriodResult | None:
    """The worst open discrepancy of the judged periods, else the latest judged period."""
    judged = [period for period in periods if period.due]
    loud = [period for period in judged if period.band not in _QUIET]
    return max(loud, key=_severity, default=max(judged, key=lambda period: period.period, default=None))


def _severity(period: PeriodResult) -> tuple[int, bool, Fraction, Fraction, date]:
    """Class, then the exact shares of expected that are unexplained and that differ at all, then the later one.

    Where there is nothing to compare with, the share counts as infinite.
    """
    klass = 2 if period.flagged else 1 if period.band == "needs_review" and not period.settled else 0
    ratio, rest = period.ratio, period.unexplained_ratio
    if ratio is None or rest is None:
        return klass, True, Fraction(0), Fraction(0), period.period.start
    return klass, False, abs(rest), abs(ratio), period.period.start
