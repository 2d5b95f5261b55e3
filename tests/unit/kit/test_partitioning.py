"""Our quicker murmur2 puts every key where every other Kafka client would."""

from __future__ import annotations

from aiokafka.partitioner import DefaultPartitioner
from hypothesis import given
from hypothesis import strategies as st

from trueup_kit.partitioning import murmur2, partition_of


@given(key=st.binary(max_size=80), count=st.integers(min_value=1, max_value=50))
def test_keys_go_where_the_reference_puts_them(key: bytes, count: int) -> None:
    partitions = list(range(count))
    assert partition_of(key, partitions, partitions) == DefaultPartitioner()(key, partitions, partitions)


def test_known_values_of_the_java_client() -> None:
    # From org.apache.kafka.common.utils.UtilsTest.
    known = {b"21": -973932308, b"foobar": -790332482, b"a-little-bit-long-string": -985981536}
    assert {key: (murmur2(key) ^ 0x80000000) - 0x80000000 for key in known} == known


def test_without_a_key_an_available_partition_is_taken() -> None:
    assert partition_of(None, [0, 1, 2], [2]) == 2
    assert partition_of(None, [1], []) == 1
