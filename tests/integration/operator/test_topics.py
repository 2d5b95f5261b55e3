"""Topics on a real broker: created once, left alone afterwards, never repartitioned."""

from __future__ import annotations

import asyncio
import uuid

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from trueup_operator import topics
from trueup_operator.errors import OperatorError


async def until_known(kafka: str, name: str) -> None:
    """The broker tells of a topic a moment after its controller has made it."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        async with asyncio.timeout(60):
            while name not in await admin.list_topics():
                await asyncio.sleep(0.05)
    finally:
        await admin.close()


async def test_creates_what_is_missing_and_repeats_harmlessly(kafka: str) -> None:
    name = f"operator.{uuid.uuid4().hex}"
    wanted = [topics.Declared(name, 3, {"cleanup.policy": "compact"})]
    assert await topics.apply(kafka, wanted, replication_factor=1) == [f"created {name}"]
    await until_known(kafka, name)
    assert await topics.apply(kafka, wanted, replication_factor=1) == []
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        (described,) = await admin.describe_topics([name])
        assert len(described["partitions"]) == 3
    finally:
        await admin.delete_topics([name])
        await admin.close()


async def test_refuses_to_move_keys_to_other_partitions(kafka: str) -> None:
    name = f"operator.{uuid.uuid4().hex}"
    await topics.apply(kafka, [topics.Declared(name, 3, {})], replication_factor=1)
    await until_known(kafka, name)
    with pytest.raises(OperatorError, match="3 partitions, declared are 12"):
        await topics.apply(kafka, [topics.Declared(name, 12, {})], replication_factor=1)
