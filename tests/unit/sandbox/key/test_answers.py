from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from trueup_sandbox.key.answers import answer
from trueup_sandbox.key.asked import AccountAsked
from trueup_sandbox.world.happenings import Happenings
from trueup_sandbox.world.world import World

Ask = Callable[..., dict[str, Any]]


def test_the_past_is_answered_as_it_was(world: World, ask: Ask, wall: Any) -> None:
    one = Happenings(world)
    paid = one.make("pay")
    before = datetime.fromtimestamp((paid.at_ms - 1) / 1000, UTC)
    after = datetime.fromtimestamp(paid.at_ms / 1000, UTC)
    wall.turn(minutes=30)

    def status(seen: datetime) -> str:
        answers = ask(world, paid.client_id, now=after, seen=seen)["invoices"]
        return next(
            str(row["status"]) for row in answers if row["document_id"] == f"quickbooks:invoice:{paid.ledger_id}"
        )

    assert status(before) != "paid"
    assert status(after) == "paid"


def test_usage_is_counted_up_to_the_watermark(world: World, ask: Ask, wall: Any) -> None:
    used = Happenings(world).make("usage")
    wall.turn(minutes=1)
    at = datetime.fromtimestamp(used.at_ms / 1000, UTC)

    def quantity(seen: datetime) -> int:
        rows = ask(world, used.client_id, now=wall.now, seen=seen)["usage_mtd"]
        return next(int(row["quantity"]) for row in rows if row["metric"] == used.objects["metric"])

    assert quantity(at) - quantity(at - timedelta(milliseconds=1)) == int(used.objects["quantity"])


def test_what_moved_while_the_clock_was_ahead_is_told_of_as_well(world: World, ask: Ask, wall: Any) -> None:
    """Whoever judged just then knew it, and judged by the right time."""
    world.clock.set_wrong(20_000)
    used = Happenings(world).make("usage")
    wall.turn(seconds=10)
    world.clock.set_wrong(0)
    moved = datetime.fromtimestamp(used.at_ms / 1000, UTC)
    assert moved > wall.now
    moves = ask(world, used.client_id, now=wall.now, seen=wall.now - timedelta(minutes=5))["moves"]
    assert moved.isoformat() in moves[f"amplitude|{used.objects['metric']}"]


def test_what_was_never_seen_is_never_complete(world: World) -> None:
    asked = AccountAsked.model_validate({"client_id": "cl_0002", "now": "2026-11-23T12:00:00Z", "watermarks": []})
    found = answer(world, asked)
    assert found["cannot_judge"] == ["never_complete"]
    assert {reason["source"] for reason in found["reasons"]} == {"amplitude", "quickbooks", "stripe"}
    assert found["cannot_judge_in_truth"] == []
    assert "periods" not in found


def test_what_was_not_active_in_the_last_month_has_nothing_to_judge(world: World, ask: Ask) -> None:
    """Such a row names no month, whether its usage was seen or not; any other names the last that is over."""
    last_month = ("2026-11-01", "2026-12-01")
    begin, end = (datetime.fromisoformat(day).date() for day in last_month)
    kinds = set()
    for account in world.accounts:
        was = account.active_from < end and (account.active_to is None or begin < account.active_to)
        kinds.add(was)
        unseen = {"client_id": account.client_id, "now": "2026-12-15T12:00:00Z", "watermarks": []}
        found = answer(world, AccountAsked.model_validate(unseen))["row_variance"]
        assert (found and (found["start"], found["end"])) == (last_month if was else None)
    assert kinds == {True, False}


def test_what_is_a_day_old_is_stale(world: World, ask: Ask) -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert ask(world, "cl_0002", now=now, seen=now - timedelta(hours=24))["cannot_judge"] == []
    assert ask(world, "cl_0002", now=now, seen=now - timedelta(hours=24, seconds=1))["cannot_judge"] == ["stale"]


def test_coverage_that_starts_late_shortens_the_periods(world: World) -> None:
    now = "2026-11-23T12:00:00Z"
    metrics = {price.metric for price in world.desk.account("cl_0002").prices}
    marks = [
        {"source": "amplitude", "scope": f"usage|{one}|0", "from_day": "2026-08-15", "as_of": now} for one in metrics
    ]
    marks += [{"source": source, "scope": "all", "as_of": now} for source in ("quickbooks", "stripe")]
    found = answer(world, AccountAsked.model_validate({"client_id": "cl_0002", "now": now, "watermarks": marks}))
    assert [period["start"] for period in found["periods"]] == ["2026-09-01", "2026-10-01", "2026-11-01"]
    assert found["forecast"]["status"] == "not_enough_history"
