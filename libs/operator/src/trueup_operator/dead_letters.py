"""Read the dead-letter topics: what could not be read, where it came from and why."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from trueup_contracts.envelope import read_headers

SUFFIX = ".dlq"
POLL_TIMEOUT_MS = 1000


@dataclass(frozen=True)
class DeadLetter:
    """One record that was diverted."""

    topic: str
    partition: str
    offset: str
    key: str
    error: str
    attempts: str
    size_bytes: int


async def read(bootstrap: str) -> AsyncIterator[DeadLetter]:
    """Every dead letter still kept, oldest first within a partition. Reads without a group: nothing is consumed."""
    partitions = await _partitions(bootstrap)
    if not partitions:
        return
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        starts = await consumer.beginning_offsets(partitions)
        left = {tp for tp in partitions if ends[tp] > starts[tp]}
        while left:
            for tp, records in (await consumer.getmany(*left, timeout_ms=POLL_TIMEOUT_MS)).items():
                for record in records:
                    yield _letter(record.topic, record.key, record.value, read_headers(record.headers))
                if records and records[-1].offset + 1 >= ends[tp]:
                    left.discard(tp)
    finally:
        await consumer.stop()


async def _partitions(bootstrap: str) -> list[TopicPartition]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        topics = sorted(name for name in await admin.list_topics() if name.endswith(SUFFIX))
        described = await admin.describe_topics(topics) if topics else []
        return [
            TopicPartition(topic["topic"], part["partition"]) for topic in described for part in topic["partitions"]
        ]
    finally:
        await admin.close()


def _letter(topic: str, key: bytes | None, value: bytes | None, headers: dict[str, str]) -> DeadLetter:
    return DeadLetter(
        topic=headers.get("dlq_topic", topic.removesuffix(SUFFIX)),
        partition=headers.get("dlq_partition", "?"),
        offset=headers.get("dlq_offset", "?"),
        key=(key or b"").decode(errors="replace") or "(no key)",
        error=headers.get("dlq_error", "(no error recorded)"),
        attempts=headers.get("dlq_attempts", "1"),
        size_bytes=len(value or b""),
    )
