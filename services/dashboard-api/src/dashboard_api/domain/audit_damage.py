"""Computing the audit log again, and saying where it is broken first and how."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from dashboard_api.domain.audit_chain import NO_HASH, Entry, Head, digest, holds, is_whole, seal_entry

BROKEN_KEPT = 2000
"""Enough to find the two that were swapped; a log with more broken entries is named by its first."""


class Kind(StrEnum):
    """What was done to the log."""

    EDITED = "edited"
    DELETED = "deleted"
    SWAPPED = "swapped"
    INSERTED = "inserted"
    TRUNCATED = "truncated"


@dataclass(frozen=True, slots=True)
class Damage:
    """The first place where the log is not what was written."""

    kind: Kind
    seq: int
    detail: str


@dataclass(slots=True)
class _Walk:
    """What one pass over the rows saw."""

    count: int = 0
    last: Entry | None = None
    first_broken: int | None = None
    gap: bool = False
    """The first broken place is a number that no row carries."""
    link: bool = False
    """Each row there fits itself, but does not follow the one before."""
    broken: list[Entry] = field(default_factory=list)
    before: bytes = NO_HASH
    """Hash of the last entry before the first broken place."""
    exported_hash: bytes | None = None


def find_damage(
    entries: Iterable[Entry], head: Head | None, key: bytes, *, exported: Head | None = None
) -> Damage | None:
    """None when the log is whole. `entries` come by number; `exported` is an older head kept elsewhere."""
    signed = head is not None and holds(key, head)
    walk = _walk(entries, key, head.sealed_from if head is not None else None, exported)
    if walk.first_broken is not None:
        damage = _name(walk, walk.first_broken, head if signed else None, key)
        hint = "" if signed or head is None else "; nor does the head carry our seal: is it the right key?"
        return replace(damage, detail=damage.detail + hint)
    return _check_end(walk, head, signed=signed) or _check_exported(walk, head, key, exported)


def _walk(entries: Iterable[Entry], key: bytes, sealed_from: int | None, exported: Head | None) -> _Walk:
    walk, expected = _Walk(), 1
    for entry in entries:
        walk.count += 1
        if exported is not None and entry.seq == exported.seq:
            walk.exported_hash = entry.hash
        sealed = entry.seal is not None or (sealed_from is not None and entry.seq >= sealed_from)
        whole = is_whole(key, entry, sealed=sealed)
        if not whole and len(walk.broken) < BROKEN_KEPT:
            walk.broken.append(entry)
        if walk.first_broken is None:
            linked = entry.prev_hash == (walk.last.hash if walk.last else NO_HASH)
            if entry.seq == expected and whole and linked:
                expected += 1
            else:
                walk.first_broken = min(entry.seq, expected)
                walk.gap, walk.link = entry.seq > expected, whole and not linked
                walk.before = walk.last.hash if walk.last else NO_HASH
        walk.last = entry
    return walk


def _name(walk: _Walk, seq: int, head: Head | None, key: bytes) -> Damage:
    """The kind of damage at the first broken place."""
    here = next((entry for entry in walk.broken if entry.seq == seq), None)
    others = [entry for entry in walk.broken if entry is not here]
    if here is not None and (partner := _swapped_with(here, others, key)) is not None:
        return Damage(Kind.SWAPPED, seq, f"its content and that of entry {partner} have changed places")
    if walk.gap:
        renumbered = any(_fits(replace(entry, seq=seq), key) for entry in walk.broken)
        if renumbered:
            return Damage(Kind.EDITED, seq, "its number was changed")
        return Damage(Kind.DELETED, seq, "no entry carries this number, though later ones are there")
    extra = 0 if head is None else walk.count - head.seq
    if extra > 0 or (here is not None and any(_follows(walk, entry, seq, key) for entry in others)):
        return Damage(Kind.INSERTED, seq, "this entry was not written by Trueup; those after it were moved")
    if extra < 0:
        return Damage(Kind.DELETED, seq, f"{-extra} entries are gone and those after them were moved")
    said = "an entry of ours, but not the one that followed here" if walk.link else "its content, hash or seal changed"
    return Damage(Kind.EDITED, seq, said)


def _fits(entry: Entry, key: bytes) -> bool:
    """Whether the entry would be whole as it is given."""
    return is_whole(key, entry, sealed=entry.seal is not None)


def _follows(walk: _Walk, entry: Entry, seq: int, key: bytes) -> bool:
    """Whether this later row is what once stood at `seq`: only its old seal can still tell."""
    original = replace(entry, seq=seq, prev_hash=walk.before)
    return entry.seal is not None and seal_entry(key, digest(original)) == entry.seal


def _swapped_with(here: Entry, others: list[Entry], key: bytes) -> int | None:
    """The number of the entry that this one has changed places with."""
    for other in others:
        numbers = replace(here, seq=other.seq), replace(other, seq=here.seq)
        contents = _with_content(here, other), _with_content(other, here)
        if any(all(_fits(entry, key) for entry in pair) for pair in (numbers, contents)):
            return other.seq
    return None


def _with_content(place: Entry, content: Entry) -> Entry:
    return replace(content, seq=place.seq, prev_hash=place.prev_hash, hash=place.hash, seal=place.seal)


def _check_end(walk: _Walk, head: Head | None, *, signed: bool) -> Damage | None:
    """Every row is ours: is the last one the last that was written?"""
    end = walk.last.seq if walk.last else 0
    if head is None:
        said = "there is no signed head: entries after this place may be gone, or none was sealed yet"
        return Damage(Kind.TRUNCATED, end + 1, said) if end else None
    if not signed:
        said = "the head does not carry our seal: entries after this place may be gone"
        return Damage(Kind.TRUNCATED, end + 1, said)
    if head.seq > end:
        return Damage(Kind.TRUNCATED, end + 1, f"the last {head.seq - end} entries are gone")
    if head.seq < end:
        return Damage(Kind.EDITED, head.seq + 1, "the head was put back to an older one")
    if walk.last is not None and head.hash != walk.last.hash:
        return Damage(Kind.EDITED, end, "not the entry that the head was signed over")
    return None


def _check_exported(walk: _Walk, head: Head | None, key: bytes, exported: Head | None) -> Damage | None:
    """The log must still contain what it contained when its head was copied."""
    if exported is None:
        return None
    if not holds(key, exported):
        return Damage(Kind.EDITED, exported.seq, "the exported head does not carry our seal: wrong file or wrong key")
    end = walk.last.seq if walk.last else 0
    if walk.exported_hash is None:
        said = f"the exported head names {exported.seq} entries, but only {end} are there"
        return Damage(Kind.TRUNCATED, end + 1, said)
    if head is not None and head.sealed_from != exported.sealed_from:
        return Damage(Kind.EDITED, exported.sealed_from, "the log was sealed anew from another entry on")
    if walk.exported_hash != exported.hash:
        return Damage(Kind.EDITED, exported.seq, "not the entry that the exported head was signed over")
    return None
