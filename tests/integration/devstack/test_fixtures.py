"""The servers that every other integration test stands on."""

from __future__ import annotations

import asyncio

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from trueup_contracts.topics import TOPICS

TOPIC = TOPICS[0].name


async def _count(bootstrap: str) -> int:
    consumer = AIOKafkaConsumer(TOPIC, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        return sum((await consumer.end_offsets(consumer.assignment())).values())
    finally:
        await consumer.stop()


async def test_postgres_is_version_18(postgres_server: str) -> None:
    connection = await asyncpg.connect(postgres_server)
    try:
        assert connection.get_server_version().major == 18
    finally:
        await connection.close()


async def test_topics_come_empty_also_after_records(topics: str) -> None:
    assert await _count(topics) == 0
    producer = AIOKafkaProducer(bootstrap_servers=topics)
    await producer.start()
    await producer.send_and_wait(TOPIC, b"{}", key=b"k")
    await producer.stop()
    assert await _count(topics) == 1


async def test_topics_forget_the_former_test(topics: str) -> None:
    async with asyncio.timeout(10):
        assert await _count(topics) == 0
