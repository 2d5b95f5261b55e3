"""The events as they are read on the hot path: msgspec shapes, held equal to the published contracts by a test."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal, TypeVar

import msgspec

from reconciler.ports.configured import Configured
from reconciler.ports.counted import Calibrated
from reconciler.ports.words import (
    Bucket,
    Currency,
    Instant,
    LinkVerdict,
    Minor,
    RefText,
    RetryState,
    SourceName,
    Version,
    Wire,
    check_decimal,
    in_utc,
)


class EarlierValue(Wire, frozen=True):
    """`EarlierValue` of a bucket."""

    at: Instant
    quantity: str

    def __post_init__(self) -> None:
        check_decimal(self.quantity)


class Usage(Wire, frozen=True):
    """`UsageObservedV1`."""

    version: Version
    ref: RefText
    metric: str
    bucket: Bucket
    quantity: str
    unit: str
    observed_at: Instant
    grain: Literal["day", "month"] = "day"
    time_zone: str = "UTC"
    earlier: tuple[EarlierValue, ...] | None = None

    def __post_init__(self) -> None:
        check_decimal(self.quantity)
        date.fromisoformat(self.first_day)
        in_utc(self.observed_at)

    @property
    def first_day(self) -> str:
        """The bucket's (first) day, ISO 8601."""
        return self.bucket if len(self.bucket) == 10 else f"{self.bucket}-01"


class Customer(Wire, frozen=True):
    """`CustomerObservedV1`."""

    version: Version
    ref: RefText
    observed_at: Instant
    name: str
    email: str | None = None
    currency: Currency | None = None
    active: bool = True
    deleted: bool = False
    parent_ref: RefText | None = None
    link_keys: dict[str, str] = {}

    def __post_init__(self) -> None:
        in_utc(self.observed_at)


class Line(Wire, frozen=True):
    """`invoices.Line`."""

    line_id: str
    amount_minor: Minor
    kind: Literal["item", "discount", "tax", "shipping", "carried_balance"] = "item"
    item_id: str | None = None
    item_name: str | None = None
    description: str | None = None
    quantity: str | None = None
    unit_price: str | None = None
    service_date: date | None = None

    def __post_init__(self) -> None:
        for text in (self.quantity, self.unit_price):
            if text is not None:
                check_decimal(text)


class Application(Wire, frozen=True):
    """`invoices.Application`."""

    document_id: str
    amount_minor: Minor


class Invoice(Wire, frozen=True):
    """`InvoiceObservedV1`."""

    version: Version
    document_id: str
    kind: Literal["invoice", "credit_memo"]
    state: Literal["draft", "open", "void", "deleted", "written_off"]
    ref: RefText
    issued_on: date
    currency: Currency
    total_minor: Minor
    balance_minor: Minor
    observed_at: Instant
    number: str | None = None
    due_on: date | None = None
    tax_minor: Minor = 0
    lines: list[Line] = []
    links: list[str] = []
    link_keys: dict[str, str] = {}
    source_version: str | None = None
    created_at: Instant | None = None
    updated_at: Instant | None = None


class Method(Wire, frozen=True):
    """`payments.Method`."""

    kind: str
    brand: str | None = None
    last4: str | None = None


class Failure(Wire, frozen=True):
    """`payments.Failure`."""

    code: str | None = None
    decline_code: str | None = None
    advice_code: str | None = None
    message: str | None = None
    failed_at: Instant | None = None


class Payment(Wire, frozen=True):
    """`PaymentObservedV1`."""

    version: Version
    object_id: str
    kind: Literal["gateway_invoice", "payment", "refund", "dispute"]
    ref: RefText
    status: str
    currency: Currency
    amount_minor: Minor
    occurred_at: Instant
    observed_at: Instant
    number: str | None = None
    gateway_invoice_id: str | None = None
    payment_id: str | None = None
    paid_minor: Minor | None = None
    remaining_minor: Minor | None = None
    credited_minor: Minor | None = None
    overpaid_minor: Minor | None = None
    off_gateway: bool | None = None
    due_on: date | None = None
    attempted: bool | None = None
    attempt_count: int | None = None
    next_attempt_at: Instant | None = None
    method: Method | None = None
    failure: Failure | None = None
    hosted_url: str | None = None
    applied: list[Application] = []
    unapplied_minor: Minor = 0
    link_keys: dict[str, str] = {}
    source_version: str | None = None


