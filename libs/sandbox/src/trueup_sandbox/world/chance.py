"""Cheap chance that the seed decides: the same parts always give the same number."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
_FACTOR = 0xBF58476D1CE4E5B9


def mix(*parts: int) -> int:
    """A 64-bit number that depends on every part."""
    state = _GOLDEN
    for part in parts:
        state = ((state ^ part) * _FACTOR + _GOLDEN) & _MASK
        state ^= state >> 29
    return state


def token(*parts: object, length: int = 14) -> str:
    """Letters and digits for an id such as `cus_…`, always the same for the same parts."""
    digest = hashlib.blake2b("|".join(map(str, parts)).encode(), digest_size=16).hexdigest()
    return digest[:length]


def dice(*parts: object) -> random.Random:
    """A generator of its own for one subject."""
    return random.Random("|".join(map(str, parts)))


def weighted(draw: random.Random, shares: Mapping[str, float]) -> str:
    """One of the names, in proportion to its share."""
    return draw.choices(list(shares), weights=list(shares.values()))[0]
