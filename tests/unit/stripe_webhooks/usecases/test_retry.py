"""Carrying out payment retries: once, whatever is repeated, late, lost or killed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.unit.stripe_webhooks.usecases.retry_world import START, Crash, RetryWorld, command

from stripe_webhooks.domain.pay_answers import PayAnswer
from stripe_webhooks.domain.retries import Patience

INVALID = "invalid_request_error"


async def test_a_payment_is_taken_once_and_told_once() -> None:
    world = RetryWorld()
    assert await world.ask() == [("succeeded", None)]
    assert world.till.keys == ["att_1"]
    (event,) = world.executions.sent
    assert (event.amount_minor, event.currency, event.payment_id) == (5200, "USD", "pi_1")
    assert (event.started_at, event.request_id) == (START, "req_1")
    assert world.looked == ["in_1"]


async def test_started_is_stored_before_the_first_question_and_asked_before_the_call() -> None:
    world = RetryWorld()
    await world.ask()
    assert world.steps == [
        "before start", "after start", "before read", "after read", "before ask", "after ask", "before pay",
        "after pay", "before rest", "after rest",
    ]  # fmt: skip


async def test_repeated_commands_change_nothing() -> None:
    world = RetryWorld()
    await world.ask(command(), command())
    await world.ask(command())
    assert (world.said, world.till.keys) == ([("succeeded", None)], ["att_1"])


async def test_a_command_that_waited_too_long_is_refused_unasked() -> None:
    world = RetryWorld(now=START + timedelta(minutes=2, seconds=1))
    assert await world.ask() == [("refused", "expired")]
    assert world.steps == ["before rest", "after rest"]


async def test_a_started_attempt_is_not_refused_for_the_age_of_its_command() -> None:
    world = RetryWorld(crash_at=2)
    with pytest.raises(Crash):
        await world.ask()
    assert await world.pass_time(minutes=3) == [("succeeded", None)]


@pytest.mark.parametrize("hours", [0.1, 8, 25])
async def test_what_was_started_and_never_asked_is_not_paid_long_after_the_click(hours: float) -> None:
    killed = RetryWorld(crash_at=2)
    with pytest.raises(Crash):
        await killed.ask()
    silent = RetryWorld()
    silent.till.down = True
    await silent.ask()
    silent.till.down = False
    for world in (killed, silent):
        assert await world.pass_time(hours=hours) == [("refused", "gateway_unreachable")]
        assert world.till.keys == []


async def test_two_attempts_at_one_invoice_are_not_under_way_together() -> None:
    world = RetryWorld()
    world.till.answers = ["held"]
    assert await world.ask() == [("unknown", "timeout")]
    assert await world.ask(command("att_2")) == [("unknown", "timeout"), ("refused", "attempt_open")]


async def test_paid_meanwhile_makes_no_call() -> None:
    world = RetryWorld()
    world.till.paid_elsewhere()
    assert await world.ask() == [("already_paid", None)]
    assert world.till.keys == []


async def test_a_changed_amount_makes_no_call() -> None:
    world = RetryWorld()
    assert await world.ask(command(amount_minor=5199)) == [("refused", "amount_changed")]
    assert world.till.keys == []


async def test_an_invoice_the_gateway_does_not_have_is_refused() -> None:
    world = RetryWorld()
    world.till.invoice = None
    assert await world.ask() == [("refused", "gateway_invoice_unknown")]


async def test_a_gateway_away_before_the_call_is_waited_for_and_then_refused() -> None:
    world = RetryWorld()
    world.till.down = True
    assert await world.ask() == []
    await world.until_final()
    assert world.said == [("refused", "gateway_unreachable")]
    assert world.now - START < timedelta(minutes=15)
    assert world.till.keys == []


async def test_a_gateway_that_comes_back_in_time_is_asked() -> None:
    world = RetryWorld()
    world.till.down = True
    await world.ask()
    world.till.down = False
    assert await world.pass_time(seconds=5) == [("succeeded", None)]


async def test_domain_rule_26_silence_is_unknown_and_asked_again_with_the_same_key() -> None:
    world = RetryWorld()
    world.till.answers = ["held", "held"]
    assert await world.ask() == [("unknown", "timeout")]
    await world.until_final()
    assert world.said == [("unknown", "timeout"), ("succeeded", None)]
    assert world.till.keys == ["att_1"] * 3
    assert world.till.charges == {"att_1": 1}


async def test_a_lost_answer_is_found_in_the_invoice_without_another_call() -> None:
    world = RetryWorld()
    world.till.answers = ["lost"]
    await world.ask()
    await world.until_final()
    assert world.said == [("unknown", "timeout"), ("succeeded", None)]
    assert world.till.keys == ["att_1"]


@pytest.mark.parametrize(
    "changed", [{"amount_remaining": 7200}, {"amount_remaining": 100}, {"currency": "eur"}, {"customer": "cus_2"}]
)
async def test_what_changed_after_a_silent_call_is_never_asked_again(changed: dict[str, Any]) -> None:
    world = RetryWorld()
    world.till.answers = ["held"]
    await world.ask()
    world.till.change(**changed)
    # The call may still be carried out for a while.
    assert await world.pass_time(minutes=1) == [("unknown", "timeout")]
    await world.until_final()
    assert world.said == [("unknown", "timeout"), ("unknown", "changed_meanwhile")]
    assert world.executions.sent[-1].needs_person
    assert (world.till.keys, world.till.taken) == (["att_1"], [])
    # What a person is called for stays so, whatever happens to the invoice, and nothing is asked.
    world.till.change(amount_remaining=5200, currency="usd", customer="cus_1")
    await world.executions.nudge(["in_1"])
    assert len(await world.work()) == 2
    assert world.till.keys == ["att_1"]


async def test_a_call_that_arrived_before_the_invoice_changed_is_found_by_reading() -> None:
    world = RetryWorld()
    world.till.answers = ["lost"]
    await world.ask()
    world.till.change(amount_remaining=7200)
    await world.until_final()
    assert world.said == [("unknown", "timeout"), ("succeeded", None)]
    assert (world.till.keys, world.till.taken) == (["att_1"], [5200])


async def test_a_decline_of_a_silent_call_is_found_although_the_amount_changed() -> None:
    world = RetryWorld()
    world.till.answers = ["held"]
    await world.ask()
    world.till.show("requires_payment_method", code="card_declined")
    world.till.charge_failed()
    world.till.change(amount_remaining=7200)
    assert (await world.pass_time(seconds=5))[-1] == ("failed", None)
    assert world.till.keys == ["att_1"]


async def test_an_invoice_that_is_gone_or_void_after_a_silent_call_calls_a_person() -> None:
    for after in (None, "void"):
        world = RetryWorld()
        world.till.answers = ["held"]
        await world.ask()
        world.till.change(status=after)
        world.till.invoice = world.till.invoice if after else None
        await world.until_final()
        assert world.said[-1] == ("unknown", "changed_meanwhile")
        assert world.till.keys == ["att_1"]


async def test_a_payment_under_way_after_a_silent_call_is_waited_for_and_not_paid_beside() -> None:
    world = RetryWorld()
    world.till.answers = ["held"]
    await world.ask()
    world.till.show("processing")
    assert await world.pass_time(hours=1) == [("unknown", "timeout")]
    world.till.tell("payment_intent.processing", key="att_2", about="pi_1")
    assert await world.pass_time(hours=1) == [("unknown", "timeout")]
    assert world.till.keys == ["att_1"]
    # It was the customer's own, and it failed: ours is asked for again.
    world.till.show("requires_payment_method", code="debit_not_authorized")
    assert (await world.pass_time(hours=1))[-1] == ("succeeded", None)


async def test_a_payment_under_way_by_our_silent_call_is_processing() -> None:
    world = RetryWorld()
    world.till.answers = ["held"]
    await world.ask()
    world.till.show("processing")
    world.till.tell("payment_intent.processing", key="att_1", about="pi_1")
    assert (await world.pass_time(seconds=5))[-1] == ("processing", None)
    assert world.till.keys == ["att_1"]


async def test_events_away_leave_what_changed_for_later() -> None:
    world = RetryWorld()
    world.till.answers = ["held"]
    await world.ask()
    world.till.show("processing")
    world.till.page = world.till.no_page  # type: ignore[method-assign]
    assert await world.pass_time(hours=1) == [("unknown", "timeout")]


async def test_paid_by_somebody_else_after_a_silent_call_is_not_our_success() -> None:
    world = RetryWorld()
    world.till.answers = ["held"]
    await world.ask()
    world.till.paid_elsewhere()
    assert await world.pass_time(seconds=5) == [("unknown", "timeout"), ("already_paid", None)]


async def test_the_customers_own_card_payment_just_after_a_silent_call_is_not_our_success() -> None:
    world = RetryWorld()
    world.till.answers = ["held"]
    await world.ask()
    world.till.paid_by_customer()
    assert await world.pass_time(seconds=5) == [("unknown", "timeout"), ("already_paid", None)]
    assert not world.till.charges


async def test_without_an_event_a_payment_is_nobodys_until_one_tells() -> None:
    world = RetryWorld()
    world.till.answers = ["lost"]
    world.till.silent = True
    await world.ask()
    world.till.tell("invoice.paid", key=None, about="in_2")
    assert await world.pass_time(minutes=1) == [("unknown", "timeout"), ("unknown", "said_to_be_paid")]
    world.till.silent = False
    await world.until_final()
    assert world.said[-1] == ("succeeded", None)
    assert world.till.keys == ["att_1"]


async def test_a_payment_that_was_under_way_by_our_call_is_ours_although_no_request_ended_it() -> None:
    world = RetryWorld()
    world.till.answers = ["held"]
    await world.ask()
    world.till.tell("payment_intent.processing", key="att_1", about="pi_1")
    world.till.paid_by_customer()
    assert await world.pass_time(seconds=5) == [("unknown", "timeout"), ("succeeded", None)]


async def test_no_event_within_23_hours_calls_a_person() -> None:
    world = RetryWorld()
    world.till.answers = ["lost"]
    world.till.silent = True
    await world.ask()
    await world.until_final()
    assert world.said[-1] == ("unknown", "no_answer")
    assert world.executions.sent[-1].needs_person
    world.till.silent = False
    await world.executions.nudge(["in_1"])
    assert (await world.work())[-1] == ("succeeded", None)


async def test_events_that_cannot_be_read_are_read_later() -> None:
    world = RetryWorld()
    world.till.answers = ["lost"]
    await world.ask()
    listed, world.till.page = world.till.page, world.till.no_page  # type: ignore[method-assign]
    assert await world.pass_time(seconds=5) == [("unknown", "timeout")]
    world.till.page = listed  # type: ignore[method-assign]
    assert (await world.pass_time(minutes=5))[-1] == ("succeeded", None)


async def test_after_23_hours_nothing_is_asked_again_and_a_person_is_called() -> None:
    world = RetryWorld()
    world.till.answers = ["held"] * 1000
    await world.ask()
    await world.until_final()
    assert world.said == [("unknown", "timeout"), ("unknown", "no_answer")]
    assert world.executions.sent[-1].needs_person
    assert timedelta(hours=23) < world.now - START < timedelta(hours=23, minutes=31)
    calls = len(world.till.keys)
    await world.executions.nudge(["in_1"])
    await world.work()
    assert len(world.till.keys) == calls
    # Long after the last call: the client has paid by himself.
    world.till.show("succeeded")
    await world.executions.nudge(["in_1"])
    assert (await world.work())[-1] == ("already_paid", None)


async def test_the_pauses_grow_and_stay_bounded() -> None:
    pauses = [Patience().pause_s(looks) for looks in range(40)]
    assert pauses[:4] == [1, 2, 4, 8]
    assert max(pauses) == 900


async def test_a_processing_payment_is_looked_at_and_never_paid_again() -> None:
    world = RetryWorld()
    assert world.till.invoice is not None
    world.till.answers = [PayAnswer(200, invoice=world.till.invoice | processing())]
    assert await world.ask() == [("processing", None)]
    world.till.show("processing")
    await world.pass_time(hours=2)
    assert (world.said, len(world.till.keys)) == ([("processing", None)], 1)
    world.till.show("succeeded")
    await world.executions.nudge(["in_1"])
    assert await world.work() == [("processing", None), ("succeeded", None)]
    assert len(world.till.keys) == 1


async def test_a_processing_payment_may_fail() -> None:
    world = RetryWorld()
    assert world.till.invoice is not None
    world.till.answers = [PayAnswer(200, invoice=world.till.invoice | processing())]
    await world.ask()
    world.till.show("requires_payment_method", code="debit_not_authorized")
    await world.pass_time(hours=1)
    assert world.said == [("processing", None), ("failed", None)]
    failure = world.executions.sent[-1].failure
    assert failure is not None
    assert failure.code == "debit_not_authorized"


def processing() -> dict[str, object]:
    payment = {"type": "payment_intent", "payment_intent": {"id": "pi_1", "status": "processing"}}
    return {"payments": {"data": [{"is_default": True, "status": "open", "payment": payment}]}}


@pytest.mark.parametrize(
    "turned_away",
    [
        PayAnswer(429, kind=INVALID, code="lock_timeout"),
        PayAnswer(429, kind=INVALID, code="rate_limit"),
        PayAnswer(409, kind="idempotency_error", code="idempotency_key_in_use"),
    ],
)
async def test_whoever_is_turned_away_comes_again_with_the_same_key(turned_away: PayAnswer) -> None:
    world = RetryWorld()
    world.till.answers = [turned_away, turned_away]
    await world.ask()
    await world.until_final()
    assert world.said[-1] == ("succeeded", None)
    assert world.till.keys == ["att_1"] * 3


async def test_a_payment_that_certainly_did_not_begin_does_not_begin_late() -> None:
    world = RetryWorld()
    world.till.answers = [PayAnswer(429, kind=INVALID, code="rate_limit")] * 100
    await world.ask()
    await world.until_final()
    assert world.said == [("refused", "gateway_unreachable")]


async def test_said_to_be_paid_is_read_before_it_is_believed() -> None:
    world = RetryWorld()
    world.till.answers = [PayAnswer(400, kind=INVALID, message="Invoice is already paid")]
    assert await world.ask() == []
    world.till.paid_elsewhere()
    assert await world.pass_time(seconds=5) == [("already_paid", None)]


async def test_refused_credentials_are_definite_only_when_nothing_was_asked_before() -> None:
    world = RetryWorld()
    world.till.answers = [PayAnswer(401, kind=INVALID)]
    assert await world.ask() == [("refused", "gateway_refuses_us")]
    assert world.told == [("refused", "credentials")]
    other = RetryWorld()
    other.till.answers = ["held", PayAnswer(401, kind=INVALID), PayAnswer(404, kind=INVALID, code="resource_missing")]
    await other.ask()
    await other.until_final()
    assert other.said[-1] == ("succeeded", None)
    assert not any(state == "refused" for state, _ in other.said)


async def test_our_own_mistake_calls_a_person() -> None:
    world = RetryWorld()
    world.till.answers = [PayAnswer(400, kind="idempotency_error")]
    assert await world.ask() == [("unknown", "key_used_differently")]
    assert world.executions.sent[0].needs_person
    assert world.told == [("unknown", "our_bug")]
    await world.until_final()
    assert len(world.till.keys) == 1
    # Nothing of ours was carried out, so what pays the invoice now is not ours either.
    world.till.show("succeeded")
    await world.executions.nudge(["in_1"])
    assert (await world.work())[-1] == ("already_paid", None)


async def test_a_customer_who_must_act_gets_the_link() -> None:
    world = RetryWorld()
    world.till.answers = [PayAnswer(402, kind="card_error", code="authentication_required")]
    assert await world.ask() == [("needs_customer", None)]
    assert world.executions.sent[0].hosted_url == "https://invoice.example/in_1"


async def test_versions_grow() -> None:
    world = RetryWorld()
    world.till.answers = ["held"]
    await world.ask()
    await world.until_final()
    versions = [event.version for event in world.executions.sent]
    assert versions == sorted(set(versions))


@pytest.mark.parametrize("played", [None, "lost", "held"])
@pytest.mark.parametrize("at", range(10))
async def test_killed_between_any_two_steps_it_charges_at_most_once_and_ends(at: int, played: str | None) -> None:
    """The claim of a killed replica runs out; whoever takes over asks the same question."""
    world = RetryWorld(crash_at=at)
    if played:
        world.till.answers = [played]
    await world.executions.take([command()])
    try:
        await world.until_final()
    except Crash:
        world.lose_the_process()
        await world.until_final()
    assert len(world.steps) > at
    assert world.row().state == "succeeded"
    assert [state for state, _ in world.said].count("succeeded") == 1
    assert world.till.charges == {"att_1": 1}
    assert set(world.till.keys) == {"att_1"}


async def test_a_mistake_of_ours_is_not_met_again_at_once() -> None:
    world = RetryWorld()
    world.till.kept["att_1"] = None  # type: ignore[assignment]
    with pytest.raises(AttributeError):
        await world.ask()
    assert not await world.carry_out()
    del world.till.kept["att_1"]
    assert await world.pass_time(seconds=2) == [("succeeded", None)]
