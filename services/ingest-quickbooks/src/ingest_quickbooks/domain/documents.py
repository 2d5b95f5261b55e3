"""Invoices and credit memos: lines flattened, voids told from zeros, money exact."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from ingest_quickbooks.domain import reading
from ingest_quickbooks.domain.reading import Body, Unreadable
from ingest_quickbooks.domain.snapshots import Document, Line, LineKind, object_key
from trueup_billing import Currency

# Pseudo lines: counting them would bill the document twice, or bill a remark.
_SKIPPED = frozenset({"SubTotalLineDetail", "DescriptionOnly"})
_SHIPPING_ITEM = "SHIPPING_ITEM_ID"
_SETTLING = frozenset({"payment", "creditmemo"})
_NESTING_MAX = 4


def read_document(body: Body, entity: Literal["Invoice", "CreditMemo"]) -> Document:
    """Read an Invoice or CreditMemo body.

    Raises:
        Unreadable: something that money or the customer depends on is missing or malformed.
    """
    unit = reading.currency(body)
    total_minor = reading.minor(body, "TotalAmt", unit)
    lines = tuple(_lines(body, unit))
    stamps = reading.optional_body(body, "MetaData") or {}
    external_id = reading.text(body, "Id")
    void = is_void(body, total_minor) and not any(line.amount_minor for line in lines)
    return Document(
        external_id=external_id,
        document_id=object_key(entity, external_id),
        kind="invoice" if entity == "Invoice" else "credit_memo",
        state="void" if void else "open",
        ref=reading.customer_ref(reading.reference(body, "CustomerRef")),
        number=reading.optional_text(body, "DocNumber"),
        issued_on=reading.day(body, "TxnDate"),
        due_on=reading.optional_day(body, "DueDate"),
        currency=unit,
        total_minor=total_minor,
        tax_minor=_tax(body, unit),
        balance_minor=_balance(body, unit, entity),
        lines=lines,
        links=tuple(_links(body)),
        sync_token=reading.optional_text(body, "SyncToken"),
        created_at=reading.optional_instant(stamps, "CreateTime", "MetaData"),
        updated_at=reading.optional_instant(stamps, "LastUpdatedTime", "MetaData"),
    )


def is_void(body: Body, total_minor: int) -> bool:
    """A void keeps its row, zeroed, with a note that starts with "Voided"; there is no status field."""
    note = reading.optional_text(body, "PrivateNote") or ""
    return total_minor == 0 and note.lstrip().lower().startswith("voided")


def _balance(body: Body, unit: Currency, entity: str) -> int:
    if entity == "CreditMemo":
        remaining = reading.optional_minor(body, "RemainingCredit", unit)
        if remaining is not None:
            return remaining
    return reading.minor(body, "Balance", unit)


def _tax(body: Body, unit: Currency) -> int:
    detail = reading.optional_body(body, "TxnTaxDetail") or {}
    return reading.optional_minor(detail, "TotalTax", unit, "TxnTaxDetail") or 0


def _links(body: Body) -> Iterator[str]:
    """Only what settles a document; estimates and the like are linked too."""
    for path, linked in reading.bodies(body, "LinkedTxn"):
        kind = reading.text(linked, "TxnType", path).lower()
        if kind in _SETTLING:
            yield object_key(kind, reading.identity(linked, "TxnId", path))


def _lines(body: Body, unit: Currency, path: str = "", depth: int = 0) -> Iterator[Line]:
    for line_path, line in reading.bodies(body, "Line", path):
        detail_type = reading.text(line, "DetailType", line_path)
        if detail_type in _SKIPPED:
            continue
        if detail_type == "GroupLineDetail":
            yield from _group(line, unit, line_path, depth)
        elif detail_type == "DiscountLineDetail":
            yield _discount(line, unit, line_path)
        elif detail_type == "SalesItemLineDetail":
            yield _item(line, unit, line_path)
        else:
            raise Unreadable(reading.at(line_path, "DetailType"), f"unknown kind {detail_type!r}")


def _group(line: Body, unit: Currency, path: str, depth: int) -> Iterator[Line]:
    """A group's own amount is the sum of its lines: only the lines count."""
    if depth >= _NESTING_MAX:
        raise Unreadable(path, "groups nested too deep")
    detail = reading.optional_body(line, "GroupLineDetail", path)
    if detail is None:
        raise Unreadable(reading.at(path, "GroupLineDetail"), "missing")
    yield from _lines(detail, unit, reading.at(path, "GroupLineDetail"), depth + 1)


def _discount(line: Body, unit: Currency, path: str) -> Line:
    return Line(
        line_id=_line_id(line, path),
        kind="discount",
        item_id=None,
        item_name=None,
        description=reading.optional_text(line, "Description", path),
        quantity=None,
        unit_price=None,
        # QuickBooks writes what a discount takes off as a positive number.
        amount_minor=-reading.minor(line, "Amount", unit, path),
        service_date=None,
    )


def _item(line: Body, unit: Currency, path: str) -> Line:
    detail_path = reading.at(path, "SalesItemLineDetail")
    detail = reading.optional_body(line, "SalesItemLineDetail", path)
    if detail is None:
        raise Unreadable(detail_path, "missing")
    item_id = reading.reference(detail, "ItemRef", detail_path) if detail.get("ItemRef") is not None else None
    kind: LineKind = "shipping" if item_id == _SHIPPING_ITEM else "item"
    return Line(
        line_id=_line_id(line, path),
        kind=kind,
        item_id=item_id,
        item_name=reading.reference_name(detail, "ItemRef", detail_path),
        description=reading.optional_text(line, "Description", path),
        quantity=reading.optional_decimal(detail, "Qty", detail_path),
        unit_price=reading.optional_decimal(detail, "UnitPrice", detail_path),
        amount_minor=reading.minor(line, "Amount", unit, path),
        service_date=reading.optional_day(detail, "ServiceDate", detail_path),
    )


def _line_id(line: Body, path: str) -> str:
    """The line's id, else its place: lines added by QuickBooks itself carry none."""
    return reading.optional_text(line, "Id", path) or path
