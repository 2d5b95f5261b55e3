"""Batches in lanes: each record stored once, no partition in both, a failure of one raised after both are done."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.entrypoints import subscribers
from reconciler.entrypoints.subscribers import LANE_RECORDS, LANES, handler, lanes, start_at
from reconciler.ports.facts import Accepted, Poison, Stored
from reconciler.usecases.read import read
from trueup_contracts.usage import UsageObservedV1
from trueup_kit.consumer import Record, TopicPartition

TOPIC = UsageObservedV1.topic


def record(partition: int, offset: int) -> Record:
    """One that cannot be read: it is kept with its place."""
    return Record(TOPIC, partition, offset, "k", b"{broken")


@given(st.randoms(use_true_random=False), st.integers(0, 5 * LANE_RECORDS), st.sets(st.integers(0, 11), min_size=1))
def test_lanes_split_a_batch_by_partition_and_keep_the_order(draw: Random, size: int, partitions: set[int]) -> None:
    records = [record(draw.choice(sorted(partitions)), offset) for offset in range(size)]
    found = lanes(records)
    assert sorted((one for lane in found for one in lane), key=lambda one: one.offset) == records
    assert all([one.offset for one in lane] == sorted(one.offset for one in lane) for lane in found)
    owners = [{one.partition for one in lane} for lane in found]
    assert sum(map(len, owners)) == len(set().union(*owners))


@pytest.mark.parametrize("partitions", [(0, 1), (0, 2), (7, 3), (7, 3, 1, 4)])
def test_partitions_are_stored_side_by_side(partitions: tuple[int, ...]) -> None:
    records = [record(partition, offset) for partition in partitions for offset in range(LANE_RECORDS)]
    assert sorted(len(lane) for lane in lanes(records)) == [LANE_RECORDS] * len(partitions)


@pytest.mark.parametrize(
    ("size", "count"),
    [(1, 1), (2 * LANE_RECORDS - 1, 1), (2 * LANE_RECORDS, 2), (4 * LANE_RECORDS, 4), (9 * LANE_RECORDS, LANES)],
)
def test_a_lane_is_opened_for_as_many_records_as_are_worth_it(size: int, count: int) -> None:
    assert len(lanes([record(number % 12, number) for number in range(size)])) == count


class Store:
    """Remembers what it was given, and fails for one partition."""

    def __init__(self, broken: int | None = None) -> None:
        self.broken = broken
        self.stored: list[tuple[int, int]] = []

    async def store(self, topic: str, accepted: Sequence[Accepted], poison: Sequence[Poison]) -> Stored:
        """Store or fail as a whole."""
        assert topic == TOPIC
        assert not accepted
        places = [(one.record.partition, one.record.offset) for one in poison]
        if self.broken is not None and any(partition == self.broken for partition, _ in places):
            raise ValueError("broken")
        self.stored += places
        return Stored(applied=0, dropped=0, diverted=len(poison))

    async def next_offsets(self, topic: str, partitions: Sequence[int]) -> dict[int, int]:
        """None yet."""
        return {}


async def test_every_record_is_stored_once() -> None:
    store = Store()
    await handler(TOPIC, store)([record(number % 12, number) for number in range(2 * LANE_RECORDS)])
    assert sorted(store.stored, key=lambda place: place[1]) == [(n % 12, n) for n in range(2 * LANE_RECORDS)]


async def test_a_lane_that_fails_fails_the_batch() -> None:
    store = Store(broken=3)
    with pytest.raises(ExceptionGroup):
        await handler(TOPIC, store)([record(number % 12, number) for number in range(2 * LANE_RECORDS)])


async def test_the_next_batch_is_asked_for_once_when_the_whole_of_this_one_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    steps: list[str] = []
    store = Store()

    def spied(one: Record) -> Accepted | Poison:
        steps.append("read")
        return read(one)

    monkeypatch.setattr(subscribers, "read", spied)
    records = [record(number % 12, number) for number in range(2 * LANE_RECORDS)]
    await handler(TOPIC, store, lambda: steps.append("ahead"))(records)
    assert steps == ["read"] * len(records) + ["ahead"]


async def test_partitions_of_which_nothing_is_stored_are_read_from_their_beginning() -> None:
    """Not from where the group stands: it may stand behind a batch that was never stored."""
    partition = TopicPartition(TOPIC, 3)
    assert await start_at(Store())([partition]) == {partition: 0}
