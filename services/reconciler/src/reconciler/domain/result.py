"""What reconciliation made of an account: the output of `reconcile`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Literal

from reconciler.domain.billed import Billed
from reconciler.domain.completeness import Completeness, Reason
from reconciler.domain.decision import Decision, Handling
from reconciler.domain.disagreement import Disagreement
from reconciler.domain.expected import Expected
from reconciler.domain.explained import Part
from reconciler.domain.forecast import Forecast
from reconciler.domain.payment_status import InvoiceState
from reconciler.domain.snapshot import Payment, Snapshot
from reconciler.domain.variance import FLAGGED, percent_text
from trueup_billing import Period
from trueup_billing.words import Band, InvoiceStatus

MarkWord = Literal["resolved", "snoozed", "reviewed", "signed_off", "changed"]
"""How people stand to a month, in one word. `changed`: its figures are others than those signed off."""


@dataclass(frozen=True, slots=True)
class SignOff:
    """The sign-off that stands. `changed`: later facts have moved the figures."""

    decision: Decision
    changed: bool


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
    handling: Handling | None = None
    sign_off: SignOff | None = None
    rule_undone: Decision | None = None
    """Who took back what the rule had resolved."""
    rule_held: bool = False
    """Whether the rule would resolve it if every source were fresh."""
    parts: tuple[Part, ...] = ()
    """The variance of a judged period in named parts."""
    boundary: tuple[str, ...] = ()
    """Where its first and last instant are no midnight of the days that usage is counted by, in words."""

    @property
    def unexplained_minor(self) -> int | None:
        """What no named cause accounts for; None where there is no variance to speak of."""
        if self.variance_minor is None:
            return None
        return sum(part.amount_minor for part in self.parts if part.cause == "unexplained") if self.due else 0

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
        return self._share(self.variance_minor)

    @property
    def unexplained_ratio(self) -> Fraction | None:
        """The same of what is unexplained."""
        return self._share(self.unexplained_minor)

    def _share(self, amount_minor: int | None) -> Fraction | None:
        return Fraction(amount_minor, self.expected_minor) if amount_minor is not None and self.expected_minor else None

    @property
    def flagged(self) -> bool:
        """Whether it is shown red: a discrepancy that no person has settled."""
        return self.band in FLAGGED and not self.settled

    @property
    def mark(self) -> MarkWord | None:
        """A sign-off that holds comes first, then what was decided last."""
        handling, signed = self.handling, self.sign_off
        if signed is not None and not signed.changed:
            return "signed_off"
        holds = handling is not None and handling.ended is None
        if handling is not None and holds and (signed is None or handling.decision.version > signed.decision.version):
            return handling.word
        return "changed" if signed is not None else None

    @property
    def settled(self) -> bool:
        """Whether nobody needs to look at it for now."""
        return self.mark in {"resolved", "snoozed", "signed_off"}


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
    disagreements: tuple[Disagreement, ...]
    """Invoices paid in one system and open in the other."""
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
