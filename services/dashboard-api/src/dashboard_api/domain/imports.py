"""What an import would change: the file held against what is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeVar

ChangeKind = Literal["added", "changed", "removed"]


class Shown(Protocol):
    """A value that can be compared field by field."""

    def shown(self) -> dict[str, str | None]:
        """Field → text."""


T = TypeVar("T", bound=Shown)


@dataclass(frozen=True, slots=True)
class RowError:
    """A line that cannot be taken; `detail` says what to do."""

    line: int
    column: str | None
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file: its line and its columns, trimmed."""

    line: int
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that the file adds, changes or takes away. Fields: before and after."""

    key: str
    change: ChangeKind
    line: int | None
    fields: dict[str, tuple[str | None, str | None]]


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What came of an import. With any error nothing is applied."""

    dry_run: bool
    applied: bool
    rows: int
    unchanged: int
    changes: Sequence[Change] = field(default_factory=list)
    errors: Sequence[RowError] = field(default_factory=list)

    def count(self, kind: ChangeKind) -> int:
        """How many changes of this kind there are."""
        return sum(change.change == kind for change in self.changes)


def compare(
    known: Mapping[str, T], wanted: Mapping[str, tuple[int, T]], *, replaces: bool = False
) -> tuple[list[Change], int]:
    """The changes, in the file's order, and how many rows change nothing.

    `wanted` maps a key to its line and value. With `replaces`, what is known but not wanted is removed.
    """
    changes: list[Change] = []
    unchanged = 0
    for key, (line, value) in wanted.items():
        after, before = value.shown(), known[key].shown() if key in known else {}
        fields = {name: (before.get(name), text) for name, text in after.items() if before.get(name) != text}
        if key not in known:
            changes.append(Change(key, "added", line, fields))
        elif fields:
            changes.append(Change(key, "changed", line, fields))
        else:
            unchanged += 1
    if replaces:
        gone = (key for key in known if key not in wanted)
        changes.extend(
            Change(key, "removed", None, {name: (text, None) for name, text in known[key].shown().items() if text})
            for key in gone
        )
    return changes, unchanged
