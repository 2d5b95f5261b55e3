"""Batches of several partitions, and batches taken ahead, from a consumer that hands out records as aiokafka does."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError
from hypothesis import given
from hypothesis import strategies as st

from trueup_kit import polling
from trueup_kit.polling import CHUNK_RECORDS, SHARES, Polled, Polls

A, B, C, D, E = (TopicPartition("t", number) for number in range(5))


class Log:
    """A consumer and the records behind it: what of them is fetched, and where reading stands."""

    def __init__(self, counts: dict[TopicPartition, int], held: frozenset[TopicPartition] = frozenset()) -> None:
        self.logs = {tp: [SimpleNamespace(offset=offset) for offset in range(count)] for tp, count in counts.items()}
        self.at = dict.fromkeys(counts, 0)
        self.held = held
        self.calls = 0
        self.breaks_at: int | None = None

    def assignment(self) -> set[TopicPartition]:
        return set(self.at)

    def paused(self) -> set[TopicPartition]:
        return set(self.held)

    async def position(self, partition: TopicPartition) -> int:
        if partition not in self.at:
            raise IllegalStateError(partition)
        return self.at[partition]

    async def getmany(self, *partitions: TopicPartition, max_records: int, timeout_ms: int) -> Polled:
        """As aiokafka: what it has of one partition before it comes to the next."""
        self.calls += 1
        if self.calls == self.breaks_at:
            raise KafkaError("a record is corrupt")
        found: Polled = {}
        for tp in self.at:
            if tp in self.held or (partitions and tp not in partitions):
                continue
            records = self.logs[tp][self.at[tp] : self.at[tp] + max_records - sum(map(len, found.values()))]
            if records:
                found[tp] = records
                self.at[tp] += len(records)
        return found


def sizes(polled: Polled) -> dict[TopicPartition, int]:
    return {tp: len(records) for tp, records in polled.items()}


async def poll(polls: Polls, max_records: int = 7) -> dict[TopicPartition, list[int]]:
    """Partition → offsets of one batch."""
    polled = await polls.getmany(max_records=max_records, timeout_ms=20)
    return {tp: [record.offset for record in records] for tp, records in polled.items()}


@pytest.mark.parametrize(
    ("counts", "held", "found"),
    [
        ({A: 5, B: 5, C: 5, D: 5, E: 5}, frozenset(), {A: 2, B: 2, C: 2, D: 1}),
        ({A: 5, B: 1, C: 5}, frozenset(), {A: 2, B: 1, C: 3}),
        ({A: 5, B: 2}, frozenset(), {A: 2, B: 2}),
        ({A: 1, B: 5}, frozenset(), {A: 1, B: 3}),
        ({A: 5}, frozenset(), {A: 2}),
        ({A: 5, B: 5}, frozenset({B}), {A: 2}),
        ({}, frozenset(), {}),
    ],
)
async def test_behind_a_full_share_records_of_other_partitions_are_taken_along(
    counts: dict[TopicPartition, int], held: frozenset[TopicPartition], found: dict[TopicPartition, int]
) -> None:
    polled = await Polls(Log(counts, held)).getmany(max_records=7, timeout_ms=20)
    assert sizes(polled) == found


async def test_a_large_batch_is_unpacked_in_chunks_between_which_others_run() -> None:
    log, turns = Log({A: 4 * CHUNK_RECORDS, B: 4 * CHUNK_RECORDS}), 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    beside = asyncio.create_task(other())
    found = sizes(await Polls(log).getmany(max_records=SHARES * 2 * CHUNK_RECORDS, timeout_ms=20))
    beside.cancel()
    assert set(found.values()) == {2 * CHUNK_RECORDS}
    assert turns >= 3


@given(
    st.dictionaries(st.sampled_from([A, B, C, D, E]), st.integers(1, 40), min_size=1),
    st.integers(1, 30),
    st.integers(1, 8),
    st.lists(st.sampled_from(["ahead", "turn", "back", "lost", "given", "held", "sought", "poll"]), max_size=40),
    st.randoms(use_true_random=False),
)
async def test_whatever_happens_between_the_records_of_a_partition_come_in_order_and_none_is_left_out(
    counts: dict[TopicPartition, int], max_records: int, chunk: int, steps: list[str], draw: Any
) -> None:
    log = Log(counts)
    polls = Polls(log)
    next_of = dict.fromkeys(counts, 0)

    async def handled() -> bool:
        with patch.object(polling, "CHUNK_RECORDS", chunk):
            found = await poll(polls, max_records)
        for tp, offsets in found.items():
            assert offsets == list(range(next_of[tp], next_of[tp] + len(offsets)))
            next_of[tp] += len(offsets)
        return bool(found)

    for step in steps:
        if step == "poll":
            await handled()
        elif step == "ahead":
            polls.take_ahead()
        elif step == "turn":
            with patch.object(polling, "CHUNK_RECORDS", chunk):
                await asyncio.sleep(0)
        elif step == "back" and log.at:  # a batch failed, or a rebalance began at the fence again
            tp = draw.choice(sorted(log.at))
            log.at[tp] = next_of[tp] = draw.randint(0, next_of[tp])
        elif step == "lost" and log.at:
            del log.at[draw.choice(sorted(log.at))]
        elif step == "given":
            log.at |= {tp: next_of[tp] for tp in counts.keys() - log.at.keys()}
        elif step == "held":  # assigned anew: held until it is sought to its fence
            log.held |= frozenset(draw.sample(sorted(log.at), draw.randint(0, len(log.at))))
        elif step == "sought":
            log.at |= {tp: next_of[tp] for tp in log.held & log.at.keys()}
            log.held = frozenset()
    log.at |= {tp: next_of[tp] for tp in log.held & log.at.keys()}
    log.held = frozenset()
    log.at |= {tp: next_of[tp] for tp in counts.keys() - log.at.keys()}
    while await handled():
        polls.take_ahead()
    assert next_of == counts


async def test_the_next_batch_is_taken_while_the_former_is_at_work() -> None:
    log = Log({A: 8})
    polls = Polls(log)
    assert await poll(polls) == {A: [0, 1]}
    polls.take_ahead()
    polls.take_ahead()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert log.at == {A: 4}
    assert await poll(polls) == {A: [2, 3]}
    assert log.at == {A: 4}


async def test_nothing_is_taken_ahead_where_nothing_waits() -> None:
    log = Log({A: 1})
    polls = Polls(log)
    polls.take_ahead()
    assert await poll(polls) == {A: [0]}
    calls = log.calls
    polls.take_ahead()
    await asyncio.sleep(0)
    assert log.calls == calls


async def test_partitions_that_were_sought_back_or_given_away_are_fetched_anew() -> None:
    log = Log({A: 8, B: 8, C: 8})
    polls = Polls(log)
    await poll(polls, 12)
    polls.take_ahead()
    await asyncio.sleep(0.01)
    log.at[A] = 1
    del log.at[B]
    assert await poll(polls, 12) == {C: [3, 4, 5]}
    log.at[B] = 3
    assert await poll(polls, 12) == {A: [1, 2, 3], B: [3, 4, 5, 6], C: [6, 7]}


async def test_what_was_unpacked_before_an_error_is_handed_over() -> None:
    log = Log({A: 8, B: 8})
    log.breaks_at = 2
    polls = Polls(log)
    assert len(await poll(polls)) == 1
    log.breaks_at = log.calls + 1
    with pytest.raises(KafkaError):
        await poll(polls)
    assert sum(log.at.values()) == 2, "an error at the first word leaves reading where it was"


async def test_an_error_ahead_is_raised_by_the_poll_that_would_have_met_it() -> None:
    log = Log({A: 8})
    polls = Polls(log)
    await poll(polls)
    log.breaks_at = log.calls + 1
    polls.take_ahead()
    await asyncio.sleep(0)
    with pytest.raises(KafkaError):
        await poll(polls)
    assert await poll(polls) == {A: [2, 3]}


async def test_closing_ends_what_is_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "CHUNK_RECORDS", 1)
    log = Log({A: 40})
    polls = Polls(log)
    await poll(polls, 40)
    polls.take_ahead()
    await asyncio.sleep(0)
    polls.close()
    await asyncio.sleep(0.01)
    assert log.at[A] < 20
