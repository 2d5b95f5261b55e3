"""Events: same fact same id, instants in UTC, exact decimals, unknown fields ignored."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from trueup_contracts.envelope import read_headers
from trueup_contracts.syncs import SyncRequestedV1
from trueup_contracts.usage import UsageObservedV1

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def usage(**changes: object) -> UsageObservedV1:
    values = {
        "version": 1,
        "ref": "amplitude:acct_1",
        "metric": "api_calls",
        "bucket": "2026-10-01",
        "quantity": "1834",
        "unit": "calls",
        "observed_at": NOW,
    }
    return UsageObservedV1.model_validate(values | changes)


def test_the_same_fact_has_the_same_id_whatever_it_says() -> None:
    assert usage().ce_id() == usage(quantity="9").ce_id()
    different = [usage(version=2), usage(metric="messages_sent"), usage(bucket="2026-10-02"), usage(ref="amplitude:b")]
    assert len({one.ce_id() for one in [usage(), *different]}) == 5


def test_headers_are_cloudevents_in_utc() -> None:
    at = datetime(2026, 11, 1, 14, tzinfo=timezone(timedelta(hours=2)))
    headers = usage().headers(source="ingest-amplitude", time=at, traceparent="00-a-b-01")
    assert headers == {
        "ce_specversion": "1.0",
        "ce_id": usage().ce_id(),
        "ce_type": "trueup.usage.observed.v1",
        "ce_source": "/ingest-amplitude",
        "ce_time": "2026-11-01T12:00:00+00:00",
        "ce_subject": "amplitude:acct_1|api_calls|2026-10-01",
        "content-type": "application/json",
        "traceparent": "00-a-b-01",
    }
    assert "traceparent" not in usage().headers(source="s", time=at)


def test_unknown_fields_are_ignored_and_absent_ones_left_out() -> None:
    value = json.loads(usage().to_bytes()) | {"added_in_a_later_release": {"x": 1}}
    assert UsageObservedV1.from_bytes(json.dumps(value).encode()) == usage()


@given(quantity=st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=4))
def test_domain_rule_18_quantities_travel_exactly(quantity: object) -> None:
    event = usage(quantity=str(quantity))
    assert UsageObservedV1.from_bytes(event.to_bytes()) == event
    assert isinstance(json.loads(event.to_bytes())["quantity"], str)


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 0},
        {"quantity": "NaN"},
        {"quantity": 1.5},
        {"bucket": "2026-10-1"},
        {"bucket": "October"},
        {"ref": "paypal:1"},
        {"ref": "amplitude:"},
        {"observed_at": "2026-11-01T12:00:00"},
        {"grain": "week"},
        {"metric": None},
    ],
)
def test_what_breaks_the_contract_is_refused_with_its_field(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError) as refused:
        usage(**changes)
    assert refused.value.errors()[0]["loc"][0] == next(iter(changes))


def test_a_command_has_the_id_of_its_request() -> None:
    event = SyncRequestedV1(version=1, request_id="r-1", source="stripe", requested_by="ana", requested_at=NOW)
    assert (event.ce_id(), event.key()) == ("r-1", "stripe")


def test_headers_read_the_same_from_every_client() -> None:
    expected = {"ce_id": "1", "ce_source": "/s"}
    assert read_headers(expected) == expected
    assert read_headers([("ce_id", b"1"), ("ce_source", b"/s")]) == expected
    assert read_headers((("ce_id", b"1"), ("ce_source", b"/s"))) == expected
