from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from trueup_sandbox.clock import to_instant
from trueup_sandbox.scenario import Scenario
from trueup_sandbox.world.world import World


def content(world: World) -> list[object]:
    store = world.desk.store
    return [*store.invoices.all(), *store.gateway_invoices.all(), *store.payments.all(), *store.ledger_payments.all()]


def test_the_same_seed_and_birth_make_the_same_history(make_world: Callable[..., World]) -> None:
    assert content(make_world()) == content(make_world())


def test_another_seed_makes_another_one(world: World, scenario: Scenario) -> None:
    other = World(scenario.model_copy(update={"seed": scenario.seed + 1}), clock=world.clock)
    assert content(other) != content(world)


def test_nothing_happened_after_the_birth(world: World) -> None:
    assert all(event.created_ms < world.born_ms for event in world.desk.store.events)
    assert not world.live_events


def test_invoices_go_out_on_the_first_at_six(world: World) -> None:
    for invoice in world.desk.store.invoices.all():
        planted = world.accounts[invoice.account].planted
        if planted is None or planted.situation not in {"void_reissued", "progressive", "true_up", "duplicate_invoice"}:
            issued = to_instant(invoice.created_ms)
            assert (issued.day, issued.hour) == (1, 6)


def test_books_balance(world: World) -> None:
    """What the ledger says is open is the total less what was set against it; the gateway's likewise."""
    store = world.desk.store
    for invoice in store.invoices.all():
        applied = sum(
            part.amount_minor
            for payment in store.ledger_payments.of_account(invoice.account)
            for part in payment.applied
            if part.type == "Invoice" and part.id == invoice.id
        )
        assert invoice.balance_minor == invoice.total_minor - applied
    for twin in store.gateway_invoices.all():
        paid = sum(one.amount_minor for one in store.invoice_payments(twin.id) if one.status == "succeeded")
        assert twin.paid_minor == paid + twin.off_stripe_minor
        assert (twin.status == "paid") == (twin.remaining_minor == 0 and twin.status != "void")


def test_a_birth_before_six_on_the_first_leaves_the_last_month_to_be_billed(make_world: Callable[..., World]) -> None:
    world = make_world(born=datetime(2026, 12, 1, 3, tzinfo=UTC))
    assert not [one for one in world.desk.store.invoices.all() if one.run == "2026-11"]
    assert [one for one in world.desk.store.invoices.all() if one.run == "2026-10"]


@pytest.mark.parametrize("months", [2, 4, 7, 12])
def test_however_short_the_history_nobody_begins_or_changes_after_the_birth(
    world: World, scenario: Scenario, months: int
) -> None:
    many = scenario.model_copy(update={"accounts": 300, "managers": {"ana": 300}, "history_months": months})
    made = World(many, clock=world.clock)
    begin = min(one.active_from for one in made.accounts)
    today = made.today_at_birth
    assert all(one.active_from <= today for one in made.accounts)
    assert all(price.valid_from <= today for one in made.accounts for price in one.prices)
    assert any(one.active_from > begin for one in made.accounts), "none of them is new"
    assert any(one.active_to and one.active_to <= today for one in made.accounts), "none of them has ended"
