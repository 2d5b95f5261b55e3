"""Everything that is known about one account: the input of `reconcile`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import Literal

from reconciler.domain.decision import Decision
from trueup_billing import Ref, Source

RateKind = Literal["per_unit", "graduated", "volume", "package", "flat", "minimum", "discount", "as_invoiced"]
USAGE_KINDS: frozenset[RateKind] = frozenset({"per_unit", "graduated", "volume", "package", "as_invoiced"})


@dataclass(frozen=True, slots=True)
class Tier:
    """Units up to and including `up_to`, counted from the first of the period; None: all further ones."""

    up_to: Fraction | None
    unit_price: Fraction


@dataclass(frozen=True, slots=True)
class Rate:
    """One component of a rate card on half-open days; prices in major units of `currency`."""

    metric: str
    unit: str
    unit_price: Fraction
    unit_price_text: str
    currency: str
    valid_from: date
    valid_to: date | None = None
    item_id: str | None = None
    kind: RateKind = "per_unit"
    component: str = ""
    tiers: tuple[Tier, ...] = ()
    package_size: Fraction = Fraction(1)
    included: Fraction = Fraction(0)
    amount_minor: int = 0
    percent: Fraction | None = None
    billed: Literal["arrears", "advance"] = "arrears"
    proration: Literal["day", "second", "none"] = "day"

    @property
    def name(self) -> str:
        """What it is called inside its card."""
        return self.component or self.metric

    @property
    def is_usage(self) -> bool:
        """Whether it rates a metered quantity."""
        return self.kind in USAGE_KINDS


@dataclass(frozen=True, slots=True)
class Account:
    """A client of ours as people configured it. `active_to` is the first day on which it is no longer active."""

    client_id: str
    name: str
    time_zone: str = "UTC"
    active_from: date | None = None
    active_to: date | None = None
    rates: tuple[Rate, ...] = ()
    anchor_day: int = 1

    @property
    def usage_rates(self) -> tuple[Rate, ...]:
        """The components that rate a metered quantity."""
        return tuple(rate for rate in self.rates if rate.is_usage)


LinkedBy = Literal["decision", "import", "exact_key"]


@dataclass(frozen=True, slots=True)
class Link:
    """A customer of one source that belongs to this account, and who said so."""

    ref: Ref
    linked_by: LinkedBy
    name: str | None = None
    decision_id: str | None = None
    """The latest decision about it, whichever rule links it now."""


@dataclass(frozen=True, slots=True)
class Series:
    """Daily usage of one metric over all refs of the account: `days[ordinal] / 10**scale` units."""

    metric: str
    unit: str
    days: Mapping[int, int] = field(default_factory=dict)
    scale: int = 0

    def total(self, start: date, end: date) -> Fraction:
        """The exact sum of the half-open days."""
        days = self.days
        return Fraction(sum(days.get(day, 0) for day in range(start.toordinal(), end.toordinal())), 10**self.scale)


@dataclass(frozen=True, slots=True)
class Revision:
    """A bucket that was seen to change after its day was over, oldest value first, in units / 10**scale of its series."""

    ref: str
    day: int
    """Its ordinal."""
    seen: tuple[tuple[datetime, int], ...]


LineKind = Literal["item", "discount", "tax", "shipping", "carried_balance"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a document. Quantities and prices are text for display: the amount is what counts."""

    line_id: str
    kind: LineKind
    amount_minor: int
    service_date: date | None = None
    item_id: str | None = None
    item_name: str | None = None
    description: str | None = None
    quantity: str | None = None
    unit_price: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """An invoice or credit memo as the ledger holds it."""

    document_id: str
    kind: Literal["invoice", "credit_memo"]
    state: Literal["draft", "open", "void", "deleted", "written_off"]
    issued_on: date
    currency: str
    total_minor: int
    balance_minor: int
    lines: tuple[Line, ...] = ()
    number: str | None = None
    due_on: date | None = None
    tax_minor: int = 0
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def standing_invoice(self) -> bool:
        """Whether it bills anything: what was billed and then written off was billed."""
        return self.kind == "invoice" and self.state in {"open", "written_off"}

    @property
    def external_id(self) -> str:
        """The id in its own system: `123` of `quickbooks:invoice:123`."""
        return self.document_id.split(":", 2)[-1]


