"""Buckets are Kafka's partitions."""

from __future__ import annotations

from aiokafka.partitioner import murmur2
from hypothesis import given
from hypothesis import strategies as st

from stripe_webhooks.domain.buckets import BUCKETS, bucket_of
from trueup_contracts.topics import PARTITIONS


def test_there_is_one_bucket_for_each_partition_of_the_inbox() -> None:
    assert BUCKETS == PARTITIONS


@given(st.text(max_size=40))
def test_a_bucket_is_the_partition_kafka_gives_the_same_key(key: str) -> None:
    assert bucket_of(key) == (murmur2(key.encode()) & 0x7FFFFFFF) % PARTITIONS
