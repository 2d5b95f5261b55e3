"""What a subscription polls: shares of all partitions, and the next batch while the one before is being stored."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

Polled = dict[TopicPartition, list[ConsumerRecord]]
GetMany = Callable[..., Awaitable[Polled]]
# Of one partition a batch holds no more than about this part while others have records too.
SHARES = 4
CHUNK_RECORDS = 250
"""Unpacked at a stretch: a millisecond or two in which nothing else of the process runs."""


class Polls:
    """The polls of one consumer, in the place of its own `getmany`."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer
        self._getmany: GetMany = consumer.getmany
        self._more_of: int | None = None
        """How large the last batch could have been, where more waits behind it."""
        self._ahead: asyncio.Task[Polled] | None = None

    async def getmany(self, *, max_records: int, timeout_ms: int) -> Polled:
        """The batch taken ahead, as far as reading still goes on behind it; else one that is polled now."""
        ahead, self._ahead = self._ahead, None
        found = await self._still_next(await ahead) if ahead is not None else {}
        found = found or await self._poll(max_records, timeout_ms)
        behind = any(len(records) >= _share(max_records) for records in found.values())
        self._more_of = max_records if behind else None
        return found

    def take_ahead(self) -> None:
        """Begin to unpack the next batch where one waits; else what comes meanwhile makes a batch of its own later."""
        if self._ahead is None and self._more_of is not None:
            self._ahead = asyncio.create_task(self._poll(self._more_of, 0), name="poll ahead")

    def close(self) -> None:
        """Let go of what was taken ahead; whoever reads next begins where the facts end."""
        if self._ahead is not None:
            self._ahead.cancel()

    async def _poll(self, max_records: int, timeout_ms: int) -> Polled:
        """aiokafka hands out what it has of one partition before it comes to the next.

        Behind a full share of one, others are taken along, so that a handler that can work on partitions side by side
        has some.
        """
        share, taken = _share(max_records), 0
        found: Polled = {}
        wanted: Iterable[TopicPartition] = ()
        while (asked := min(share, CHUNK_RECORDS, max_records - taken)) > 0:
            try:
                more = await self._getmany(*wanted, max_records=asked, timeout_ms=0 if found else timeout_ms)
            except KafkaError:
                if not found:
                    raise
                break  # what was taken is handed over, it would be lost; what is wrong is met again
            for partition, records in more.items():
                former = found.get(partition, [])
                # Given away and back between two chunks, it begins at its fence again: what came before is not next.
                goes_on = former and former[-1].offset < records[0].offset
                found[partition] = former + records if goes_on else records
            taken = sum(map(len, found.values()))
            wanted = [tp for tp in self._assigned() if len(found.get(tp, ())) < share]
            if sum(map(len, more.values())) < asked or not wanted:
                break
            await asyncio.sleep(0)
        return found

    async def _still_next(self, ahead: Polled) -> Polled:
        """Without partitions that were given away, are held until they are sought, or were sought back: fetched anew."""
        assigned = self._assigned()
        return {tp: records for tp, records in ahead.items() if tp in assigned and await self._is_behind(tp, records)}

    async def _is_behind(self, partition: TopicPartition, records: list[ConsumerRecord]) -> bool:
        try:
            return bool(await self._consumer.position(partition) > records[-1].offset)
        except KafkaError:  # given away this moment, or not placed yet
            return False

    def _assigned(self) -> set[TopicPartition]:
        found: set[TopicPartition] = self._consumer.assignment() - self._consumer.paused()
        return found


def _share(max_records: int) -> int:
    return -(-max_records // SHARES)