class Coverage(Wire, frozen=True):
    """`syncs.Coverage`."""

    from_day: date
    as_of: Instant
    to_day: date | None = None
    time_zone: str = "UTC"


class Gap(Wire, frozen=True):
    """`syncs.Gap`."""

    ref: RefText
    reason: str
    detail: str | None = None


class Sync(Wire, frozen=True):
    """`SyncReportedV1`."""

    version: Version
    source: SourceName
    scope: str
    started_at: Instant
    finished_at: Instant
    complete: bool
    as_of: Instant | None = None
    reason: str | None = None
    error: str | None = None
    coverage: list[Coverage] = []
    refs: list[RefText] | None = None
    gaps: list[Gap] = []
    offsets: dict[str, dict[str, int]] = {}
    retired: bool = False


class Figures(Wire, frozen=True):
    """`decisions.Figures`."""

    band: str
    policy_version: int
    currency: Currency | None = None
    expected_minor: Minor | None = None
    billed_minor: Minor | None = None


class Mark(Wire, frozen=True):
    """`decisions.Mark`."""

    source: SourceName
    as_of: Instant


class Balances(Wire, frozen=True):
    """`Balances` of a decision."""

    ledger_minor: Minor
    gateway_minor: Minor
    number: str | None = None


class Decided(Wire, frozen=True):
    """`DecisionRecordedV1`."""

    version: Version
    client_id: str
    decision_id: str
    kind: Literal["resolve", "snooze", "review", "sign_off", "accept_partial", "undo"]
    revision: int
    decided_by: str
    decided_by_name: str
    decided_at: Instant
    period_start: date | None = None
    figures: Figures | None = None
    document_id: str | None = None
    balances: Balances | None = None
    marks: list[Mark] = []
    until: date | None = None
    source: SourceName | None = None
    missing: str | None = None
    undoes: str | None = None
    reason: str | None = None


class LinkDecided(Wire, frozen=True):
    """`LinkDecidedV1`."""

    version: Version
    ref: RefText
    decision_id: str
    verdict: LinkVerdict
    decided_by: str
    decided_at: Instant
    client_id: str | None = None
    refused_client_id: str | None = None

    def __post_init__(self) -> None:
        if (self.verdict == "linked") != (self.client_id is not None):
            raise ValueError("client_id goes with the verdict linked, and only with it")
        in_utc(self.decided_at)


class RetryRequested(Wire, frozen=True):
    """`PaymentRetryRequestedV1`."""

    version: Version
    attempt_id: str
    gateway_invoice_id: str
    client_id: str
    ref: RefText
    currency: Currency
    amount_minor: Minor
    requested_by: str
    requested_at: Instant

    def __post_init__(self) -> None:
        in_utc(self.requested_at)


class RetrySettled(Wire, frozen=True):
    """`PaymentRetrySettledV1`."""

    version: Version
    attempt_id: str
    gateway_invoice_id: str
    client_id: str
    ref: RefText
    state: RetryState
    currency: Currency
    amount_minor: Minor
    settled_at: Instant
    needs_person: bool = False
    reason: str | None = None
    failure: Failure | None = None
    hosted_url: str | None = None
    payment_id: str | None = None
    request_id: str | None = None
    started_at: Instant | None = None

    def __post_init__(self) -> None:
        in_utc(self.settled_at)


Fact = (
    Usage
    | Customer
    | Invoice
    | Payment
    | Sync
    | Configured
    | Decided
    | LinkDecided
    | Calibrated
    | RetryRequested
    | RetrySettled
)
F = TypeVar(
    "F",
    Usage,
    Customer,
    Invoice,
    Payment,
    Sync,
    Configured,
    Decided,
    LinkDecided,
    Calibrated,
    RetryRequested,
    RetrySettled,
)


def decoder(kind: type[F]) -> msgspec.json.Decoder[F]:
    """A decoder of one kind; it raises msgspec.MsgspecError (also for a broken decimal) naming the field."""
    return msgspec.json.Decoder(kind)


def encode(value: Any) -> str:  # noqa: ANN401 - any JSON-shaped value
    """Compact JSON text for a jsonb column."""
    return msgspec.json.encode(value).decode()
