from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from trueup_sandbox.clock import Clock
from trueup_sandbox.world.happenings import Happenings
from trueup_sandbox.world.life import Life
from trueup_sandbox.world.world import World

Ask = Callable[..., dict[str, Any]]


def alive(world: World) -> Life:
    return Life(world, Happenings(world), events_per_minute=0)


def test_the_ledger_learns_of_a_payment_minutes_later(world: World, wall: Any) -> None:
    happenings = Happenings(world)
    life = Life(world, happenings, events_per_minute=0)
    one = happenings.make("pay")
    life.book_due()
    assert world.desk.store.invoices.get(one.ledger_id or "").balance_minor > 0
    wall.turn(minutes=7)
    life.book_due()
    invoice = world.desk.store.invoices.get(one.ledger_id or "")
    assert invoice.balance_minor == 0
    (link,) = invoice.links
    assert world.desk.store.ledger_payments.get(link[1]).reference == one.objects["payments"]


def test_a_restart_does_not_forget_what_the_ledger_is_to_learn(
    make_world: Callable[..., World], tmp_path: Path, wall: Any
) -> None:
    world = make_world(state=tmp_path, wall=wall)
    one = Happenings(world).make("pay")
    again = make_world(state=tmp_path, wall=wall)
    wall.turn(minutes=7)
    alive(again).book_due()
    assert again.desk.store.invoices.get(one.ledger_id or "").balance_minor == 0


async def test_the_month_is_billed_once_when_it_is_over(world: World, wall: Any, ask: Ask) -> None:
    life = alive(world)
    early = Happenings(world).make("invoice")
    wall.now = datetime(2026, 12, 1, 5, 59, tzinfo=UTC)
    await life.bill_due()
    assert not [one for one in world.desk.store.invoices.all() if one.run == "2026-11"]
    wall.now = datetime(2026, 12, 1, 6, 10, tzinfo=UTC)
    await life.bill_due()
    billed = [one for one in world.desk.store.invoices.all() if one.run == "2026-11"]
    await life.bill_due()
    await alive(world).bill_due()
    assert [one for one in world.desk.store.invoices.all() if one.run == "2026-11"] == billed
    wall.now = datetime(2026, 12, 7, 12, tzinfo=UTC)
    for account in world.accounts:
        answer = ask(world, account.client_id)
        november = [one for one in answer.get("periods", []) if one["start"] == "2026-11-01"]
        assert all(one["variance_minor"] == 0 and one["due"] for one in november), answer
    assert early.client_id in {world.accounts[one.account].client_id for one in billed}


async def test_it_goes_on_at_the_pace_it_was_told(make_world: Callable[..., World]) -> None:
    world = make_world()
    world.clock = Clock()
    life = alive(world)
    life.load_per_s = 200
    task = asyncio.create_task(life.run())
    while world.memory.happenings.total() < 60:
        await asyncio.sleep(0.01)
    task.cancel()
    assert world.memory.happenings["usage"] > 30