@dataclass(frozen=True, slots=True)
class Application:
    """Money or credit set against a document."""

    document_id: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Payment:
    """A gateway invoice, payment, refund or dispute. Status words are the source's own; unknown never means success."""

    object_id: str
    kind: Literal["gateway_invoice", "payment", "refund", "dispute"]
    status: str
    currency: str
    amount_minor: int
    occurred_at: datetime
    ref: str = ""
    """The customer in its own system."""
    number: str | None = None
    gateway_invoice_id: str | None = None
    payment_id: str | None = None
    remaining_minor: int | None = None
    credited_minor: int = 0
    """Of a gateway invoice: what the gateway's credit notes took off."""
    overpaid_minor: int = 0
    """Of a gateway invoice: what was paid beyond its total."""
    off_gateway: bool = False
    """Of a payment: the gateway only has it on record."""
    attempted: bool = False
    attempt_count: int | None = None
    next_attempt_at: datetime | None = None
    method: Mapping[str, str | None] | None = None
    failure: Mapping[str, str | None] | None = None
    applied: tuple[Application, ...] = ()
    unapplied_minor: int = 0
    """What is set against no document: the customer's own."""
    link_keys: Mapping[str, str] = field(default_factory=dict)

    @property
    def source(self) -> Source:
        """The system that holds it."""
        return Source(self.object_id.split(":", 1)[0])

    @property
    def external_id(self) -> str:
        """The id in its own system: `in_1` of `stripe:invoice:in_1`."""
        return self.object_id.split(":", 2)[-1]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Bucket days that a pull covered (`to_day` included; None: up to now), as counted by the source at `as_of`."""

    from_day: date
    to_day: date | None
    as_of: datetime
    time_zone: str = "UTC"
    """The analytics project's, whose days the buckets are."""

    def covers(self, day: date) -> bool:
        """Whether the day lies inside."""
        return self.from_day <= day and (self.to_day is None or day <= self.to_day)


@dataclass(frozen=True, slots=True)
class Gap:
    """A customer that a pull could not read whole."""

    ref: str
    reason: str
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """What is known of one scope of a source, from reports that count (their facts are all stored).

    `as_of` and `coverage` belong to the latest complete report, `incomplete_reason` and `gaps` to the latest one that
    was not a mere failure: a failed pull leaves the former state standing, and ageing.
    """

    source: Source
    scope: str
    as_of: datetime | None = None
    coverage: tuple[Coverage, ...] = ()
    refs: frozenset[str] | None = None
    incomplete_reason: str | None = None
    gaps: tuple[Gap, ...] = ()
    retired: bool = False
    """Nobody reads it any more."""

    @property
    def key(self) -> str:
        """Its name across sources: `amplitude|usage|api_calls|0`."""
        return f"{self.source}|{self.scope}"

    @property
    def metric(self) -> str | None:
        """The metric of a usage scope (`usage|api_calls|0`)."""
        parts = self.scope.split("|")
        return parts[1] if parts[0] == "usage" and len(parts) > 1 else None

    def covers_ref(self, ref: str) -> bool:
        """Whether the scope was asked for this ref; no list means all of the source."""
        return self.refs is None or ref in self.refs


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record that could not be read. Without a ref it makes its whole source partial."""

    source: Source
    ref: str | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One account with its facts, read in one transaction."""

    account: Account
    links: tuple[Link, ...] = ()
    usage: Mapping[str, Series] = field(default_factory=dict)
    documents: tuple[Document, ...] = ()
    payments: tuple[Payment, ...] = ()
    scopes: tuple[Scope, ...] = ()
    dead_letters: tuple[DeadLetter, ...] = ()
    decisions: tuple[Decision, ...] = ()
    """As heard, undone ones included."""
    revisions: Mapping[str, tuple[Revision, ...]] = field(default_factory=dict)
    """Metric → buckets that changed late."""
    month_metrics: frozenset[str] = frozenset()
    """Metrics that are counted by the month: their days cannot be added up."""
    uncalibrated: Mapping[str, str] = field(default_factory=dict)
    """Metric → why its usage is not trusted enough to be projected."""
    resolved: frozenset[date] = frozenset()
    """First days of the months that the rule had resolved by the last decision."""

    def refs_of(self, source: Source) -> frozenset[str]:
        """The account's customers in one source, as text."""
        return frozenset(str(link.ref) for link in self.links if link.ref.source == source)
