"""Dividing the accounts so that no answer has more groups than Amplitude gives.

A partition keeps its accounts: they are only ever added, or moved when a partition is halved, so that the scopes
that are reported stay comparable from pull to pull.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

GROUPS_MAX = 1000
"""Amplitude returns no more groups; an answer with as many is a cut one."""

Partitions = Mapping[str, int]
"""account → number of its partition."""


def members(partitions: Partitions) -> dict[int, list[str]]:
    """Each partition's accounts in order; without any account there is one empty partition."""
    found: dict[int, list[str]] = {}
    for account in sorted(partitions):
        found.setdefault(partitions[account], []).append(account)
    return dict(sorted(found.items())) or {0: []}


def assign(partitions: Partitions, accounts: Iterable[str], capacity: int) -> dict[str, int]:
    """Give each new account a place. Returns what is new or has moved.

    The first accounts are spread evenly; later ones fill the emptiest partition, and open another when all are full.
    """
    new = sorted(set(accounts) - set(partitions))
    if not partitions:
        count = -(-len(new) // capacity)
        return {account: index * count // len(new) for index, account in enumerate(new)}
    sizes = {number: len(accounts) for number, accounts in members(partitions).items()}
    placed: dict[str, int] = {}
    for account in new:
        number = min(sizes, key=lambda candidate: (sizes[candidate], candidate))
        if sizes[number] >= capacity:
            number = max(sizes) + 1
        sizes[number] = sizes.get(number, 0) + 1
        placed[account] = number
    return placed


def halve(partitions: Partitions, number: int) -> dict[str, int]:
    """Move every other account of a partition into a new one; returns the moves, none when it has one account."""
    accounts = members(partitions).get(number, [])
    target = max(partitions.values(), default=0) + 1
    return dict.fromkeys(accounts[1::2], target)
