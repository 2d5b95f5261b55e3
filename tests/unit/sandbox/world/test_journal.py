from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trueup_sandbox.world.changes import StoredAnswer
from trueup_sandbox.world.happenings import KINDS, Happenings
from trueup_sandbox.world.journal import Journal
from trueup_sandbox.world.world import StateMismatch, World


def test_everything_comes_back(make_world: Callable[..., World], tmp_path: Path, ask: Callable[..., Any]) -> None:
    world = make_world(state=tmp_path)
    happenings = Happenings(world)
    touched = [happenings.make(kind) for kind in KINDS for _ in range(2)]
    world.remember_delivery("evt_x")
    world.remember_answer(StoredAnswer("key", "print", 400, "{}", world.clock.stamp()))
    world.remember_message({"kind": "slack", "text": "hello"})
    again = make_world(state=tmp_path)
    assert again.born_ms == world.born_ms
    assert again.memory == world.memory
    for name in ("invoices", "gateway_invoices", "payments", "ledger_payments", "credits", "refunds", "disputes"):
        assert list(again.desk.store.shelf(name).all()) == list(world.desk.store.shelf(name).all())
    assert [event.id for event in again.live_events] == [event.id for event in world.live_events]
    for one in touched:
        assert ask(again, one.client_id) == ask(world, one.client_id)
    assert again.desk.next_ledger_id() == world.desk.next_ledger_id()
    assert again.clock.stamp() > max(one.at_ms for one in touched)


def test_a_torn_last_line_is_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    journal = Journal(path)
    journal.write({"one": 1})
    journal.close()
    with path.open("ab") as file:
        file.write(b'{"two": ')
    assert list(Journal(path).read()) == [{"one": 1}]
    journal = Journal(path)
    journal.write({"three": 3})
    assert list(Journal(path).read()) == [{"one": 1}, {"three": 3}]
    journal.close()


def test_another_worlds_folder_is_refused(make_world: Callable[..., World], tmp_path: Path) -> None:
    world = make_world(state=tmp_path)
    with pytest.raises(StateMismatch, match="reset"):
        World(world.scenario.model_copy(update={"seed": 99}), state=tmp_path)
