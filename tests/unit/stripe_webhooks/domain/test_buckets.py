"""Buckets are Kafka's partitions."""

from __future__ import annotations

from aiokafka.partitioner import murmur2
from hypothesis import given
from hypothesis import strategies as st

from stripe_webhooks.domain import buckets
from trueup_contracts.topics import PARTITIONS


def test_every_partition_of_the_inbox_has_as_many_buckets() -> None:
    assert buckets.PARTITIONS == PARTITIONS
    assert buckets.BUCKETS % PARTITIONS == 0


@given(st.text(max_size=40))
def test_a_bucket_lies_in_the_partition_kafka_gives_the_same_key(key: str) -> None:
    assert buckets.bucket_of(key) % PARTITIONS == (murmur2(key.encode()) & 0x7FFFFFFF) % PARTITIONS
