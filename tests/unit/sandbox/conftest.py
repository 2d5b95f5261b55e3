"""A small world on a clock that tests turn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from trueup_sandbox.clock import Clock, to_ms
from trueup_sandbox.key.answers import answer
from trueup_sandbox.key.asked import AccountAsked
from trueup_sandbox.scenario import Scenario, load
from trueup_sandbox.world.world import World

SCENARIOS = Path(__file__).parents[3] / "deploy" / "sandbox"
BORN = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class Wall:
    """A wall clock that stands still until it is turned."""

    def __init__(self, now: datetime = BORN) -> None:
        self.now = now

    def __call__(self) -> int:
        return to_ms(self.now)

    def turn(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture(scope="session")
def scenario() -> Scenario:
    return load(SCENARIOS / "small.yaml")


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def world(scenario: Scenario, wall: Wall) -> World:
    return World(scenario, clock=Clock(wall))


@pytest.fixture(scope="session")
def still_world(scenario: Scenario) -> World:
    """For tests that only look."""
    return World(scenario, clock=Clock(Wall()))


@pytest.fixture
def make_world(scenario: Scenario) -> Callable[..., World]:
    """Make a world born at an instant; with a `state` folder it outlives the object."""

    def make(*, born: datetime = BORN, state: Path | None = None, wall: Wall | None = None) -> World:
        return World(scenario, state=state, clock=Clock(wall or Wall(born)))

    return make


@pytest.fixture
def ask() -> Callable[..., dict[str, Any]]:
    """The key's answer about a client, everything seen up to an instant (default: the world's now)."""

    def asking(
        world: World, client_id: str, *, now: datetime | None = None, seen: datetime | None = None
    ) -> dict[str, Any]:
        now = now or datetime.fromtimestamp(world.clock.read() / 1000, UTC)
        as_of = seen or now
        marks: list[dict[str, Any]] = [
            {"source": "quickbooks", "scope": "documents", "as_of": as_of},
            {"source": "stripe", "scope": "billing", "as_of": as_of},
        ]
        for metric in world.scenario.metrics:
            scope = f"usage|{metric.metric}|0"
            marks.append(
                {"source": "amplitude", "scope": scope, "from_day": world.desk.usage.first_day, "as_of": as_of}
            )
        asked = {"client_id": client_id, "now": now, "watermarks": marks}
        return answer(world, AccountAsked.model_validate(asked))

    return asking
