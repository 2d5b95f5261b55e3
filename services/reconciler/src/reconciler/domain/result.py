"""What reconciliation made of an account: the output of `reconcile`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from reconciler.domain.billed import Billed
from reconciler.domain.completeness import Completeness, Reason
from reconciler.domain.expected import Expected
from reconciler.domain.forecast import Forecast
from reconciler.domain.payment_status import InvoiceState, InvoiceStatus
from reconciler.domain.snapshot import Payment, Snapshot
from reconciler.domain.variance import FLAGGED, Band, percent_text
from trueup_billing import Period


@dataclass(frozen=True, slots=True)
class PeriodResult:
    """One month. The figures are None where it cannot be judged; the receipts stay."""

    period: Period
    band: Band
    due: bool
    currency: str | None
    expected_minor: int | None
    billed_minor: int | None
    expected: Expected
    billed: Billed
    reasons: tuple[Reason, ...] = ()

    @property
    def variance_minor(self) -> int | None:
        """Billed minus expected, sign kept."""
        if self.expected_minor is None or self.billed_minor is None:
            return None
        return self.billed_minor - self.expected_minor

    @property
    def percent(self) -> str | None:
        """Of expected, signed, two digits."""
        variance_minor = self.variance_minor
        if variance_minor is None or self.expected_minor is None:
            return None
        return percent_text(variance_minor, self.expected_minor)

    @property
    def ratio(self) -> Fraction | None:
        """Signed share of expected, exact; None stands for infinite or unknown."""
        return (
            Fraction(self.variance_minor, self.expected_minor)
            if self.variance_minor is not None and self.expected_minor
            else None
        )

    @property
    def flagged(self) -> bool:
        """Whether it is shown red."""
        return self.band in FLAGGED


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """What the grid shows of an account's invoices; all None when there is none, status None when it is not known."""

    state: InvoiceState | None
    status: InvoiceStatus | None


@dataclass(frozen=True, slots=True)
class TrendSeries:
    """Daily values of one metric for the chart, one for each day from `start` on, in units / 10**scale.

    Days from `first_open` on may still grow.
    """

    metric: str
    unit: str
    start: date
    values: tuple[int, ...]
    scale: int
    first_open: date


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """One account, decided. Nothing but `now` and `recheck_at` depends on the instant alone."""

    snapshot: Snapshot
    now: datetime
    today: date
    active: bool
    completeness: Completeness
    periods: tuple[PeriodResult, ...]
    """Oldest first."""
    row: PeriodResult | None
    invoice: InvoiceRow
    invoices: tuple[InvoiceState, ...]
    """Latest first, deleted ones left out."""
    payments: tuple[Payment, ...]
    """Latest first, without gateway invoices and without pure credit applications."""
    usage_mtd: Mapping[str, tuple[Fraction, str]]
    """Metric → quantity and unit; empty while usage is not known."""
    main_metric: str | None
    trends: tuple[TrendSeries, ...]
    forecast: Forecast
    recheck_at: datetime
    """When the decision may change by the passing of time alone."""

    @property
    def flagged(self) -> bool:
        """Whether the row carries the flag."""
        return self.row is not None and self.row.flagged

    @property
    def auto_reconciled(self) -> bool:
        """Whether every judged period came out right without a person."""
        judged = [period for period in self.periods if period.due]
        settled = {"matched", "auto_resolved", "within_tolerance", "no_activity", "not_due"}
        return bool(judged) and all(period.band in settled for period in judged)
