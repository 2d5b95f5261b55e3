"""Which partition a key goes to: Kafka's own rule (murmur2), as every other client applies it, only quicker."""

from __future__ import annotations

import random
from collections.abc import Sequence
from struct import unpack_from

_MASK = 0xFFFFFFFF
_M = 0x5BD1E995
_SEED = 0x9747B28C


def partition_of(key: bytes | None, all_partitions: Sequence[int], available: Sequence[int]) -> int:
    """The partition for a key; a record without one goes anywhere. `all_partitions` is sorted."""
    if key is None:
        return random.choice(available or all_partitions)
    return all_partitions[(murmur2(key) & 0x7FFFFFFF) % len(all_partitions)]


def murmur2(data: bytes) -> int:
    """The 32-bit murmur2 hash that Kafka's Java client uses."""
    length = len(data)
    whole = length >> 2
    h = _SEED ^ length
    for word in unpack_from(f"<{whole}I", data):
        k = (word * _M) & _MASK
        k ^= k >> 24
        h = ((h * _M) & _MASK) ^ ((k * _M) & _MASK)
    if rest := data[whole << 2 :]:
        h = ((h ^ int.from_bytes(rest, "little")) * _M) & _MASK
    h ^= h >> 13
    h = (h * _M) & _MASK
    return h ^ (h >> 15)
