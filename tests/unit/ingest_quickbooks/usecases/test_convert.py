"""Snapshots become events without loss."""

from datetime import UTC, datetime
from typing import Any

from ingest_quickbooks.domain.documents import read_document
from ingest_quickbooks.domain.payments import read_payment
from ingest_quickbooks.usecases.convert import to_deleted, to_event

NOW = datetime(2026, 11, 10, tzinfo=UTC)


class TestToEvent:
    def test_an_invoice_keeps_exact_decimals_as_text(self, invoice: Any) -> None:
        event: Any = to_event(read_document(invoice("1"), "Invoice"), version=3, observed_at=NOW)
        (line,) = event.lines
        assert (line.quantity, line.unit_price, line.amount_minor) == ("1000.5", "0.1", 10000)
        assert (event.version, event.source_version, event.currency) == (3, "0", "USD")
        assert type(event).from_bytes(event.to_bytes()) == event

    def test_a_payment_names_what_it_is_set_against(self, payment: Any) -> None:
        event: Any = to_event(read_payment(payment()), version=3, observed_at=NOW)
        assert event.applied[0].document_id == "quickbooks:invoice:1"
        assert event.link_keys == {"payment_reference": "pi_1"}
        assert event.kind == "payment"


class TestToDeleted:
    def test_a_deleted_payment_is_set_against_nothing(self, payment: Any) -> None:
        live = to_event(read_payment(payment()), version=3, observed_at=NOW)
        gone: Any = to_deleted("Payment", live.to_bytes(), version=9, observed_at=NOW)
        assert (gone.status, gone.applied, gone.version) == ("deleted", [], 9)

    def test_a_deleted_customer_is_marked(self, customer: Any) -> None:
        from ingest_quickbooks.domain.customers import read_customer

        live = to_event(read_customer(customer(), {}), version=1, observed_at=NOW)
        gone: Any = to_deleted("Customer", live.to_bytes(), version=2, observed_at=NOW)
        assert (gone.deleted, gone.active, gone.name) == (True, False, "Acme")
