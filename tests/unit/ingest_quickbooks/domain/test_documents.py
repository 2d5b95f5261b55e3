"""Invoices and credit memos are read exactly or not at all."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_quickbooks.domain import reading
from ingest_quickbooks.domain.documents import read_document
from ingest_quickbooks.domain.reading import Unreadable
from trueup_billing import Currency


class TestReadDocument:
    def test_reads_an_invoice(self, invoice: Any) -> None:
        document = read_document(invoice("12"), "Invoice")
        assert (document.document_id, document.ref, document.kind) == (
            "quickbooks:invoice:12",
            "quickbooks:7",
            "invoice",
        )
        assert (document.total_minor, document.tax_minor, document.balance_minor) == (10825, 825, 10825)
        assert (document.state, document.number, document.due_on) == ("open", "INV-12", date(2026, 11, 15))
        assert document.updated_at == datetime(2026, 11, 1, 6, tzinfo=UTC)
        (line,) = document.lines
        assert (line.kind, line.item_id, line.amount_minor) == ("item", "1", 10000)
        assert (line.quantity, line.unit_price) == (Decimal("1000.5"), Decimal("0.1"))
        assert line.service_date == date(2026, 10, 31)

    def test_leaves_subtotals_and_descriptions_out(self, invoice: Any) -> None:
        lines = [*invoice()["Line"], {"DetailType": "DescriptionOnly", "Description": "Thank you"}]
        assert len(read_document(invoice(Line=lines), "Invoice").lines) == 1

    def test_flattens_groups_without_counting_their_own_amount(self, invoice: Any) -> None:
        inner = invoice()["Line"][0]
        group = {"Id": "5", "Amount": 200, "DetailType": "GroupLineDetail", "GroupLineDetail": {"Line": [inner, inner]}}
        lines = read_document(invoice(Line=[group]), "Invoice").lines
        assert [line.amount_minor for line in lines] == [10000, 10000]

    def test_a_discount_lowers(self, invoice: Any) -> None:
        line = {"Id": "3", "Amount": 12.5, "DetailType": "DiscountLineDetail", "DiscountLineDetail": {}}
        (discount,) = read_document(invoice(Line=[line]), "Invoice").lines
        assert (discount.kind, discount.amount_minor) == ("discount", -1250)

    def test_shipping_is_no_usage(self, invoice: Any) -> None:
        detail = {"ItemRef": {"value": "SHIPPING_ITEM_ID"}}
        line = {"Amount": 9, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
        (shipping,) = read_document(invoice(Line=[line]), "Invoice").lines
        assert (shipping.kind, shipping.line_id) == ("shipping", "Line[0]")

    @pytest.mark.parametrize(
        ("code", "amount", "minor"), [("JPY", 1200, 1200), ("KWD", 1.234, 1234), ("USD", 1.1, 110), ("JPY", 5.0, 5)]
    )
    def test_money_follows_the_currency(self, invoice: Any, code: Any, amount: Any, minor: Any) -> None:
        read = read_document(
            invoice(CurrencyRef={"value": code}, TotalAmt=amount, Balance=0, TxnTaxDetail={}, Line=[]), "Invoice"
        )
        assert read.total_minor == minor

    def test_keeps_only_links_that_settle(self, invoice: Any) -> None:
        links = [{"TxnId": "3", "TxnType": "Estimate"}, {"TxnId": "9", "TxnType": "Payment"}]
        assert read_document(invoice(LinkedTxn=links), "Invoice").links == ("quickbooks:payment:9",)

    def test_a_credit_memo_has_what_is_left_of_it(self, invoice: Any) -> None:
        memo = read_document(invoice("4", RemainingCredit=30.5, Balance=0), "CreditMemo")
        assert (memo.kind, memo.balance_minor) == ("credit_memo", 3050)
        assert memo.document_id == "quickbooks:creditmemo:4"


class TestVoid:
    def test_domain_rule_16_a_void_is_told_from_zeros_and_the_note(self, invoice: Any) -> None:
        lines = [dict(invoice()["Line"][0], Amount=0)]
        zeroed = {"TotalAmt": 0, "Balance": 0, "TxnTaxDetail": {"TotalTax": 0}, "Line": lines}
        assert read_document(invoice(PrivateNote="Voided - by Ann", **zeroed), "Invoice").state == "void"
        assert read_document(invoice(PrivateNote="a gift", **zeroed), "Invoice").state == "open"
        assert read_document(invoice(PrivateNote="Voided"), "Invoice").state == "open"


class TestUnreadable:
    @pytest.mark.parametrize(
        ("changes", "path"),
        [
            ({"CurrencyRef": None}, "CurrencyRef"),
            ({"CurrencyRef": {"value": "usd"}}, "CurrencyRef.value"),
            ({"CustomerRef": None}, "CustomerRef"),
            ({"TotalAmt": None}, "TotalAmt"),
            ({"TotalAmt": "x"}, "TotalAmt"),
            ({"TotalAmt": True}, "TotalAmt"),
            ({"TotalAmt": 1.005}, "TotalAmt"),
            ({"Balance": None}, "Balance"),
            ({"TxnDate": "yesterday"}, "TxnDate"),
            ({"Line": "none"}, "Line"),
            ({"Line": [7]}, "Line[0]"),
            ({"Line": [{"DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {}}]}, "Line[0].Amount"),
            ({"Line": [{"DetailType": "NewKind", "Amount": 1}]}, "Line[0].DetailType"),
            ({"MetaData": {"LastUpdatedTime": "2026-11-01T00:00:00"}}, "MetaData.LastUpdatedTime"),
        ],
    )
    def test_names_the_path_and_guesses_nothing(self, invoice: Any, changes: Any, path: Any) -> None:
        with pytest.raises(Unreadable) as caught:
            read_document(invoice(**changes), "Invoice")
        assert caught.value.path == path

    def test_a_group_within_groups_is_bounded(self, invoice: Any) -> None:
        line = {"DetailType": "GroupLineDetail", "GroupLineDetail": {"Line": []}}
        for _ in range(10):
            line = {"DetailType": "GroupLineDetail", "GroupLineDetail": {"Line": [line]}}
        with pytest.raises(Unreadable):
            read_document(invoice(Line=[line]), "Invoice")


@given(st.integers(-(10**14), 10**14), st.sampled_from(["USD", "JPY", "KWD"]))
def test_minor_units_are_exact(amount_minor: Any, code: Any) -> None:
    unit = Currency(code)
    major = Decimal(amount_minor).scaleb(-unit.exponent)
    assert reading.minor({"Amount": major}, "Amount", unit) == amount_minor
