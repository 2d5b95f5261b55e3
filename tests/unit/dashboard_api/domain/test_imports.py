"""Holding a file against what is there."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard_api.domain.imports import ImportOutcome, compare


@dataclass(frozen=True)
class Thing:
    name: str
    note: str | None = None

    def shown(self) -> dict[str, str | None]:
        return {"name": self.name, "note": self.note}


KNOWN = {"a": Thing("Alder"), "b": Thing("Birch", "old"), "c": Thing("Cedar")}


def test_what_is_new_other_and_the_same() -> None:
    wanted = {"b": (2, Thing("Birch")), "a": (3, Thing("Alder")), "d": (4, Thing("Dogwood"))}
    changes, unchanged = compare(KNOWN, wanted)
    assert [(each.key, each.change, each.line, each.fields) for each in changes] == [
        ("b", "changed", 2, {"note": ("old", None)}),
        ("d", "added", 4, {"name": (None, "Dogwood")}),
    ]
    assert unchanged == 1


def test_a_whole_replacement_removes_what_is_not_named() -> None:
    changes, _ = compare(KNOWN, {"a": (2, Thing("Alder"))}, replaces=True)
    assert [(each.key, each.change) for each in changes] == [("b", "removed"), ("c", "removed")]
    assert changes[0].fields == {"name": ("Birch", None), "note": ("old", None)}


def test_an_outcome_counts_its_changes() -> None:
    changes, unchanged = compare(KNOWN, {"x": (2, Thing("New"))})
    outcome = ImportOutcome(True, False, 1, unchanged, changes)
    assert (outcome.count("added"), outcome.count("changed"), outcome.count("removed")) == (1, 0, 0)
