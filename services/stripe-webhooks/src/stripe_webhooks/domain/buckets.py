"""Which of the lease buckets an invoice, a lone payment or a customer falls into.

There are two buckets for each partition of the inbox: the bucket of an id, modulo the partitions, is the partition
that Kafka gives the same key. So two replicas seldom want one bucket: each owns its partitions' invoices, and the leases
only arbitrate where ownership cannot: the poll, the load, a rebalance, and events that name no invoice.
"""

from __future__ import annotations

PARTITIONS = 12
BUCKETS = 2 * PARTITIONS
_MULTIPLIER = 0x5BD1E995
_SEED = 0x9747B28C
_MASK = 0xFFFFFFFF


def bucket_of(object_id: str) -> int:
    """The bucket of an id; `bucket % PARTITIONS` is Kafka's default partition for this key."""
    return (_murmur2(object_id.encode()) & 0x7FFFFFFF) % BUCKETS


def _murmur2(data: bytes) -> int:
    """MurmurHash2, 32 bits, as Kafka's clients compute it."""
    result = (_SEED ^ len(data)) & _MASK
    whole = len(data) & ~3
    for start in range(0, whole, 4):
        word = int.from_bytes(data[start : start + 4], "little") * _MULTIPLIER & _MASK
        word = (word ^ word >> 24) * _MULTIPLIER & _MASK
        result = (result * _MULTIPLIER & _MASK) ^ word
    if rest := data[whole:]:
        result = (result ^ int.from_bytes(rest, "little")) * _MULTIPLIER & _MASK
    result = (result ^ result >> 13) * _MULTIPLIER & _MASK
    return result ^ result >> 15
