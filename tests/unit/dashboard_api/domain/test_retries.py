"""Each reason why a payment is not taken again, and that no mixture of anything else outweighs it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard_api.domain.retries import (
    HARD_DECLINES,
    OPEN,
    PAID,
    Attempt,
    Failure,
    Gateway,
    Invoice,
    Method,
    Policy,
    Reason,
    Source,
    State,
    why_not,
)

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
POLICY = Policy(guard=timedelta(minutes=60), expired_after=timedelta(hours=24))
CARD, OTHER_CARD = Method("card", "visa", "4242"), Method("card", "visa", "1881")
GATEWAY = Gateway(
    ref="stripe:cus_1",
    status="open",
    currency="USD",
    remaining_minor=10_000,
    ledger_remaining_minor=10_000,
    attempt_count=1,
    next_attempt_at=None,
    method=CARD,
    failure=None,
)
INVOICE = Invoice("a1", "in_1", "INV-1", "overdue", "USD", 10_000, GATEWAY)
SOURCES = tuple(Source(name, "complete", NOW - timedelta(minutes=1)) for name in ("amplitude", "quickbooks", "stripe"))


def attempt(state: State = State.FAILED, **more: Any) -> Attempt:
    known: dict[str, Any] = {
        "attempt_id": "pr_1",
        "client_id": "a1",
        "gateway_invoice_id": "in_1",
        "ref": "stripe:cus_1",
        "invoice_number": "INV-1",
        "amount_minor": 10_000,
        "currency": "USD",
        "method": CARD,
        "requested_by": "ana",
        "requested_at": NOW - timedelta(minutes=5),
    }
    return Attempt(**(known | more), state=state)


def asked(
    invoice: Invoice = INVOICE,
    sources: tuple[Source, ...] = SOURCES,
    attempts: tuple[Attempt, ...] = (),
    policy: Policy = POLICY,
    **gateway: Any,
) -> Reason | None:
    if gateway:
        invoice = replace(invoice, gateway=replace(GATEWAY, **gateway))
    return why_not(invoice, sources, attempts, policy=policy, now=NOW)


def source(name: str, **more: Any) -> tuple[Source, ...]:
    return tuple(replace(each, **more) if each.name == name else each for each in SOURCES)


def test_nothing_stands_against_an_open_invoice() -> None:
    assert asked() is None


def test_read_only_mode_outranks_everything() -> None:
    assert asked(policy=replace(POLICY, read_only=True), status="paid") is Reason.READ_ONLY_MODE


def test_an_invoice_without_a_gateway_invoice() -> None:
    assert asked(replace(INVOICE, gateway=None)) is Reason.NO_GATEWAY_INVOICE
    assert asked(replace(INVOICE, gateway_invoice_id=None)) is Reason.NO_GATEWAY_INVOICE


@pytest.mark.parametrize("state", sorted(OPEN))
def test_an_attempt_under_way(state: State) -> None:
    assert asked(attempts=(attempt(State.FAILED), attempt(state))) is Reason.ATTEMPT_OPEN


def test_an_attempt_that_needs_a_person_blocks_further_ones() -> None:
    assert asked(attempts=(attempt(State.UNKNOWN, needs_person=True),)) is Reason.NEEDS_PERSON


@pytest.mark.parametrize("status", ["paid", "void", "draft", "uncollectible", "a_new_word"])
def test_what_is_not_open_at_the_gateway(status: str) -> None:
    assert asked(status=status) is Reason.NOT_OPEN


@pytest.mark.parametrize("status", ["void", "draft"])
def test_what_the_ledger_has_taken_back(status: str) -> None:
    assert asked(replace(INVOICE, status=status)) is Reason.NOT_OPEN


def test_nothing_remaining() -> None:
    assert asked(remaining_minor=0) is Reason.NOTHING_REMAINING
    assert asked(remaining_minor=None) is Reason.CANNOT_JUDGE


def test_paid_in_the_ledger() -> None:
    assert asked(ledger_remaining_minor=0) is Reason.PAID_IN_LEDGER
    assert asked(ledger_remaining_minor=0, remaining_minor=1) is Reason.PAID_IN_LEDGER, "not even a rounding is owed"


def test_paid_in_part_in_the_ledger_only() -> None:
    assert asked(ledger_remaining_minor=4_000) is Reason.PAID_IN_LEDGER
    assert asked(ledger_remaining_minor=4_000, remaining_minor=4_000) is None
    assert asked(ledger_remaining_minor=4_000, remaining_minor=4_001) is None, "tax may differ by one"
    assert asked(ledger_remaining_minor=4_000, remaining_minor=4_002) is Reason.PAID_IN_LEDGER


def test_the_ledger_may_be_behind_the_gateway() -> None:
    assert asked(remaining_minor=4_000) is None


@pytest.mark.parametrize("state", sorted(PAID))
def test_a_payment_just_taken_is_not_taken_again_on_older_news(state: State) -> None:
    settled = attempt(state, settled_at=NOW - timedelta(seconds=30))
    assert asked(attempts=(settled,)) is Reason.NOTHING_REMAINING
    newer = source("stripe", as_of=NOW - timedelta(seconds=10))
    assert asked(sources=newer, attempts=(settled,)) is None, "newer news of Stripe say that it is owed again"


@pytest.mark.parametrize("state", ["partial", "unlinked", "never", "a_new_word"])
@pytest.mark.parametrize("name", ["amplitude", "quickbooks", "stripe"])
def test_a_source_that_is_not_known_completely(name: str, state: str) -> None:
    assert asked(sources=source(name, state=state)) is Reason.CANNOT_JUDGE


@pytest.mark.parametrize("name", ["amplitude", "quickbooks", "stripe"])
def test_a_source_older_than_a_day(name: str) -> None:
    old = source(name, state="stale", as_of=NOW - timedelta(hours=24, seconds=1))
    assert asked(sources=old) is Reason.CANNOT_JUDGE
    assert asked(sources=source(name, as_of=None)) is Reason.CANNOT_JUDGE


@pytest.mark.parametrize("name", ["quickbooks", "stripe"])
def test_a_missing_source_and_another_currency(name: str) -> None:
    assert asked(sources=tuple(each for each in SOURCES if each.name != name)) is Reason.CANNOT_JUDGE
    assert asked(currency="EUR") is Reason.CANNOT_JUDGE


def test_a_stale_source() -> None:
    assert asked(sources=source("stripe", state="stale")) is Reason.SOURCE_STALE
    assert asked(sources=source("quickbooks", state="stale")) is Reason.SOURCE_STALE
    assert asked(sources=source("amplitude", state="stale")) is None, "usage does not change what is owed"


def test_a_gateway_that_does_not_answer() -> None:
    assert asked(sources=source("stripe", silent=True)) is Reason.GATEWAY_SILENT
    assert asked(sources=source("stripe", silent=True, state="stale")) is Reason.SOURCE_STALE
    assert asked(sources=source("quickbooks", silent=True)) is None, "what it said last is young enough"


def test_no_payment_method() -> None:
    assert asked(method=None) is Reason.NO_PAYMENT_METHOD


@pytest.mark.parametrize("code", sorted(HARD_DECLINES))
def test_a_hard_decline_of_the_same_card(code: str) -> None:
    declined = Failure(code="card_declined", decline_code=code, method=CARD)
    assert asked(failure=declined) is Reason.HARD_DECLINE_SAME_CARD
    assert asked(failure=declined, method=OTHER_CARD) is None
    assert asked(failure=replace(declined, method=None)) is Reason.HARD_DECLINE_SAME_CARD, "it may be the same card"


def test_advice_never_to_try_again() -> None:
    advised = Failure(code="card_declined", decline_code="insufficient_funds", advice_code="do_not_try_again")
    assert asked(failure=advised) is Reason.HARD_DECLINE_SAME_CARD
    assert asked(attempts=(attempt(failure=replace(advised, method=CARD)),)) is Reason.HARD_DECLINE_SAME_CARD
    assert asked(attempts=(attempt(failure=replace(advised, method=OTHER_CARD)),)) is None


@pytest.mark.parametrize("code", ["insufficient_funds", "expired_card", "authentication_required", "generic_decline"])
def test_a_soft_decline_may_be_tried_again(code: str) -> None:
    soft = Failure(code="card_declined", decline_code=code, advice_code="try_again_later", method=CARD)
    assert asked(failure=soft, attempts=(attempt(failure=soft),)) is None


def test_a_scheduled_attempt_near() -> None:
    for minutes in (-60, -1, 0, 1, 60):
        assert asked(next_attempt_at=NOW + timedelta(minutes=minutes)) is Reason.SCHEDULED_ATTEMPT_NEAR
    for minutes in (-61, 61):
        assert asked(next_attempt_at=NOW + timedelta(minutes=minutes)) is None


methods = st.sampled_from([None, CARD, OTHER_CARD])
failures = st.none() | st.builds(
    Failure,
    code=st.sampled_from([None, "card_declined", "lost_card"]),
    decline_code=st.sampled_from([None, "insufficient_funds", "stolen_card"]),
    advice_code=st.sampled_from([None, "try_again_later", "do_not_try_again"]),
    method=methods,
)
amounts = st.sampled_from([-1, 0, 1, 2, 9_999, 10_000, 10_001])
instants = st.sampled_from([NOW - timedelta(hours=30), NOW - timedelta(minutes=20), NOW - timedelta(seconds=1), NOW])
gateways = st.builds(
    Gateway,
    ref=st.just("stripe:cus_1"),
    status=st.sampled_from(["open", "paid", "void", "uncollectible", "?"]),
    currency=st.sampled_from(["USD", "EUR"]),
    remaining_minor=st.none() | amounts,
    ledger_remaining_minor=amounts,
    attempt_count=st.just(1),
    next_attempt_at=st.none() | st.sampled_from([NOW + timedelta(minutes=minutes) for minutes in (-90, -5, 5, 90)]),
    method=methods,
    failure=failures,
)
invoices = st.builds(
    Invoice,
    client_id=st.just("a1"),
    gateway_invoice_id=st.sampled_from([None, "in_1"]),
    number=st.just("INV-1"),
    status=st.sampled_from(["overdue", "pending", "void", "draft", "partly_paid"]),
    currency=st.just("USD"),
    total_minor=st.just(10_000),
    gateway=st.none() | gateways,
)
source_lists = st.tuples(
    *(
        st.builds(
            Source,
            name=st.just(name),
            state=st.sampled_from(["complete", "stale", "partial", "unlinked", "never"]),
            as_of=st.none() | instants,
        )
        for name in ("amplitude", "quickbooks", "stripe")
    )
)
attempt_lists = st.lists(
    st.builds(
        lambda state, needs_person, failure, settled_at: attempt(
            state, needs_person=needs_person and state is State.UNKNOWN, failure=failure, settled_at=settled_at
        ),
        st.sampled_from(State),
        st.booleans(),
        failures,
        instants,
    ),
    max_size=3,
).map(tuple)


@given(invoices, source_lists, attempt_lists)
def test_whenever_it_is_allowed_nothing_stands_against_it(
    invoice: Invoice, sources: tuple[Source, ...], attempts: tuple[Attempt, ...]
) -> None:
    if asked(invoice, sources, attempts) is not None:
        return
    gateway = invoice.gateway
    assert gateway is not None
    assert invoice.gateway_invoice_id is not None
    assert all(each.final for each in attempts)
    assert gateway.status == "open"
    assert gateway.remaining_minor is not None
    assert gateway.remaining_minor > 0
    assert gateway.ledger_remaining_minor > 0
    untouched = gateway.ledger_remaining_minor >= invoice.total_minor
    assert untouched or gateway.remaining_minor <= gateway.ledger_remaining_minor + 1
    assert gateway.currency == invoice.currency
    assert {each.state for each in sources if each.name != "amplitude"} == {"complete"}
    assert all(each.as_of is not None and NOW - each.as_of <= POLICY.expired_after for each in sources)
    assert gateway.method is not None
    hard = [each for each in (gateway.failure, *(one.failure for one in attempts)) if each and each.hard]
    assert all(each.method not in {None, gateway.method} for each in hard)
    assert gateway.next_attempt_at is None or abs(gateway.next_attempt_at - NOW) > POLICY.guard
