"""Assignments and batches with a consumer that only records what is asked of it."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from trueup_kit import logs, watching
from trueup_kit import reading as module
from trueup_kit.errors import ProviderUnavailable
from trueup_kit.reading import Reading, Record, to_record
from trueup_kit.watching import Watch

A, B = (TopicPartition("t", number) for number in range(2))


class FakeConsumer:
    """Remembers the order of what was asked."""

    def __init__(self, ends: dict[TopicPartition, int]) -> None:
        self.ends = ends
        self.at = {A: 0, B: 0}
        self.asked: list[tuple[str, Any]] = []
        self.held: set[TopicPartition] = set()
        self.away = False

    def pause(self, *partitions: TopicPartition) -> None:
        self.asked.append(("pause", partitions))
        self.held |= set(partitions)

    def resume(self, *partitions: TopicPartition) -> None:
        self.asked.append(("resume", partitions))
        self.held -= set(partitions)

    def seek(self, partition: TopicPartition, offset: int) -> None:
        self.asked.append(("seek", (partition, offset)))

    def paused(self) -> set[TopicPartition]:
        return self.held

    def assignment(self) -> set[TopicPartition]:
        return set(self.at)

    async def position(self, partition: TopicPartition) -> int:
        return self.at[partition]

    async def end_offsets(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        if self.away:
            raise KafkaError
        return {tp: self.ends[tp] for tp in partitions}

    async def getmany(self, **_: int) -> dict[TopicPartition, list[Any]]:
        self.asked.append(("getmany", None))
        return {}


def raw(offset: int, *, key: bytes | None = b"k", headers: tuple[tuple[str, bytes], ...] = ()) -> SimpleNamespace:
    return SimpleNamespace(
        topic="t", partition=0, offset=offset, key=key, value=b"v", headers=headers, timestamp=1_700_000_000_000
    )


def made(consumer: FakeConsumer, start_at: Any = None, handler: Any = None, *, grouped: bool = True) -> Reading:
    found = Reading(handler, start_at, topic="t", grouped=grouped)
    found.consumer_of(lambda: consumer)
    return found


async def test_nothing_is_fetched_before_every_seek_is_done() -> None:
    consumer = FakeConsumer({A: 10, B: 20})

    async def start_at(partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        assert consumer.held == {A, B}
        return {A: 4, B: 20}

    await made(consumer, start_at).on_partitions_assigned({B, A})
    assert consumer.asked == [("pause", (A, B)), ("seek", (A, 4)), ("seek", (B, 20)), ("resume", (A, B))]


async def test_a_log_that_ends_below_the_fence_stays_paused_with_an_alarm() -> None:
    consumer = FakeConsumer({A: 10, B: 20})

    async def start_at(_: list[TopicPartition]) -> dict[TopicPartition, int]:
        return {A: 11, B: 3}

    reading = made(consumer, start_at)
    await reading.on_partitions_assigned([A, B])
    assert reading.alarm is not None
    assert "partition 0 ends at 10, below the stored 11" in reading.alarm
    assert consumer.held == {A, B}
    assert not [step for step in consumer.asked if step[0] == "seek"]


async def test_a_fence_that_cannot_be_read_gives_the_reading_up_and_stays_paused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "SEEK_TIMEOUT_S", 0.1)
    monkeypatch.setattr(module, "SEEK_RETRY_S", 0.01)
    consumer = FakeConsumer({A: 1, B: 1})

    async def start_at(_: list[TopicPartition]) -> dict[TopicPartition, int]:
        raise ConnectionError("away")

    reading = made(consumer, start_at)
    await reading.on_partitions_assigned([A])
    assert reading.lost is not None
    assert consumer.held == {A}


async def test_without_start_at_the_groups_position_is_kept() -> None:
    consumer = FakeConsumer({A: 1, B: 1})
    await made(consumer).on_partitions_assigned([A])
    assert consumer.asked == []


async def test_a_failing_batch_is_raised_after_a_growing_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []

    async def sleep(delay_s: float) -> None:
        pauses.append(delay_s)

    monkeypatch.setattr("trueup_kit.reading.asyncio.sleep", sleep)

    async def handler(_: list[Record]) -> None:
        raise ValueError("no")

    reading = made(FakeConsumer({}), handler=handler)
    for _ in range(8):
        with pytest.raises(Exception, match="t"):
            await reading.handle(SimpleNamespace(raw_message=(raw(1),)))  # type: ignore[arg-type]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (0.2, 10.0)
    assert reading.next_offsets == {}


async def test_without_a_group_a_batch_is_tried_here_and_then_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    async def sleep(_: float) -> None:
        return

    monkeypatch.setattr("trueup_kit.reading.asyncio.sleep", sleep)
    tried = 0

    async def handler(_: list[Record]) -> None:
        nonlocal tried
        tried += 1
        raise ValueError("no")

    reading = made(FakeConsumer({}), handler=handler, grouped=False)
    await reading.handle(SimpleNamespace(raw_message=(raw(1),)))  # type: ignore[arg-type]
    assert tried == module.ATTEMPTS_WITHOUT_GROUP
    assert reading.next_offsets == {A: 2}


def test_records_with_broken_keys_and_headers_are_still_records() -> None:
    record = to_record(raw(1, key=b"\xff\xfe", headers=(("ce_id", b"\xff"), ("x", b"y"))))
    assert record.key == "��"
    assert record.headers == {"ce_id": "�", "x": "y"}
    assert to_record(raw(2, key=None)).key is None


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "CHECK_S", 0.001)
    monkeypatch.setattr(watching, "LAG_CHECK_S", 0.002)


async def watched(reading: Reading, said: list[str | None], *, timeout_s: float) -> str | None:
    try:
        async with asyncio.timeout(timeout_s):
            return await Watch(reading, grouped=True, say=said.append).until_lost()
    except TimeoutError:
        return None


@pytest.mark.usefixtures("quick")
async def test_a_consumer_that_never_moves_though_there_is_more_is_lost() -> None:
    reason = await watched(made(FakeConsumer({A: 5, B: 0})), [], timeout_s=5)
    assert reason is not None
    assert "does not move" in reason


@pytest.mark.usefixtures("quick")
async def test_a_consumer_at_the_end_is_fine() -> None:
    said: list[str | None] = []
    assert await watched(made(FakeConsumer({A: 0, B: 0})), said, timeout_s=0.3) is None
    assert set(said) == {None}


@pytest.mark.usefixtures("quick")
async def test_a_broker_that_is_away_is_said_and_no_reason_to_rebuild() -> None:
    consumer = FakeConsumer({A: 0, B: 0})
    said: list[str | None] = []
    consumer.away = True
    assert await watched(made(consumer), said, timeout_s=0.3) is None
    assert set(said) == {"the broker does not answer"}


@pytest.mark.usefixtures("quick")
async def test_silence_is_noticed_but_not_while_a_handler_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "STALLED_S", 0.05)
    reading = made(FakeConsumer({A: 0, B: 0}))
    reading.busy = True
    assert await watched(reading, [], timeout_s=0.3) is None
    reading.busy = False
    reason = await watched(reading, [], timeout_s=5)
    assert reason is not None
    assert "not polled" in reason


@pytest.mark.usefixtures("quick")
async def test_a_member_without_partitions_is_rebuilt_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "UNASSIGNED_S", 0.05)
    consumer = FakeConsumer({})
    consumer.at = {}
    reason = await watched(made(consumer), [], timeout_s=5)
    assert reason is not None
    assert "no partition" in reason


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ProviderUnavailable("timeout"), ("warning", False)),
        (ConnectionRefusedError("the database restarts"), ("warning", False)),
        (RuntimeError("our mistake"), ("error", True)),
    ],
)
async def test_what_is_away_is_one_line_and_a_mistake_of_ours_has_its_stack_trace(
    error: Exception,
    told: tuple[str, bool],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "FAILED_DELAY_FIRST_S", 0.0)
    logs.configure(service="test", level="INFO", fmt="json")

    async def handler(_: list[Record]) -> None:
        raise error

    with pytest.raises(Exception, match="t"):
        await made(FakeConsumer({}), handler=handler).handle(SimpleNamespace(raw_message=[raw(1)]))  # type: ignore[arg-type]
    (line,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (line["level"], "exception" in line) == told
