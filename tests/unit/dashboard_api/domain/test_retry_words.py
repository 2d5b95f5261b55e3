"""Every state, reason and code has its sentence; what is not known is called neither a success nor a failure."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.unit.dashboard_api.domain.test_retries import GATEWAY, INVOICE, NOW, attempt

from dashboard_api.domain import retry_words
from dashboard_api.domain.retries import HARD_DECLINES, OPEN, Failure, Reason, State
from dashboard_api.domain.retry_words import attempt_text, decline_text, reason_text

CLAIMS = ("went through", "did not go through", "was charged", "succeeded", "failed", "paid")


@pytest.mark.parametrize("state", State)
def test_every_state_is_a_sentence(state: State) -> None:
    text = attempt_text(attempt(state), NOW)
    assert text.endswith(".")
    assert text[0].isupper()


@pytest.mark.parametrize("state", sorted(OPEN))
def test_nothing_is_claimed_while_it_is_open(state: State) -> None:
    text = attempt_text(attempt(state, requested_at=NOW), NOW)
    assert not any(claim in text for claim in CLAIMS), text


def test_domain_rule_26_unknown_says_what_is_known() -> None:
    assert attempt_text(attempt(State.UNKNOWN), NOW) == (
        "Stripe has not answered yet. We keep asking; nothing will be charged twice."
    )
    changed = attempt_text(attempt(State.UNKNOWN, needs_person=True, reason="changed_meanwhile"), NOW)
    assert "it was not asked again" in changed
    person = attempt_text(attempt(State.UNKNOWN, needs_person=True), NOW)
    assert "nobody knows whether" in person
    assert "nothing more is tried" in person


@pytest.mark.parametrize(
    ("waited_s", "said"),
    [(0, "On its way"), (14, "On its way"), (15, "for 15 seconds"), (61, "for 1 minute;"), (200, "for 3 minutes")],
)
def test_a_request_that_waits_shows_its_age(waited_s: int, said: str) -> None:
    assert said in attempt_text(attempt(State.REQUESTED, requested_at=NOW - timedelta(seconds=waited_s)), NOW)


@pytest.mark.parametrize("code", sorted(HARD_DECLINES | {"insufficient_funds", "expired_card", "generic_decline"}))
def test_every_decline_we_decide_upon_has_words(code: str) -> None:
    text = attempt_text(attempt(failure=Failure(code="card_declined", decline_code=code)), NOW)
    assert text != "The payment did not go through: the bank refused the card."
    assert text.startswith("The payment did not go through: ")


def test_advice_is_passed_on_and_unknown_codes_do_no_harm() -> None:
    advised = Failure(code="card_declined", decline_code="brand_new", advice_code="do_not_try_again")
    assert attempt_text(attempt(failure=advised), NOW) == (
        "The payment did not go through: the bank refused the card. Do not try this card again; ask for another one."
    )
    assert attempt_text(attempt(failure=Failure(code="brand_new")), NOW) == "The payment did not go through."
    assert attempt_text(attempt(), NOW) == "The payment did not go through."


def test_a_decline_is_said_by_its_most_precise_code_else_in_the_gateways_words() -> None:
    precise = Failure(code="card_declined", decline_code="insufficient_funds", advice_code="try_again_later")
    assert decline_text(precise) == "The card has not enough money on it. Trying again later may work."
    assert decline_text(Failure(code="brand_new", message="Ask your bank.")) == "Ask your bank."
    assert decline_text(Failure(code="brand_new")) == "The payment did not go through."


def test_a_refusal_says_that_nothing_was_charged() -> None:
    assert attempt_text(attempt(State.REFUSED, reason="expired"), NOW) == (
        "It waited too long to be sent and was dropped; nothing was charged."
    )
    assert attempt_text(attempt(State.REFUSED, reason="brand_new"), NOW).endswith("nothing was charged.")


def test_the_link_is_mentioned_where_there_is_one() -> None:
    assert "link" not in attempt_text(attempt(State.NEEDS_CUSTOMER), NOW)
    assert "link" in attempt_text(attempt(State.NEEDS_CUSTOMER, hosted_url="https://invoice.example"), NOW)


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_a_sentence(reason: Reason) -> None:
    assert reason_text(reason).endswith(".")
    assert reason_text(reason, INVOICE).endswith(".")


def test_reasons_name_what_they_are_about() -> None:
    assert "4242" in reason_text(Reason.HARD_DECLINE_SAME_CARD, INVOICE)
    planned = replace(INVOICE, gateway=replace(GATEWAY, next_attempt_at=NOW))
    assert "09:00 UTC" in reason_text(Reason.SCHEDULED_ATTEMPT_NEAR, planned)
    settled = replace(INVOICE, gateway=replace(GATEWAY, ledger_remaining_minor=0))
    assert reason_text(Reason.PAID_IN_LEDGER, settled) == retry_words.reason_text(Reason.PAID_IN_LEDGER)
    assert "a part of it twice" in reason_text(Reason.PAID_IN_LEDGER, INVOICE)
