"""A record is read by itself; what cannot be read says whom it concerns."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reconciler.ports import wire
from reconciler.ports.facts import Accepted, Poison
from reconciler.usecases.read import KINDS, read
from trueup_kit.consumer import Record

USAGE, INVOICES, PAYMENTS = (f"trueup.{name}.observed.v1" for name in ("usage", "invoices", "payments"))
BUCKET = {
    "version": 3,
    "ref": "amplitude:acct_1",
    "metric": "api_calls",
    "bucket": "2026-10-01",
    "quantity": "12.50",
    "unit": "calls",
    "observed_at": "2026-10-02T00:00:00Z",
}
KEY = "amplitude:acct_1|api_calls|2026-10-01"


def usage(key: str | None = KEY, **changes: Any) -> Accepted | Poison:
    value = {name: field for name, field in (BUCKET | changes).items() if field is not None}
    return read(Record(USAGE, 0, 5, key, json.dumps(value).encode(), {}))


def test_a_good_record_is_accepted() -> None:
    found = usage()
    assert isinstance(found, Accepted)
    assert isinstance(found.fact, wire.Usage)
    assert (found.key, found.fact.version, found.fact.first_day) == (KEY, 3, "2026-10-01")


@pytest.mark.parametrize(
    "changes",
    [
        {"quantity": "NaN"},
        {"quantity": "twelve"},
        {"quantity": "1" * 70},
        {"quantity": 12.5},
        {"version": 0},
        {"version": 2**63},
        {"version": None},
        {"ref": "paypal:1"},
        {"bucket": "2026-13-01"},
        {"bucket": "yesterday"},
        {"observed_at": "2026-10-02T00:00:00"},
        {"observed_at": "0001-01-01T00:00:00+01:00"},
        {"observed_at": "9999-12-31T23:59:59-01:00"},
        {"unit": "a\u0000b"},
    ],
)
def test_what_cannot_be_stored_is_poison_and_names_its_ref(changes: dict[str, Any]) -> None:
    found = usage(**changes)
    assert isinstance(found, Poison)
    assert (found.source, found.error != "") == ("amplitude", True)
    assert found.ref == "amplitude:acct_1" or "ref" in changes


def test_a_key_that_contradicts_its_value_is_poison() -> None:
    found = usage(key="amplitude:acct_2|api_calls|2026-10-01")
    assert isinstance(found, Poison)
    assert "the key is" in found.error


@pytest.mark.parametrize("value", [b"", b"{", b"\xff\xfe", b"[]", b"null", b'"text"', None])
def test_garbage_without_a_readable_key_concerns_the_source(value: bytes | None) -> None:
    found = read(Record(INVOICES, 0, 5, None, value, {}))
    assert isinstance(found, Poison)
    assert (found.source, found.ref) == ("quickbooks", None)


def test_a_document_key_is_no_ref_but_names_the_source() -> None:
    found = read(Record(PAYMENTS, 0, 5, "stripe:payment:pi_1", b"{", {}))
    assert isinstance(found, Poison)
    assert (found.source, found.ref) == ("stripe", None)
    whose = read(Record(PAYMENTS, 0, 5, "stripe:payment:pi_1", b'{"ref": "stripe:cus_9"}', {}))
    assert isinstance(whose, Poison)
    assert whose.ref == "stripe:cus_9"


def test_the_sender_tells_the_source_when_nothing_else_does() -> None:
    found = read(Record(PAYMENTS, 0, 5, None, b"{", {"ce_source": "/stripe-webhooks"}))
    assert isinstance(found, Poison)
    assert found.source == "stripe"


@pytest.mark.parametrize("topic", sorted(KINDS))
def test_unknown_fields_are_ignored_but_not_missing_ones(topic: str) -> None:
    assert isinstance(read(Record(topic, 0, 0, None, b'{"version": 1}', {})), Poison)
    known = usage(brand_new_field=[1, 2])
    assert isinstance(known, Accepted)
