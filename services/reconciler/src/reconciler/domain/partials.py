"""What is missing of a source, by name, and whether a person lets the account count without it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reconciler.domain.decision import Decision, standing
from reconciler.domain.snapshot import Scope, Snapshot
from trueup_billing import Source

PARTIAL_REASONS = frozenset({"truncated", "incomplete_answer"})
"""A report that is incomplete for one of these was an answer with holes; any other was no answer."""


@dataclass(frozen=True, slots=True)
class Partial:
    """The gap of one source in one account."""

    source: Source
    parts: tuple[str, ...]
    """Each in words, in a stable order."""
    accepted: Decision | None

    @property
    def name(self) -> str:
        """The same for the same gap: an acceptance names it, and another gap has another name."""
        return gap_name(self.parts)


def gap_name(parts: Iterable[str]) -> str:
    """A short name of what is missing."""
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=8).hexdigest()


def partial_of(snapshot: Snapshot, source: Source, needed: Iterable[Scope]) -> Partial | None:
    """The gap of a source, if there is one. `needed`: the scopes of it that the account rests on."""
    parts = tuple(sorted(set(_parts(snapshot, source, needed))))
    return Partial(source, parts, _acceptance(snapshot, source, gap_name(parts))) if parts else None


def _parts(snapshot: Snapshot, source: Source, needed: Iterable[Scope]) -> Iterator[str]:
    """Scopes cut short, gaps of any scope that name a ref of the account, and dead letters that touch it."""
    refs = snapshot.refs_of(source)
    for scope in needed:
        if scope.incomplete_reason in PARTIAL_REASONS:
            yield f"{scope.scope}: {scope.incomplete_reason}"
    for scope in snapshot.scopes:
        if scope.source == source:
            for gap in scope.gaps:
                if gap.ref in refs:
                    yield f"{gap.ref}: {gap.reason}" + (f", {gap.detail}" if gap.detail else "")
    for letter in snapshot.dead_letters:
        if letter.source == source and (letter.ref is None or letter.ref in refs):
            yield f"{letter.ref or source.value}: unreadable_record"


def _acceptance(snapshot: Snapshot, source: Source, name: str) -> Decision | None:
    """The latest acceptance of this very gap; nobody has accepted another one."""
    found = [
        decision
        for decision in standing(snapshot.decisions)
        if decision.kind == "accept_partial" and decision.source == source and decision.missing == name
    ]
    return found[-1] if found else None
