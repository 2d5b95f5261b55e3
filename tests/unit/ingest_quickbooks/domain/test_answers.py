"""Whole answers: one broken object takes no other with it, a broken answer is used for nothing."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ingest_quickbooks.domain.answers import GarbledAnswer, read_all, read_changes, read_object, read_page
from ingest_quickbooks.domain.snapshots import Broken, Customer, Document, Gone, Seen


class TestReadChanges:
    def test_sorts_bodies_by_entity(self, invoice: Any, customer: Any) -> None:
        queries = [
            {"Invoice": [invoice("1"), invoice("2")], "startPosition": 1, "maxResults": 2},
            {"Customer": [customer()]},
            {},
        ]
        answer = {"CDCResponse": [{"QueryResponse": queries}], "time": "2026-11-10T04:00:00.000-08:00"}
        changes = read_changes(answer)
        assert {entity: len(rows) for entity, rows in changes.bodies.items()} == {"Invoice": 2, "Customer": 1}
        assert changes.time == datetime(2026, 11, 10, 12, tzinfo=UTC)
        assert not changes.truncated

    def test_a_full_answer_is_a_cut_one(self, invoice: Any) -> None:
        rows = [invoice(str(number)) for number in range(1000)]
        answer = {"CDCResponse": [{"QueryResponse": [{"Invoice": rows}]}], "time": "2026-11-10T12:00:00Z"}
        assert read_changes(answer).truncated

    @pytest.mark.parametrize("quiet", [[], [{}], [{}, {}]])
    def test_nothing_has_changed(self, quiet: Any) -> None:
        answer = {"CDCResponse": [{"QueryResponse": quiet}], "time": "2026-11-10T12:00:00Z"}
        assert read_changes(answer).bodies == {}

    @pytest.mark.parametrize(
        "answer",
        [
            None,
            [],
            {},
            {"time": "2026-11-10T12:00:00Z"},
            {"CDCResponse": [], "time": "2026-11-10T12:00:00Z"},
            {"CDCResponse": [{}], "time": "2026-11-10T12:00:00Z"},
            {"CDCResponse": [{"QueryResponse": [{}]}, {}], "time": "2026-11-10T12:00:00Z"},
            {"CDCResponse": 3, "time": "2026-11-10T12:00:00Z"},
            {"CDCResponse": [{"QueryResponse": [{"Invoice": ["x"]}]}], "time": "2026-11-10T12:00:00Z"},
        ],
    )
    def test_garbage_is_refused_as_a_whole(self, answer: Any) -> None:
        with pytest.raises(GarbledAnswer):
            read_changes(answer)


class TestReadPage:
    def test_an_empty_result_has_no_list(self) -> None:
        assert read_page({"QueryResponse": {}, "time": "x"}, "Invoice") == []

    @pytest.mark.parametrize("answer", [{}, {"QueryResponse": None}, {"QueryResponse": {"Invoice": {}}}, "<html>"])
    def test_garbage_is_refused(self, answer: Any) -> None:
        with pytest.raises(GarbledAnswer):
            read_page(answer, "Invoice")


class TestReadObject:
    def test_a_deletion_brings_only_an_id(self) -> None:
        assert read_object("Invoice", {"Id": "3", "status": "Deleted"}, {}) == Gone("Invoice", "3")

    def test_a_broken_one_names_customer_and_path(self, invoice: Any) -> None:
        broken = read_object("Invoice", invoice("3", CurrencyRef=None), {})
        assert broken == Broken("Invoice", "3", "quickbooks:7", "Invoice.CurrencyRef: missing")

    def test_a_broken_one_without_customer_has_no_ref(self, invoice: Any) -> None:
        broken = read_object("Invoice", invoice("3", CustomerRef=None), {})
        assert isinstance(broken, Broken)
        assert broken.ref is None

    def test_one_broken_takes_no_other_with_it(self, invoice: Any) -> None:
        rows = [invoice("1"), invoice("2", TotalAmt=None), invoice("3")]
        kinds = [type(reading) for reading in read_all("Invoice", rows, {})]
        assert kinds == [Seen, Broken, Seen]

    @pytest.mark.parametrize("external_id", [None, 7, "", "1\x00", "\ud83d"])
    def test_an_object_without_id_condemns_the_answer(self, invoice: Any, external_id: Any) -> None:
        with pytest.raises(GarbledAnswer):
            read_object("Invoice", invoice() | {"Id": external_id}, {})

    def test_half_a_character_in_a_name_is_no_reason_to_stop(self, customer: Any) -> None:
        found = read_object("Customer", customer() | {"DisplayName": "Acme \ud83d\x00"}, {})
        assert isinstance(found, Seen)
        assert isinstance(found.snapshot, Customer)
        assert found.snapshot.name == "Acme ?"

    @pytest.mark.parametrize("value", ["7\x00", "7\ud83d"])
    def test_a_customer_id_is_never_cleaned_into_another(self, invoice: Any, value: str) -> None:
        found = read_object("Invoice", invoice() | {"CustomerRef": {"value": value}}, {})
        assert isinstance(found, Broken)
        assert (found.ref, found.detail) == (None, "Invoice.CustomerRef.value: not an id")

    @pytest.mark.parametrize("status", ["Active", "Zombie", "", None])
    def test_only_what_is_said_to_be_deleted_is_gone(self, invoice: Any, status: str | None) -> None:
        assert isinstance(read_object("Invoice", invoice() | {"status": status}, {}), Seen)

    @pytest.mark.parametrize("kind", ["AccountLineDetail", "EstimateLineDetail", "ReimburseLineDetail", "ZLineDetail"])
    def test_a_line_of_an_unknown_kind_is_named(self, invoice: Any, kind: str) -> None:
        line = invoice()["Line"][0] | {"DetailType": kind}
        found = read_object("Invoice", invoice() | {"Line": [line]}, {})
        assert isinstance(found, Broken)
        assert found.detail.endswith(f"unknown kind {kind!r}")

    def test_an_invoice_has_a_balance_and_no_remaining_credit(self, invoice: Any) -> None:
        found = read_object("Invoice", invoice() | {"Balance": 5, "RemainingCredit": 1}, {})
        assert isinstance(found, Seen)
        assert isinstance(found.snapshot, Document)
        assert found.snapshot.balance_minor == 500

    @pytest.mark.parametrize("total", [7, -7])
    def test_what_has_a_total_is_not_void_whatever_its_note_says(self, invoice: Any, total: int) -> None:
        body = invoice() | {"TotalAmt": total, "Line": [], "PrivateNote": "Voided - no, not this one"}
        found = read_object("Invoice", body, {})
        assert isinstance(found, Seen)
        assert isinstance(found.snapshot, Document)
        assert found.snapshot.state == "open"

    def test_a_broken_customer_is_its_own_ref(self, customer: Any) -> None:
        found = read_object("Customer", customer() | {"DisplayName": 7}, {})
        assert isinstance(found, Broken)
        assert found.ref == "quickbooks:7"
