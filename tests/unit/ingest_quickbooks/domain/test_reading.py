"""What cannot be read is named by its path; what is absent stays absent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from ingest_quickbooks.domain import reading
from ingest_quickbooks.domain.answers import read_changes
from ingest_quickbooks.domain.customers import read_customer
from ingest_quickbooks.domain.documents import read_document
from ingest_quickbooks.domain.reading import Body, Unreadable
from trueup_billing import Currency

USD = Currency("USD")
Read = Callable[[Body, str, str], object]


@pytest.mark.parametrize(
    ("read", "value", "said"),
    [
        (reading.text, None, "missing"),
        (reading.text, "", "missing"),
        (reading.text, 5, "not a text"),
        (reading.optional_body, [], "not an object"),
        (lambda *at: list(reading.bodies(*at)), {}, "not a list"),
        (reading.reference, None, "missing"),
        (reading.decimal, None, "missing"),
        (reading.decimal, [1], "not a number"),
        (reading.decimal, "many", "not a number"),
        (reading.day, None, "missing"),
        (reading.day, "soon", "'soon' is no date"),
        (reading.optional_instant, "0001-01-01T00:00:00+05:00", "'0001-01-01T00:00:00+05:00' is no instant"),
        (reading.optional_instant, "soon", "'soon' is no instant"),
        (reading.optional_instant, "2026-10-01T10:00:00", "'2026-10-01T10:00:00' names no zone"),
        (lambda body, name, path: reading.minor(body, name, USD, path), Decimal("1.005"), "1.005 has more digits than USD has"),
    ],
)  # fmt: skip
def test_is_named_by_its_path(read: Read, value: object, said: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read({"Field": value}, "Field", "Line[3]")
    assert str(caught.value) == f"Line[3].Field: {said}"
    assert caught.value.path == "Line[3].Field"


def test_an_item_of_a_list_is_named_by_its_place() -> None:
    with pytest.raises(Unreadable, match=r"^Line\[1\]: not an object$"):
        list(reading.bodies({"Line": [{}, 7]}, "Line"))


@pytest.mark.parametrize(
    ("read", "value", "found"),
    [
        (reading.optional_text, None, None),
        (reading.optional_body, None, None),
        (lambda *at: list(reading.bodies(*at)), None, []),
        (reading.reference_name, None, None),
        (reading.optional_decimal, None, None),
        (reading.optional_decimal, "3.50", Decimal("3.50")),
        (lambda body, name, path: reading.optional_minor(body, name, USD, path), None, None),
        (reading.optional_day, None, None),
        (reading.optional_day, "2026-10-01T00:00:00Z", date(2026, 10, 1)),
        (reading.optional_instant, None, None),
        (reading.optional_instant, "2026-10-01T10:00:00-07:00", datetime(2026, 10, 1, 17, tzinfo=UTC)),
    ],
)
def test_what_is_absent_stays_absent(read: Read, value: object, found: object) -> None:
    assert read({"Field": value}, "Field", "") == found


def test_an_unknown_currency_is_not_guessed() -> None:
    with pytest.raises(Unreadable) as caught:
        reading.currency({"CurrencyRef": {"value": "dollars"}})
    assert caught.value.path == "CurrencyRef.value"


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ({"DetailType": "GroupLineDetail"}, "Line[0].GroupLineDetail"),
        ({"DetailType": "SalesItemLineDetail"}, "Line[0].SalesItemLineDetail"),
        ({"DetailType": "ReimburseLineDetail"}, "Line[0].DetailType"),
    ],
)
def test_a_line_without_its_detail_is_not_passed_over(line: Body, path: str) -> None:
    body = {"Id": "1", "CurrencyRef": {"value": "USD"}, "TotalAmt": 1, "Line": [line]}
    with pytest.raises(Unreadable) as caught:
        read_document(body, "Invoice")
    assert caught.value.path == path


def test_a_credit_memo_that_does_not_say_what_is_left_has_its_balance() -> None:
    body = {
        "Id": "4", "CurrencyRef": {"value": "USD"}, "CustomerRef": {"value": "7"}, "TxnDate": "2026-10-01", "TotalAmt": 9,
        "Balance": Decimal("2.5"), "Line": [],
    }  # fmt: skip
    assert read_document(body, "CreditMemo").balance_minor == 250


def test_link_keys_come_from_fields_and_custom_fields_that_say_something() -> None:
    custom = [{"Name": "Client", "StringValue": "cl_1"}, {"Name": "Empty"}, {"StringValue": "nameless"}]
    body = {"Id": "7", "DisplayName": "Northwind", "CustomField": custom}
    found = read_customer(body, {"client_id": "Client", "amplitude_id": "Empty"})
    assert found.link_keys == {"client_id": "cl_1"}


def test_entities_that_did_not_change_are_not_among_the_changes() -> None:
    answer = {"CDCResponse": [{"QueryResponse": [{"Invoice": []}, {}]}], "time": "2026-10-01T10:00:00-07:00"}
    assert read_changes(answer).bodies == {}
