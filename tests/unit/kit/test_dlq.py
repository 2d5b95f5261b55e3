"""A dead letter is the record as it was, with where it stood and why."""

from __future__ import annotations

from trueup_kit.consumer import Record
from trueup_kit.dlq import dead_letter


def test_it_keeps_key_value_and_headers_and_says_why() -> None:
    record = Record("trueup.usage.observed.v1", 3, 42, "k", b"{broken", {"ce_id": "1"}, 7)
    letter = dead_letter(record, ValueError("line one\nline two"), service="reconciler", attempts=2)
    assert (letter.topic, letter.key, letter.value) == ("trueup.usage.observed.v1.dlq", "k", b"{broken")
    assert letter.headers == {
        "ce_id": "1",
        "dlq_error": "ValueError: line one line two",
        "dlq_topic": "trueup.usage.observed.v1",
        "dlq_partition": "3",
        "dlq_offset": "42",
        "dlq_attempts": "2",
        "dlq_service": "reconciler",
    }


def test_a_record_without_key_or_value_can_be_diverted_too() -> None:
    letter = dead_letter(Record("t", 0, 0, None, None), "no key " + "x" * 5000, service="s")
    assert (letter.key, letter.value) == ("", b"")
    assert len(letter.headers["dlq_error"]) == 1000
