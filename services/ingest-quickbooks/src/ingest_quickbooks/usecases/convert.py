"""Between snapshots and the events on the bus."""

from __future__ import annotations

from datetime import datetime

from pydantic import ValidationError

from ingest_quickbooks.domain.reading import Unreadable
from ingest_quickbooks.domain.snapshots import Customer, Document, Entity, Line, Payment, Snapshot
from trueup_billing import format_decimal
from trueup_contracts.customers import CustomerObservedV1
from trueup_contracts.envelope import Event
from trueup_contracts.invoices import Application, InvoiceObservedV1
from trueup_contracts.invoices import Line as LinePart
from trueup_contracts.payments import Method, PaymentObservedV1

Observed = CustomerObservedV1 | InvoiceObservedV1 | PaymentObservedV1

_EVENTS: dict[Entity, type[Observed]] = {
    "Customer": CustomerObservedV1,
    "Invoice": InvoiceObservedV1,
    "CreditMemo": InvoiceObservedV1,
    "Payment": PaymentObservedV1,
}


def to_event(snapshot: Snapshot, *, version: int, observed_at: datetime) -> Observed:
    """The event that announces a snapshot.

    Raises:
        Unreadable: the event takes no such value; named by the event's own field.
    """
    try:
        if isinstance(snapshot, Customer):
            return _customer(snapshot, version, observed_at)
        if isinstance(snapshot, Document):
            return _document(snapshot, version, observed_at)
        return _payment(snapshot, version, observed_at)
    except ValidationError as error:
        raise _unreadable(error) from error


def to_deleted(entity: Entity, value: bytes, *, version: int, observed_at: datetime) -> Event:
    """The event that announces a deletion: the last snapshot, marked; a deletion itself brings only an id.

    Raises:
        Unreadable: the last snapshot is no such event.
    """
    try:
        last = _EVENTS[entity].from_bytes(value)
    except ValidationError as error:
        raise _unreadable(error) from error
    update: dict[str, object] = {"version": version, "observed_at": observed_at}
    if isinstance(last, InvoiceObservedV1):
        update |= {"state": "deleted", "balance_minor": 0}
    elif isinstance(last, PaymentObservedV1):
        update |= {"status": "deleted", "applied": [], "unapplied_minor": 0}
    else:
        update |= {"deleted": True, "active": False}
    return last.model_copy(update=update)


def _unreadable(error: ValidationError) -> Unreadable:
    """The first fault; what stands in the field is not repeated."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    return Unreadable(".".join(map(str, first["loc"])), first["msg"])


def _customer(customer: Customer, version: int, observed_at: datetime) -> CustomerObservedV1:
    return CustomerObservedV1(
        version=version,
        ref=customer.ref,
        observed_at=observed_at,
        name=customer.name,
        email=customer.email,
        currency=customer.currency,
        active=customer.active,
        parent_ref=customer.parent_ref,
        link_keys=customer.link_keys,
    )


def _document(document: Document, version: int, observed_at: datetime) -> InvoiceObservedV1:
    return InvoiceObservedV1(
        version=version,
        document_id=document.document_id,
        kind=document.kind,
        state=document.state,
        ref=document.ref,
        number=document.number,
        issued_on=document.issued_on,
        due_on=document.due_on,
        currency=document.currency.code,
        total_minor=document.total_minor,
        tax_minor=document.tax_minor,
        balance_minor=document.balance_minor,
        lines=[_line(line) for line in document.lines],
        links=list(document.links),
        source_version=document.sync_token,
        created_at=document.created_at,
        updated_at=document.updated_at,
        observed_at=observed_at,
    )


def _line(line: Line) -> LinePart:
    return LinePart(
        line_id=line.line_id,
        kind=line.kind,
        item_id=line.item_id,
        item_name=line.item_name,
        description=line.description,
        quantity=None if line.quantity is None else format_decimal(line.quantity),
        unit_price=None if line.unit_price is None else format_decimal(line.unit_price),
        amount_minor=line.amount_minor,
        service_date=line.service_date,
    )


def _payment(payment: Payment, version: int, observed_at: datetime) -> PaymentObservedV1:
    return PaymentObservedV1(
        version=version,
        object_id=payment.object_id,
        kind="payment",
        ref=payment.ref,
        status=payment.status,
        currency=payment.currency.code,
        amount_minor=payment.amount_minor,
        occurred_at=payment.occurred_at,
        observed_at=observed_at,
        method=None if payment.method is None else Method(kind=payment.method),
        applied=[Application(document_id=a.document_id, amount_minor=a.amount_minor) for a in payment.applied],
        unapplied_minor=payment.unapplied_minor,
        link_keys={"payment_reference": payment.reference} if payment.reference else {},
        source_version=payment.sync_token,
    )
