"""Whole answers: one broken object takes no other with it, a broken answer is used for nothing."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ingest_quickbooks.domain.answers import GarbledAnswer, read_all, read_changes, read_object, read_page
from ingest_quickbooks.domain.snapshots import Broken, Gone, Seen


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

    @pytest.mark.parametrize(
        "answer",
        [
            None,
            [],
            {},
            {"time": "2026-11-10T12:00:00Z"},
            {"CDCResponse": []},
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

    def test_an_object_without_id_condemns_the_answer(self, invoice: Any) -> None:
        with pytest.raises(GarbledAnswer):
            read_object("Invoice", invoice(Id=None), {})
