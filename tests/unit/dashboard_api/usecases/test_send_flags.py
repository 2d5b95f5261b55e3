"""One sender: what it insists on, when it gives up, and how it stops."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import pytest

from dashboard_api.adapters.flag_targets import SettingsTargets
from dashboard_api.domain.errors import Unavailable
from dashboard_api.domain.flags import Channel, Claimed, Failed, Later, Outcome, Sent, Target, Unclear
from dashboard_api.usecases.send_flags import SERVERS_WORD_MAX_S, TRIES_MAX, SendFlags

TARGETS = SettingsTargets([Target("billing", "#billing", Channel.SLACK, "C0BILLING")])


def claimed(tries: int = 1) -> Claimed:
    return Claimed(UUID(int=1), 1, tries, "cl_1", "billing", "S", {}, datetime(2026, 11, 26, tzinfo=UTC))


@dataclass
class Queue:
    """Hands out one flag, and may be away when it is to be settled."""

    one: Claimed | None = field(default_factory=claimed)
    away: int = 0
    settled: list[tuple[Outcome, float]] = field(default_factory=list)

    async def claim(self, channel: Channel) -> Claimed | None:
        assert channel is Channel.SLACK
        one, self.one = self.one, None
        return one

    async def settle(self, claimed: Claimed, outcome: Outcome, *, again_after_s: float) -> None:
        if self.away:
            self.away -= 1
            raise Unavailable("away")
        self.settled.append((outcome, again_after_s))

    async def give_up_lost(self, *, after_s: float) -> int:
        return 0


@dataclass
class Courier:
    """Answers what it is told, when it is told."""

    outcome: Outcome = field(default_factory=lambda: Sent("1"))
    go: asyncio.Event = field(default_factory=asyncio.Event)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    sent: int = 0

    async def send(self, claimed: Claimed, target: Target) -> Outcome:
        self.sent += 1
        self.begun.set()
        await self.go.wait()
        return self.outcome


def sender(queue: Queue, courier: Courier, *, waits: bool = False, claim_timeout_s: float = 60) -> SendFlags:
    if not waits:
        courier.go.set()
    couriers = {Channel.SLACK: courier}
    return SendFlags(queue, couriers, TARGETS, claim_timeout_s=claim_timeout_s, chance=lambda: 1.0)


async def test_it_insists_on_writing_down_what_it_alone_knows() -> None:
    queue, courier = Queue(away=3), Courier()
    assert await sender(queue, courier).round(Channel.SLACK) == 1
    assert (queue.settled, courier.sent) == ([(Sent("1"), 2.0)], 1)


async def test_a_process_that_stops_finishes_the_message_it_is_at() -> None:
    queue, courier = Queue(), Courier()
    running = asyncio.create_task(sender(queue, courier, waits=True).round(Channel.SLACK))
    await courier.begun.wait()
    running.cancel()
    await asyncio.sleep(0)
    assert not running.done()
    courier.go.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert [outcome for outcome, _ in queue.settled] == [Sent("1")]


async def test_a_courier_that_never_returns_is_unclear() -> None:
    queue = Queue()
    await sender(queue, Courier(), waits=True, claim_timeout_s=0.02).round(Channel.SLACK)
    assert [outcome for outcome, _ in queue.settled] == [Unclear("timeout")]


async def test_while_actions_are_off_nothing_leaves() -> None:
    queue, courier = Queue(), Courier()
    paused = SendFlags(queue, {Channel.SLACK: courier}, TARGETS, claim_timeout_s=60, paused=True)
    assert await paused.round(Channel.SLACK) == 0
    assert (queue.one is None, courier.sent) == (False, 0)


async def test_without_a_database_it_waits_for_the_next_round() -> None:
    class Away(Queue):
        async def claim(self, channel: Channel) -> Claimed | None:
            raise Unavailable("away")

    assert await sender(Away(), Courier()).round(Channel.SLACK) == 0


@pytest.mark.parametrize(
    ("tries", "after_s", "expected"),
    [(1, None, 2.0), (3, None, 8.0), (7, None, 60.0), (1, 17.0, 17.0), (1, 86_400.0, SERVERS_WORD_MAX_S)],
)
async def test_the_pause_grows_unless_the_server_names_one(tries: int, after_s: float | None, expected: float) -> None:
    queue = Queue(claimed(tries))
    later = Later("not_reachable", after_s)
    await sender(queue, Courier(later)).round(Channel.SLACK)
    assert queue.settled == [(later, expected)]


async def test_the_last_try_is_the_last() -> None:
    queue = Queue(claimed(TRIES_MAX))
    await sender(queue, Courier(Later("not_reachable"))).round(Channel.SLACK)
    assert [outcome for outcome, _ in queue.settled] == [Failed("not_reachable")]


async def test_a_channel_that_is_not_set_up_fails() -> None:
    queue = Queue()
    await SendFlags(queue, {}, TARGETS, claim_timeout_s=60).round(Channel.SLACK)
    assert [outcome for outcome, _ in queue.settled] == [Failed("target_removed")]
