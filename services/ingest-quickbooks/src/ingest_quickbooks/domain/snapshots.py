"""What was read of one object: customers, documents and payments as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from trueup_billing import Currency

Entity = Literal["Customer", "Invoice", "CreditMemo", "Payment"]
ENTITIES: tuple[Entity, ...] = ("Customer", "Invoice", "CreditMemo", "Payment")
LineKind = Literal["item", "discount", "shipping"]


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer; `parent_ref` where it is a sub-customer."""

    external_id: str
    ref: str
    name: str
    email: str | None
    currency: str | None
    active: bool
    parent_ref: str | None
    link_keys: dict[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """One line that bills something. A discount is negative, as it lowers the document."""

    line_id: str
    kind: LineKind
    item_id: str | None
    item_name: str | None
    description: str | None
    quantity: Decimal | None
    unit_price: Decimal | None
    amount_minor: int
    service_date: date | None


@dataclass(frozen=True, slots=True)
class Document:
    """An invoice or credit memo. Amounts are minor units of `currency`."""

    external_id: str
    document_id: str
    kind: Literal["invoice", "credit_memo"]
    state: Literal["open", "void"]
    ref: str
    number: str | None
    issued_on: date
    due_on: date | None
    currency: Currency
    total_minor: int
    tax_minor: int
    balance_minor: int
    lines: tuple[Line, ...]
    links: tuple[str, ...]
    sync_token: str | None
    created_at: datetime | None
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class Applied:
    """Money or credit set against a document, in minor units."""

    document_id: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment as the ledger holds it."""

    external_id: str
    object_id: str
    status: Literal["succeeded", "voided"]
    ref: str
    currency: Currency
    amount_minor: int
    unapplied_minor: int
    occurred_at: datetime
    method: str | None
    reference: str | None
    applied: tuple[Applied, ...]
    sync_token: str | None


Snapshot = Customer | Document | Payment


@dataclass(frozen=True, slots=True)
class Seen:
    """An object that reads well."""

    entity: Entity
    external_id: str
    snapshot: Snapshot


@dataclass(frozen=True, slots=True)
class Gone:
    """An object that the source says was deleted; only its id is left."""

    entity: Entity
    external_id: str


@dataclass(frozen=True, slots=True)
class Broken:
    """An object that cannot be read whole. `ref` is None where not even its customer can be read."""

    entity: Entity
    external_id: str
    ref: str | None
    detail: str


Reading = Seen | Gone | Broken


def object_key(entity: str, external_id: str) -> str:
    """`quickbooks:invoice:123`: the id of a document or payment on the bus."""
    return f"quickbooks:{entity.lower()}:{external_id}"
