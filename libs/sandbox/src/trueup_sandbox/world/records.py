"""What the ledger and the gateway hold: plain frozen records, turned into each provider's JSON only when asked for.

Amounts are minor units of the account's currency; instants are milliseconds since 1970; `account` is the account's index.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal


@dataclass(frozen=True, slots=True)
class LedgerCustomer:
    """A QuickBooks customer."""

    id: str
    account: int
    name: str
    active: bool
    created_ms: int


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """A line of an invoice or credit memo: an item, sold or credited."""

    item_id: str
    item_name: str
    description: str
    quantity: Decimal | None
    unit_price: Decimal | None
    amount_minor: int
    service_date: date | None


@dataclass(frozen=True, slots=True)
class LedgerDocument:
    """A QuickBooks invoice or credit memo."""

    id: str
    account: int
    number: str
    issued_on: date
    due_on: date | None
    lines: tuple[LedgerLine, ...]
    tax_minor: int
    balance_minor: int
    """Of an invoice: still to be paid. Of a credit memo: still to be applied."""
    created_ms: int
    state: Literal["open", "void", "deleted"] = "open"
    run: str | None = None
    """The month (2026-10) that the monthly billing run billed with it."""
    links: tuple[tuple[str, str], ...] = ()
    """(type, id) of the payments set against it."""
    sync: int = 0
    readable: bool = True
    """False: the currency and an amount are missing, as in a half-migrated file."""

    @property
    def net_minor(self) -> int:
        """The lines, before tax."""
        return sum(line.amount_minor for line in self.lines)

    @property
    def total_minor(self) -> int:
        """The lines with tax."""
        return self.net_minor + self.tax_minor


@dataclass(frozen=True, slots=True)
class Applied:
    """What part of a ledger payment is set against one document."""

    type: Literal["Invoice", "CreditMemo"]
    id: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class LedgerPayment:
    """A QuickBooks payment; one of nothing that names a credit memo and an invoice applies the credit."""

    id: str
    account: int
    paid_on: date
    total_minor: int
    applied: tuple[Applied, ...]
    reference: str | None
    created_ms: int
    sync: int = 0


@dataclass(frozen=True, slots=True)
class GatewayCustomer:
    """A Stripe customer."""

    id: str
    account: int
    name: str
    email: str
    metadata: tuple[tuple[str, str], ...]
    created_ms: int


@dataclass(frozen=True, slots=True)
class GatewayInvoice:
    """A Stripe invoice, sent for payment."""

    id: str
    account: int
    number: str
    ledger_id: str
    """The QuickBooks invoice it belongs to, told in its metadata."""
    total_minor: int
    net_minor: int
    paid_minor: int
    due_ms: int
    created_ms: int
    status: Literal["open", "paid", "void", "uncollectible"] = "open"
    attempts: int = 0
    off_stripe_minor: int = 0
    """Paid outside the gateway, for example by wire."""
    credited_minor: int = 0
    """Taken off by credit notes before it was paid."""
    ended_ms: int | None = None
    """When it was paid, voided or given up."""

    @property
    def remaining_minor(self) -> int:
        """What is still to be paid."""
        return 0 if self.status == "void" else self.total_minor - self.credited_minor - self.paid_minor


@dataclass(frozen=True, slots=True)
class Decline:
    """Why a card was not charged."""

    code: str
    decline_code: str
    advice_code: str
    message: str


@dataclass(frozen=True, slots=True)
class GatewayPayment:
    """A Stripe PaymentIntent towards one invoice, with its charge and its invoice payment."""

    id: str
    account: int
    invoice: str
    amount_minor: int
    status: Literal["succeeded", "requires_payment_method", "requires_action", "processing"]
    brand: str
    last4: str
    created_ms: int
    charge: str
    share_of_invoice: bool = False
    """Paid a part by agreement, not the default payment of the invoice."""
    decline: Decline | None = None
    succeeded_ms: int | None = None
    ledger_due_ms: int | None = None
    """When the ledger will learn of it."""


@dataclass(frozen=True, slots=True)
class Refund:
    """A Stripe refund of a payment."""

    id: str
    account: int
    payment: str
    amount_minor: int
    status: Literal["succeeded", "pending", "failed"]
    created_ms: int


@dataclass(frozen=True, slots=True)
class Dispute:
    """A Stripe dispute about a payment."""

    id: str
    account: int
    payment: str
    amount_minor: int
    status: Literal["needs_response", "under_review", "won", "lost"]
    reason: str
    created_ms: int


@dataclass(frozen=True, slots=True)
class GatewayEvent:
    """A Stripe event: what happened to which object, as the object stood then."""

    id: str
    account: int
    type: str
    subject: tuple[str, str]
    """Shelf and id of the object."""
    created_ms: int
    key: str | None = None
    """Idempotency key of the request that caused it."""


Record = (
    LedgerCustomer
    | LedgerDocument
    | LedgerPayment
    | GatewayCustomer
    | GatewayInvoice
    | GatewayPayment
    | Refund
    | Dispute
)
