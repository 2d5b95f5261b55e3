"""A row may be ahead of its watermarks by what was read since, source by source and metric by metric, and by nothing else."""

from __future__ import annotations

from typing import Any

from trueup_operator.verify.ahead import ASKED_AT_MOST, later_sights

OLD, LATEST, FIRST, SECOND = (f"2026-11-2{day}T10:00:00+00:00" for day in (3, 5, 6, 7))


def mark(scope: str, as_of: str | None = LATEST, source: str = "amplitude") -> dict[str, Any]:
    return {"source": source, "scope": scope, "from_day": "2026-11-01", "to_day": None, "as_of": as_of}


def as_of(sight: list[dict[str, Any]]) -> list[str | None]:
    return [one["as_of"] for one in sight]


def test_each_metric_moves_by_itself() -> None:
    marks = [mark("usage|calls|0"), mark("usage|messages|0")]
    found = {
        tuple(as_of(sight))
        for sight in later_sights(marks, {"amplitude|calls": [FIRST, SECOND], "amplitude|messages": [FIRST]})
    }
    assert found == {
        (LATEST, FIRST),
        (FIRST, LATEST),
        (FIRST, FIRST),
        (SECOND, LATEST),
        (SECOND, FIRST),
    }


def test_only_the_latest_run_of_a_metric_moves_and_nothing_else() -> None:
    marks = [
        mark("usage|calls|0", OLD),
        mark("usage|calls|0"),
        mark("invoices", source="quickbooks"),
        mark("usage|messages|0", None),
    ]
    assert [as_of(sight) for sight in later_sights(marks, {"amplitude|calls": [FIRST], "amplitude|messages": []})] == [
        [OLD, FIRST, LATEST, None]
    ]


def test_a_system_of_documents_moves_whole() -> None:
    marks = [mark("invoices", source="stripe"), mark("payments", OLD, "stripe"), mark("usage|calls|0")]
    assert [as_of(sight) for sight in later_sights(marks, {"stripe": [FIRST]})] == [[FIRST, OLD, LATEST]]


def test_without_moves_there_is_nothing_to_try() -> None:
    assert list(later_sights([mark("usage|calls|0")], {"amplitude|calls": []})) == []


def test_one_that_is_ahead_alone_is_found_however_much_waits_at_the_others() -> None:
    minutes = [f"2026-11-26T10:{minute:02}:00+00:00" for minute in range(20)]
    marks = [mark("usage|calls|0"), mark("documents", source="quickbooks"), mark("billing", source="stripe")]
    moves = {"amplitude|calls": minutes, "quickbooks": minutes, "stripe": minutes}
    tried = [as_of(sight) for sight in later_sights(marks, moves)]
    for place in range(3):
        assert [minute if other == place else LATEST for other in range(3) for minute in minutes[-1:]] in tried


def test_the_ways_that_are_tried_are_bounded() -> None:
    moves = {
        name: [f"2026-11-26T10:{minute:02}:00+00:00" for minute in range(50)]
        for name in ("amplitude|calls", "amplitude|messages")
    }
    assert len(list(later_sights([mark("usage|calls|0"), mark("usage|messages|0")], moves))) == ASKED_AT_MOST
