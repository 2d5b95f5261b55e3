"""Documents of the ledger: snapshots of invoices and credit memos, voids and deletions included."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from trueup_contracts.envelope import CurrencyCode, DecimalText, Event, Instant, Part, RefText


class Line(Part):
    """One line. Subtotals, descriptions and group headers are left out by the publisher; groups are flattened."""

    line_id: str
    kind: Literal["item", "discount", "tax", "shipping", "carried_balance"] = "item"
    item_id: str | None = None
    item_name: str | None = None
    description: str | None = None
    quantity: DecimalText | None = None
    unit_price: DecimalText | None = None
    amount_minor: int
    service_date: date | None = None


class Application(Part):
    """Money or credit of one document set against another."""

    document_id: str
    amount_minor: int


class InvoiceObservedV1(Event):
    """An invoice or credit memo as the ledger holds it now."""

    topic: ClassVar[str] = "trueup.invoices.observed.v1"
    type: ClassVar[str] = "trueup.invoices.observed.v1"

    document_id: str
    """`quickbooks:invoice:123` or `quickbooks:creditmemo:7`."""
    kind: Literal["invoice", "credit_memo"]
    state: Literal["draft", "open", "void", "deleted", "written_off"]
    """`open` says that the document stands; whether it is paid follows from the amounts."""
    ref: RefText
    number: str | None = None
    issued_on: date
    due_on: date | None = None
    currency: CurrencyCode
    total_minor: int
    """With tax; as printed on the document."""
    tax_minor: int = 0
    balance_minor: int
    """What the ledger says is still open: of an invoice to be paid, of a credit memo to be applied."""
    lines: list[Line] = []
    links: list[str] = []
    """Ids of the payments and credit memos that the ledger says are set against this document."""
    link_keys: dict[str, str] = {}
    source_version: str | None = None
    created_at: Instant | None = None
    """When the source says that the document was made."""
    updated_at: Instant | None = None
    """When the source says that it last changed."""
    observed_at: Instant

    def key(self) -> str:
        return self.document_id
