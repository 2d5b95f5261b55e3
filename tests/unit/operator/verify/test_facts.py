"""What is stored is compared with what the source held, although both move on."""

from __future__ import annotations

from pathlib import Path

import pytest

from trueup_operator.verify.facts import STORED, Sides
from trueup_sandbox.control.facts import facts
from trueup_sandbox.scenario import load
from trueup_sandbox.world.world import World

SMALL = Path(__file__).parents[4] / "deploy" / "sandbox" / "small.yaml"


@pytest.mark.parametrize("source", STORED)
def test_everything_that_a_source_can_tell_of_is_counted(source: str) -> None:
    world = World(load(SMALL))
    held = facts(world, source, world.clock.read())["details"]
    assert held.keys() == STORED[source].keys()
    assert all(thing["ids"] for thing in held.values()), "and there is something to lose"


def sides(stored: str, then: str, now: str) -> list[str]:
    found = Sides(frozenset(stored), frozenset(then), frozenset(now)).differences("x.things")
    return [difference.path for difference in found]


def test_what_lags_behind_the_source_is_no_difference() -> None:
    assert sides("abc", "ab", "abcd") == []
    assert sides("ab", "ab", "abcd") == []


def test_what_was_held_at_the_watermark_and_is_missing_is_lost() -> None:
    assert sides("ac", "ab", "abc") == ["x.things lost"]


def test_what_the_source_dropped_since_may_be_stored_or_not() -> None:
    assert sides("ab", "ab", "a") == []
    assert sides("a", "ab", "a") == []


def test_what_nobody_held_is_invented() -> None:
    assert sides("abz", "ab", "ab") == ["x.things invented"]
