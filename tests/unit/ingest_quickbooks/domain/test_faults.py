"""Both spellings of a fault."""

from typing import Any

import pytest

from ingest_quickbooks.domain.faults import find_fault


class TestFindFault:
    @pytest.mark.parametrize(
        "answer",
        [
            {"Fault": {"Error": [{"Message": "Expired", "Detail": "d", "code": "3200"}], "type": "AUTHENTICATION"}},
            {"fault": {"error": [{"message": "Expired", "detail": "d", "code": "3200"}], "type": "AUTHENTICATION"}},
        ],
    )
    def test_reads_both_spellings(self, answer: Any) -> None:
        fault = find_fault(answer)
        assert fault is not None
        assert (fault.code, fault.message, fault.token_expired) == ("3200", "Expired: d", True)

    def test_knows_throttling_and_what_needs_a_person(self) -> None:
        fault = find_fault({"Fault": {"Error": [{"code": "003001"}]}})
        assert fault is not None
        assert fault.throttled
        fault = find_fault({"Fault": {"Error": [{"code": "6190"}]}})
        assert fault is not None
        assert fault.needs_person

    @pytest.mark.parametrize("answer", [{"Fault": {}}, {"Fault": []}, {"fault": {"error": ["x"]}}])
    def test_a_fault_that_cannot_be_read_is_still_one(self, answer: Any) -> None:
        assert find_fault(answer) is not None

    @pytest.mark.parametrize(
        "answer",
        [
            {"CDCResponse": [{"Fault": {"Error": [{"code": "610"}]}}], "time": "t"},
            {"CDCResponse": [{"QueryResponse": [{"Invoice": []}, {"fault": {"error": [{"code": "610"}]}}]}]},
            {"CDCResponse": [{}, {"Fault": None, "fault": {"error": [{"code": "610"}]}}]},
            {"QueryResponse": {"Fault": {"Error": [{"code": "610"}]}}},
        ],
    )
    def test_is_found_where_the_objects_would_stand(self, answer: Any) -> None:
        fault = find_fault(answer)
        assert fault is not None
        assert fault.code == "610"

    def test_its_words_can_be_told(self) -> None:
        fault = find_fault({"Fault": {"Error": [{"Message": "no\x00 way \ud83d", "code": "\ud83d"}]}})
        assert fault is not None
        assert (fault.message, fault.code) == ("no way ?", "?")

    @pytest.mark.parametrize("answer", [{}, [], None, {"QueryResponse": {}}])
    def test_anything_else_is_none(self, answer: Any) -> None:
        assert find_fault(answer) is None
