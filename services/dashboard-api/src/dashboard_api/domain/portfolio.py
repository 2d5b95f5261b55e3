"""What can be asked of the portfolio: filters, sorts, pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

PAGE_SIZE_MAX = 50
IDS_MAX = 50


class PaymentStatus(StrEnum):
    """The derived status of an invoice."""

    PAID = "paid"
    PARTLY_PAID = "partly_paid"
    PENDING = "pending"
    OVERDUE = "overdue"
    FAILED = "failed"
    IN_DISPUTE = "in_dispute"
    REFUNDED = "refunded"
    UNCOLLECTIBLE = "uncollectible"
    VOID = "void"
    DRAFT = "draft"


class Band(StrEnum):
    """How a variance is judged."""

    MATCHED = "matched"
    AUTO_RESOLVED = "auto_resolved"
    WITHIN_TOLERANCE = "within_tolerance"
    NEEDS_REVIEW = "needs_review"
    OVER_BILLED = "over_billed"
    UNDER_BILLED = "under_billed"
    MISSING_INVOICE = "missing_invoice"
    BILLED_WITHOUT_USAGE = "billed_without_usage"
    NO_ACTIVITY = "no_activity"
    NOT_DUE = "not_due"
    CANNOT_JUDGE = "cannot_judge"


class Mark(StrEnum):
    """How people stand to the period that a row shows; `changed`: its figures moved after the sign-off."""

    RESOLVED = "resolved"
    SNOOZED = "snoozed"
    REVIEWED = "reviewed"
    SIGNED_OFF = "signed_off"
    CHANGED = "changed"


class Active(StrEnum):
    """Which accounts by their contract: running today, not running today, both."""

    TRUE = "true"
    FALSE = "false"
    ALL = "all"


class Axis(StrEnum):
    """What a date range is about: the due day, the day of issue, or the service period."""

    DUE = "due"
    INVOICE = "invoice"
    SERVICE = "service"


class SortField(StrEnum):
    """What the portfolio can be ordered by; money is ordered within a currency."""

    NAME = "name"
    USAGE = "usage"
    INVOICE_TOTAL = "invoice_total"
    DUE_DATE = "due_date"
    STATUS = "status"
    VARIANCE = "variance"
    VARIANCE_PERCENT = "variance_percent"
    UNEXPLAINED = "unexplained"


SORTS = tuple(sign + name for name in SortField for sign in ("", "-"))


@dataclass(frozen=True, slots=True)
class Sort:
    """A column and a direction; variance and what is unexplained of it are ordered by size, whatever the sign."""

    by: SortField
    descending: bool

    @classmethod
    def parse(cls, text: str) -> Sort:
        """Read `name` or `-name`; raises ValueError for anything else."""
        return cls(SortField(text.removeprefix("-")), text.startswith("-"))


@dataclass(frozen=True, slots=True)
class DateRange:
    """Days from `first` to `last`, both included; either may be open."""

    first: date | None
    last: date | None
    axis: Axis


@dataclass(frozen=True, slots=True)
class PortfolioQuery:
    """One look at the portfolio. All filters must hold at once; several statuses mean any of them."""

    search: str | None = None
    status: tuple[PaymentStatus, ...] = ()
    flagged: bool | None = None
    band: tuple[Band, ...] = ()
    mark: tuple[Mark, ...] = ()
    active: Active = Active.TRUE
    dates: DateRange | None = None
    ids: tuple[str, ...] = ()
    sort: Sort = field(default_factory=lambda: Sort(SortField.VARIANCE, descending=True))
    page: int = 1
    page_size: int = PAGE_SIZE_MAX

    @property
    def asks_for_payments(self) -> bool:
        """Whether the answer would tell about payments by what it filters or sorts by."""
        return bool(self.status) or self.sort.by is SortField.STATUS

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.page_size
