"""A thousand seeded tamperings: every one is found, and a log that nobody touched raises no alarm."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest

from dashboard_api.domain.audit_chain import NO_HASH, Entry, Head, digest, seal_entry, seal_head
from dashboard_api.domain.audit_damage import Kind, find_damage

KEY = b"the key that the database does not know"
FORGED = b"the key of somebody who has the database only"
Log = tuple[list[Entry], Head | None]
START = datetime(2026, 11, 1, tzinfo=UTC)
LENGTH = 40


def chained(entries: list[Entry], key: bytes, *, start: int = 0) -> list[Entry]:
    """Numbers, hashes and seals from `start` on, computed with a key."""
    done = list(entries[:start])
    for entry in entries[start:]:
        placed = replace(entry, seq=len(done) + 1, prev_hash=done[-1].hash if done else NO_HASH)
        placed = replace(placed, hash=digest(placed))
        done.append(replace(placed, seal=seal_entry(key, placed.hash)))
    return done


def head_over(entries: list[Entry], key: bytes) -> Head:
    last = entries[-1]
    seal = seal_head(key, seq=last.seq, entry_hash=last.hash, at=last.at, sealed_from=1)
    return Head(seq=last.seq, hash=last.hash, at=last.at, sealed_from=1, seal=seal)


def content(number: int) -> Entry:
    at = START + timedelta(seconds=number)
    user = f"user{number % 5}"
    return Entry(0, at, user, "admin", f"did.{number % 3}", f"cl_{number}", {"n": number, "u": [user]}, NO_HASH)


@cache
def _untouched(length: int) -> tuple[Entry, ...]:
    return tuple(chained([content(number) for number in range(length)], KEY))


def fresh(length: int = LENGTH) -> Log:
    entries = list(_untouched(length))
    return entries, head_over(entries, KEY)


def edit(rng: random.Random, log: Log) -> tuple[Log, int, set[Kind]]:
    entries, head = log
    at = rng.randrange(len(entries))
    entry = entries[at]
    changes: dict[str, Any] = {
        "at": entry.at + timedelta(microseconds=rng.choice([-1, 1, 10**9])),
        "user": entry.user + rng.choice(["x", " ", "\u200b"]),
        "role": "finance",
        "action": entry.action.upper(),
        "client_id": rng.choice([None, "", "cl_other"]),
        "detail": {"n": entry.seq, "u": []},
        "prev_hash": rng.randbytes(32),
        "hash": rng.randbytes(32),
        "seal": rng.choice([None, rng.randbytes(32)]),
        "seq": len(entries) + rng.randrange(2, 99),
    }
    column = rng.choice(sorted(changes))
    entries[at] = replace(entry, **{column: changes[column]})
    if column == "detail":
        assert entries[at].detail != entry.detail
    return (sorted(entries, key=lambda each: each.seq), head), at + 1, {Kind.EDITED}


def edit_and_recompute(rng: random.Random, log: Log) -> tuple[Log, int, set[Kind]]:
    entries, _ = log
    at = rng.randrange(len(entries))
    entries[at] = replace(entries[at], user="mallory")
    entries = chained(entries, FORGED, start=at)
    head = rng.choice([log[1], head_over(entries, FORGED)])
    return (entries, head), at + 1, {Kind.EDITED}


def delete(rng: random.Random, log: Log) -> tuple[Log, int, set[Kind]]:
    entries, head = log
    at = rng.randrange(len(entries) - 1)
    return (entries[:at] + entries[at + 1 :], head), at + 1, {Kind.DELETED}


def delete_and_close_up(rng: random.Random, log: Log) -> tuple[Log, int, set[Kind]]:
    entries, head = log
    at = rng.randrange(len(entries) - 1)
    rest = entries[:at] + entries[at + 1 :]
    if rng.random() < 0.5:
        return (chained(rest, FORGED, start=at), head), at + 1, {Kind.DELETED}
    return ([replace(entry, seq=place) for place, entry in enumerate(rest, start=1)], head), at + 1, {Kind.DELETED}


def swap(rng: random.Random, log: Log) -> tuple[Log, int, set[Kind]]:
    entries, head = log
    one, two = sorted(rng.sample(range(len(entries)), 2))
    first, second = entries[one], entries[two]
    if rng.random() < 0.5:
        entries[one], entries[two] = replace(second, seq=first.seq), replace(first, seq=second.seq)
    else:
        kept = {"seq", "prev_hash", "hash", "seal"}
        entries[one] = replace(second, **{name: getattr(first, name) for name in kept})
        entries[two] = replace(first, **{name: getattr(second, name) for name in kept})
    return (entries, head), one + 1, {Kind.SWAPPED}


def insert(rng: random.Random, log: Log) -> tuple[Log, int, set[Kind]]:
    entries, head = log
    at = rng.randrange(len(entries) + 1)
    more = [*entries[:at], replace(content(999), seal=rng.randbytes(32)), *entries[at:]]
    if rng.random() < 0.5:
        return (chained(more, FORGED, start=at), head), at + 1, {Kind.INSERTED}
    moved = [replace(entry, seq=place) for place, entry in enumerate(more, start=1)]
    previous = moved[at - 1].hash if at else NO_HASH
    forged = replace(moved[at], prev_hash=previous)
    moved[at] = replace(forged, hash=digest(forged))
    return (moved, head), at + 1, {Kind.INSERTED}


def truncate(rng: random.Random, log: Log) -> tuple[Log, int, set[Kind]]:
    entries, head = log
    left = rng.randrange(len(entries))
    entries = entries[:left]
    choices: list[Head | None] = [head]
    if entries:
        choices += [
            None,
            head_over(entries, FORGED),
            replace(head_over(entries, FORGED), seal=head.seal if head else b""),
        ]
    return (entries, rng.choice(choices)), left + 1, {Kind.TRUNCATED}


TAMPERINGS: list[Callable[[random.Random, Log], tuple[Log, int, set[Kind]]]] = [
    *(edit, edit_and_recompute, delete, delete_and_close_up, swap, insert, truncate)
]


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_every_tampering_is_found_where_it_is_and_named(tampering: Callable[..., tuple[Log, int, set[Kind]]]) -> None:
    tried = 150
    for seed in range(tried):
        (entries, head), place, kinds = tampering(random.Random(f"{tampering.__name__}{seed}"), fresh())
        damage = find_damage(entries, head, KEY)
        assert damage is not None, seed
        assert (damage.seq, damage.kind in kinds) == (place, True), (seed, damage)
    assert tried * len(TAMPERINGS) >= 1000


@pytest.mark.parametrize("length", [1, 2, 3, LENGTH, 500])
def test_an_untouched_log_raises_no_alarm(length: int) -> None:
    entries, head = fresh(length)
    assert find_damage(entries, head, KEY) is None
    assert find_damage(entries, head, KEY, exported=head_over(entries[: length // 2 + 1], KEY)) is None
    assert find_damage([], None, KEY) is None


def test_an_old_head_put_back_is_found_against_a_copy_kept_elsewhere() -> None:
    entries, head = fresh()
    old = head_over(entries[:20], KEY)
    # Log and head of that day fit each other: from the database alone nobody could tell.
    assert find_damage(entries[:20], old, KEY) is None
    damage = find_damage(entries[:20], old, KEY, exported=head)
    assert damage is not None
    assert (damage.kind, damage.seq) == (Kind.TRUNCATED, 21)
    everything_gone = find_damage([], None, KEY, exported=head)
    assert everything_gone is not None
    assert everything_gone.kind is Kind.TRUNCATED
    put_back_alone = find_damage(entries, old, KEY)
    assert put_back_alone is not None
    assert put_back_alone.seq == 21


def test_a_log_written_anew_is_found_against_a_copy_kept_elsewhere() -> None:
    _, head = fresh()
    other = chained([content(number + 1) for number in range(LENGTH)], KEY)
    damage = find_damage(other, head_over(other, KEY), KEY, exported=head)
    assert damage is not None
    assert (damage.kind, damage.seq) == (Kind.EDITED, LENGTH)


def test_a_copy_that_is_none_is_said_so() -> None:
    entries, head = fresh()
    damage = find_damage(entries, head, KEY, exported=head_over(entries, FORGED))
    assert damage is not None
    assert "wrong file or wrong key" in damage.detail


def test_the_wrong_key_is_asked_about() -> None:
    entries, head = fresh()
    damage = find_damage(entries, head, FORGED)
    assert damage is not None
    assert "is it the right key?" in damage.detail


def test_entries_from_before_the_seal_are_held_by_the_chain() -> None:
    entries = [replace(entry, seal=None) for entry in chained([content(number) for number in range(5)], KEY)]
    entries = chained([*entries, content(5)], KEY, start=5)
    last = entries[-1]
    seal = seal_head(KEY, seq=6, entry_hash=last.hash, at=last.at, sealed_from=6)
    head = Head(seq=6, hash=last.hash, at=last.at, sealed_from=6, seal=seal)
    assert find_damage(entries, head, KEY) is None
    for at in range(5):
        broken = list(entries)
        broken[at] = replace(broken[at], user="mallory")
        assert find_damage(broken, head, KEY) is not None
    no_seal = [*entries[:5], replace(last, seal=None)]
    assert find_damage(no_seal, head, KEY) is not None
