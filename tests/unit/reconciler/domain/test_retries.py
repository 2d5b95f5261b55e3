"""Lines of the timeline about payment retries."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args

import pytest

from dashboard_api.domain.redaction import tells_of_payment
from reconciler.domain.retries import Step, entry
from reconciler.ports.words import RetryState

STEP = Step("att_1", "in_1", "failed", datetime(2026, 11, 1, tzinfo=UTC), "USD", 5200, code="insufficient_funds")


def test_a_line_says_what_how_much_and_why() -> None:
    line = entry(STEP)
    assert line.title == "Payment retry failed: 52.00 USD"
    assert line.data["code"] == "insufficient_funds"
    assert (line.kind, line.source, line.after) == ("payment_retry", "stripe", "failed")


def test_a_request_says_who_asked() -> None:
    line = entry(replace(STEP, state="requested", requested_by="u1", code=None))
    assert (line.source, line.data["requested_by"]) == ("trueup", "u1")


@pytest.mark.parametrize("state", ["requested", *get_args(RetryState)])
def test_every_state_has_words_of_its_own_and_is_hidden_from_support(state: str) -> None:
    line = entry(replace(STEP, state=state))
    assert line.dedupe_key == f"retry|att_1|{state}"
    assert tells_of_payment({"kind": line.kind})


def test_what_needs_a_person_is_another_line_than_what_is_unknown() -> None:
    unknown = replace(STEP, state="unknown")
    person = entry(replace(unknown, needs_person=True))
    assert person.dedupe_key != entry(unknown).dedupe_key
    assert person.title.startswith("Payment retry needs a person")
