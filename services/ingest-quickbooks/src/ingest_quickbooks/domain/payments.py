"""Payments of the ledger: what was received and what it is set against."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time

from ingest_quickbooks.domain import reading
from ingest_quickbooks.domain.documents import is_void
from ingest_quickbooks.domain.reading import Body, Unreadable
from ingest_quickbooks.domain.snapshots import Applied, Payment, object_key
from trueup_billing import Currency


def read_payment(body: Body) -> Payment:
    """Read a Payment body.

    Raises:
        Unreadable: an amount, the currency, the customer or a line's target is missing or malformed.
    """
    unit = reading.currency(body)
    total_minor = reading.minor(body, "TotalAmt", unit)
    applied = tuple(_applied(body, unit))
    external_id = reading.text(body, "Id")
    void = is_void(body, total_minor) and not any(line.amount_minor for line in applied)
    return Payment(
        external_id=external_id,
        object_id=object_key("Payment", external_id),
        status="voided" if void else "succeeded",
        ref=reading.customer_ref(reading.reference(body, "CustomerRef")),
        currency=unit,
        amount_minor=total_minor,
        unapplied_minor=reading.optional_minor(body, "UnappliedAmt", unit) or 0,
        occurred_at=_occurred_at(body),
        method=reading.reference_name(body, "PaymentMethodRef"),
        reference=reading.optional_text(body, "PaymentRefNum"),
        applied=applied,
        sync_token=reading.optional_text(body, "SyncToken"),
    )


def _applied(body: Body, unit: Currency) -> Iterator[Applied]:
    for path, line in reading.bodies(body, "Line"):
        targets = list(reading.bodies(line, "LinkedTxn", path))
        if not targets:
            continue
        if len(targets) > 1:
            raise Unreadable(reading.at(path, "LinkedTxn"), "one amount for several documents")
        target_path, target = targets[0]
        kind = reading.text(target, "TxnType", target_path)
        document_id = object_key(kind, reading.identity(target, "TxnId", target_path))
        yield Applied(document_id, reading.minor(line, "Amount", unit, path))


def _occurred_at(body: Body) -> datetime:
    """The instant of entry where it fell on the payment's own day, else the start of that day (UTC)."""
    paid_on = reading.day(body, "TxnDate")
    stamps = reading.optional_body(body, "MetaData") or {}
    created_at = reading.optional_instant(stamps, "CreateTime", "MetaData")
    if created_at is not None and paid_on in {created_at.date(), _own_day(stamps)}:
        return created_at
    return datetime.combine(paid_on, time.min, UTC)


def _own_day(stamps: Body) -> date:
    """The day of entry as the ledger writes it, in its own offset."""
    return datetime.fromisoformat(reading.text(stamps, "CreateTime", "MetaData")).date()
