from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from trueup_sandbox.world.desk import NothingToDo, UnknownObject
from trueup_sandbox.world.happenings import Happenings, Kind
from trueup_sandbox.world.world import World

Ask = Callable[..., dict[str, Any]]


def statuses(answer: dict[str, Any]) -> dict[str, str]:
    return {one["document_id"]: one["status"] for one in answer["invoices"]}


@pytest.mark.parametrize(
    ("kind", "status"),
    [("pay", "paid"), ("wire", "paid"), ("uncollectible", "uncollectible"), ("void", "void"), ("delete", None)],
)
def test_an_invoice_becomes_what_happened_to_it(world: World, ask: Ask, kind: Kind, status: str | None) -> None:
    one = Happenings(world).make(kind)
    assert statuses(ask(world, one.client_id)).get(f"quickbooks:invoice:{one.ledger_id}") == status


@pytest.mark.parametrize(("kind", "status"), [("refund", "refunded"), ("dispute", "in_dispute")])
def test_a_payment_is_taken_back(world: World, ask: Ask, kind: Kind, status: str) -> None:
    one = Happenings(world).make(kind)
    assert statuses(ask(world, one.client_id))[f"quickbooks:invoice:{one.ledger_id}"] == status


def test_a_declined_card_leaves_the_invoice_unpaid(world: World) -> None:
    one = Happenings(world).make("decline")
    invoice = world.desk.store.gateway_invoices.get(one.objects["gateway_invoices"])
    payment = world.desk.store.payments.get(one.objects["payments"])
    assert invoice.status == "open"
    assert invoice.attempts >= 1
    assert payment.status == "requires_payment_method"
    assert payment.decline is not None


def test_a_credit_note_is_known_to_the_gateway_alone_and_no_cash(world: World, ask: Ask) -> None:
    one = Happenings(world).make("credit_note")
    twin = world.desk.store.gateway_invoices.get(one.objects["gateway_invoices"])
    document = world.desk.store.invoices.get(twin.ledger_id)
    assert (document.balance_minor, twin.remaining_minor) == (
        document.total_minor, document.total_minor - twin.credited_minor,
    )  # fmt: skip
    told = next(row for row in ask(world, one.client_id)["invoices"] if row["document_id"].endswith(f":{document.id}"))
    assert (told["remaining_minor"], told["paid_minor"], told["credited_minor"]) == (
        twin.remaining_minor, 0, twin.credited_minor,
    )  # fmt: skip


def test_planted_accounts_are_left_alone(world: World) -> None:
    happenings = Happenings(world)
    planted = {one.client_id for one in world.accounts if one.planted}
    kinds: tuple[Kind, ...] = ("pay", "decline", "usage", "late_usage", "invoice", "refund")
    assert not planted & {happenings.make(kind).client_id for kind in kinds for _ in range(8)}


def test_paying_never_runs_dry(world: World) -> None:
    happenings = Happenings(world)
    paid = [happenings.make("pay").ledger_id for _ in range(20)]
    assert len(set(paid)) == 20


def test_what_was_ordered_is_not_left_to_chance(world: World) -> None:
    happenings = Happenings(world)
    world.kept |= {one.id for one in world.desk.store.gateway_invoices.all()}
    made = [happenings.make("pay").objects["gateway_invoices"] for _ in range(5)]
    assert not world.kept & set(made)


def test_an_early_invoice_is_taken_off_the_monthly_one(world: World, ask: Ask) -> None:
    """Billed twice in parts, the month still adds up."""
    happenings = Happenings(world)
    one = happenings.make("invoice")
    with pytest.raises(NothingToDo):
        happenings.make("invoice", one.client_id)
    current = ask(world, one.client_id)["periods"][-1]
    assert current["band"] == "not_due"
    assert current["billed_minor"] == current["expected_minor"] > 0


def test_a_credit_lowers_what_was_billed(world: World, ask: Ask) -> None:
    one = Happenings(world).make("credit")
    invoice = world.desk.store.invoices.get(one.ledger_id or "")
    assert invoice.balance_minor == invoice.total_minor - max(1, invoice.net_minor // 10)
    months = {period["start"]: period for period in ask(world, one.client_id)["periods"]}
    service_date = invoice.lines[0].service_date
    assert service_date is not None
    assert months[service_date.replace(day=1).isoformat()]["variance_minor"] == -(invoice.net_minor // 10)


def test_late_usage_stays_in_the_current_month(world: World) -> None:
    happenings = Happenings(world)
    days = {happenings.make("late_usage").objects["day"] for _ in range(20)}
    assert days <= {"2026-11-21", "2026-11-22"}


def test_an_unknown_client_is_refused(world: World) -> None:
    with pytest.raises(UnknownObject, match="cl_9999"):
        Happenings(world).make("pay", "cl_9999")
