"""Payments of the ledger and what they are set against."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ingest_quickbooks.domain.payments import read_payment
from ingest_quickbooks.domain.reading import Unreadable
from ingest_quickbooks.domain.snapshots import Applied


class TestReadPayment:
    def test_reads_what_it_pays(self, payment: Any) -> None:
        read = read_payment(payment())
        assert (read.object_id, read.ref, read.amount_minor, read.status) == (
            "quickbooks:payment:9",
            "quickbooks:7",
            10825,
            "succeeded",
        )
        assert read.applied == (Applied("quickbooks:invoice:1", 10825),)
        assert (read.method, read.reference) == ("Stripe", "pi_1")

    def test_names_both_sides_of_a_credit(self, payment: Any) -> None:
        lines = [
            {"Amount": 30, "LinkedTxn": [{"TxnId": "1", "TxnType": "Invoice"}]},
            {"Amount": 30, "LinkedTxn": [{"TxnId": "4", "TxnType": "CreditMemo"}]},
        ]
        read = read_payment(payment(TotalAmt=0, Line=lines))
        assert [applied.document_id for applied in read.applied] == ["quickbooks:invoice:1", "quickbooks:creditmemo:4"]
        assert read.status == "succeeded"

    def test_keeps_what_is_not_applied(self, payment: Any) -> None:
        read = read_payment(payment(UnappliedAmt=8.25, Line=[{"Amount": 100, "LinkedTxn": []}]))
        assert (read.unapplied_minor, read.applied) == (825, ())

    def test_a_void_is_told_from_zeros_and_the_note(self, payment: Any) -> None:
        assert read_payment(payment(TotalAmt=0, Line=[], PrivateNote="Voided")).status == "voided"

    def test_occurs_when_entered_if_on_its_own_day(self, payment: Any) -> None:
        assert read_payment(payment()).occurred_at == datetime(2026, 11, 5, 11, tzinfo=UTC)
        late = {"CreateTime": "2026-11-05T23:30:00-08:00"}
        assert read_payment(payment(MetaData=late)).occurred_at == datetime(2026, 11, 6, 7, 30, tzinfo=UTC)
        assert read_payment(payment(TxnDate="2026-10-01")).occurred_at == datetime(2026, 10, 1, tzinfo=UTC)

    def test_one_amount_for_two_documents_is_unreadable(self, payment: Any) -> None:
        linked = [{"TxnId": "1", "TxnType": "Invoice"}, {"TxnId": "2", "TxnType": "Invoice"}]
        with pytest.raises(Unreadable, match="several documents"):
            read_payment(payment(Line=[{"Amount": 1, "LinkedTxn": linked}]))
