"""Dead letters are listed with where they stood and why, without consuming them."""

from __future__ import annotations

import uuid

from aiokafka import AIOKafkaProducer

from trueup_operator import dead_letters, topics


async def test_lists_each_dead_letter_twice_the_same(kafka: str) -> None:
    source = f"operator.{uuid.uuid4().hex}"
    await topics.apply(kafka, [topics.Declared(f"{source}.dlq", 2, {})], replication_factor=1)
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    headers = [
        ("dlq_topic", source.encode()),
        ("dlq_partition", b"1"),
        ("dlq_offset", b"42"),
        ("dlq_error", b"quantity: not a number"),
        ("dlq_attempts", b"1"),
    ]
    for key in (b"amplitude:a|m|2026-10-01", None):
        await producer.send_and_wait(f"{source}.dlq", b"{broken", key=key, headers=headers)
    await producer.stop()
    for _ in range(2):
        letters = [letter async for letter in dead_letters.read(kafka) if letter.topic == source]
        assert sorted(letter.key for letter in letters) == ["(no key)", "amplitude:a|m|2026-10-01"]
        assert {(letter.partition, letter.offset, letter.error) for letter in letters} == {
            ("1", "42", "quantity: not a number")
        }
