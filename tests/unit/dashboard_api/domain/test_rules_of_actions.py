"""Rules 17, 25 and 27 of reconciliation: when a payment may be taken again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.unit.dashboard_api.domain.test_retries import CARD, GATEWAY, NOW, POLICY, asked, attempt, source

from dashboard_api.domain.access import PERMISSIONS, Permission, Role
from dashboard_api.domain.retries import Failure, Reason, State


@pytest.mark.parametrize("name", ["amplitude", "quickbooks", "stripe"])
@pytest.mark.parametrize("state", ["partial", "unlinked", "never"])
def test_domain_rule_17_no_payment_is_taken_on_a_source_that_is_not_whole(name: str, state: str) -> None:
    assert asked(sources=source(name, state=state)) is Reason.CANNOT_JUDGE


@pytest.mark.parametrize(
    ("against", "reason"),
    [
        ({"status": "paid"}, Reason.NOT_OPEN),
        ({"remaining_minor": 0}, Reason.NOTHING_REMAINING),
        ({"ledger_remaining_minor": 0}, Reason.PAID_IN_LEDGER),
        ({"method": None}, Reason.NO_PAYMENT_METHOD),
        ({"failure": Failure(decline_code="stolen_card", method=CARD)}, Reason.HARD_DECLINE_SAME_CARD),
        ({"next_attempt_at": NOW + timedelta(minutes=59)}, Reason.SCHEDULED_ATTEMPT_NEAR),
        ({"currency": "EUR"}, Reason.CANNOT_JUDGE),
    ],
)
def test_domain_rule_25_each_thing_that_stands_against_it_is_named(against: dict[str, Any], reason: Reason) -> None:
    assert asked() is None
    assert asked(**against) is reason


@pytest.mark.parametrize("state", [State.REQUESTED, State.PROCESSING, State.UNKNOWN])
def test_domain_rule_25_an_attempt_in_flight_or_unknown_blocks_the_next(state: State) -> None:
    assert asked(attempts=(attempt(state),)) is Reason.ATTEMPT_OPEN


def test_domain_rule_25_only_account_managers_may() -> None:
    assert {role for role in Role if Permission.PAYMENTS_RETRY in PERMISSIONS[role]} == {Role.ACCOUNT_MANAGER}


def test_domain_rule_27_manual_attempts_have_a_cap_of_their_own() -> None:
    three = replace(POLICY, attempts_max=3)
    made = [attempt(attempt_id=f"pr_{number}") for number in range(3)]
    assert asked(attempts=tuple(made[:2]), policy=three) is None
    assert asked(attempts=tuple(made), policy=three) is Reason.ATTEMPTS_USED_UP


def test_domain_rule_27_neither_old_nor_refused_attempts_count_nor_those_of_the_schedule() -> None:
    once = replace(POLICY, attempts_max=1)
    old = attempt(requested_at=NOW - once.attempts_window)
    assert asked(attempts=(old, attempt(State.REFUSED)), policy=once) is None
    assert asked(policy=once, attempt_count=40) is None
    assert GATEWAY.next_attempt_at is None


def test_domain_rule_24_a_minor_unit_of_tax_between_the_systems_is_no_payment() -> None:
    assert asked(remaining_minor=10_000, ledger_remaining_minor=9_999) is None
    assert asked(remaining_minor=10_000, ledger_remaining_minor=9_998) is Reason.PAID_IN_LEDGER
