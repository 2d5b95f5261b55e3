"""An account's payments, sorted once by what they belong to: an account with a thousand invoices looks each up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from reconciler.domain.snapshot import Document, Payment

_GONE = frozenset({"void", "deleted"})
Groups = Mapping[str, list[Payment]]


def newest_first(payments: Iterable[Payment]) -> tuple[Payment, ...]:
    """In the order in which they are listed."""
    return tuple(sorted(payments, key=lambda payment: (payment.occurred_at, payment.object_id), reverse=True))


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway invoice with the payments, refunds and disputes that belong to it."""

    invoice: Payment
    payments: tuple[Payment, ...]
    refunds: tuple[Payment, ...]
    disputes: tuple[Payment, ...]

    def open_minor(self, currency: str) -> int | None:
        """What the gateway still waits for; None where it does not say, or says it in another currency."""
        return self.invoice.remaining_minor if self.invoice.currency == currency else None

    @property
    def last_failure(self) -> tuple[Mapping[str, str | None], Mapping[str, str | None] | None] | None:
        """Why the last attempt did not work, and what it was made with; None where it worked or there was none."""
        failed = [p for p in self.payments if p.failure]
        latest = max(failed, key=lambda p: (p.occurred_at, p.object_id), default=None)
        if self.invoice.failure:
            return self.invoice.failure, latest.method if latest else None
        return None


@dataclass(frozen=True, slots=True)
class Cash:
    """Payments by the ids that join them."""

    by_document: Groups = field(default_factory=dict)
    """Gateway invoices whose metadata name the ledger's invoice id."""
    by_number: Groups = field(default_factory=dict)
    """Gateway invoices that name no ledger id, by the invoice number that they carry."""
    by_gateway_invoice: Groups = field(default_factory=dict)
    """Payments, refunds and disputes of a gateway invoice."""
    by_payment: Groups = field(default_factory=dict)
    """Refunds and disputes of a payment."""
    applied: Groups = field(default_factory=dict)
    """Money that arrived and was set against a document, by document id."""

    @classmethod
    def of(cls, payments: Iterable[Payment]) -> Cash:
        """Sort them."""
        documents, numbers, invoices, paid, applied = (defaultdict[str, list[Payment]](list) for _ in range(5))
        for one in payments:
            if one.kind == "gateway_invoice":
                _file_invoice(one, documents, numbers)
            elif one.gateway_invoice_id is not None:
                invoices[one.gateway_invoice_id].append(one)
            elif one.payment_id is not None:
                paid[one.payment_id].append(one)
            if one.kind == "payment" and one.status == "succeeded" and one.amount_minor > 0:
                for document_id in {part.document_id for part in one.applied}:
                    applied[document_id].append(one)
        return cls(documents, numbers, invoices, paid, applied)

    def gateway_of(self, document: Document) -> Gateway | None:
        """The gateway's side of an invoice: joined by the ledger's id in its metadata, else by an equal number.

        An equal number in another currency is another invoice's.
        """
        found = self.by_document.get(document.external_id)
        if not found and document.number:
            numbered = self.by_number.get(document.number, ())
            found = [one for one in numbered if one.currency == document.currency]
        if not found:
            return None
        invoice = max(found, key=lambda p: (p.occurred_at, p.object_id))
        belonging = list(self.by_gateway_invoice.get(invoice.external_id, ()))
        paid = tuple(p for p in belonging if p.kind == "payment")
        belonging += [p for one in paid for p in self.by_payment.get(one.external_id, ())]
        return Gateway(
            invoice,
            paid,
            tuple(p for p in belonging if p.kind == "refund"),
            tuple(p for p in belonging if p.kind == "dispute"),
        )


def _file_invoice(invoice: Payment, documents: dict[str, list[Payment]], numbers: dict[str, list[Payment]]) -> None:
    """An equal number joins only where the metadata name no other document."""
    if invoice.status in _GONE:
        return
    if named := invoice.link_keys.get("quickbooks_invoice_id"):
        documents[named].append(invoice)
        return
    for number in {invoice.number, invoice.link_keys.get("invoice_number")} - {None}:
        numbers[str(number)].append(invoice)
