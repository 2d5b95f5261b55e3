"""Decisions that no longer hold: the figures that they rest on moved, or a snooze is over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from reconciler.domain.decision import Decision
from reconciler.domain.disagreement import Disagreement
from reconciler.domain.result import PeriodResult

Why = Literal["figures_moved", "snooze_over", "changed_since_sign_off"]


@dataclass(frozen=True, slots=True)
class Lapse:
    """One decision and what became of it."""

    decision: Decision
    about: PeriodResult | Disagreement
    why: Why

    @property
    def said(self) -> str:
        """What is remembered: a signed-off month is told of again each time that it moves."""
        if isinstance(self.about, Disagreement) or self.why != "changed_since_sign_off":
            return self.why
        return f"{self.why}|{self.about.expected_minor}|{self.about.billed_minor}"


def lapses(results: Iterable[PeriodResult], disagreements: Iterable[Disagreement] = ()) -> Iterator[Lapse]:
    """What has lapsed by now, one for each decision."""
    for one in disagreements:
        if one.handling is not None and one.handling.ended is not None:
            yield Lapse(one.handling.decision, one, one.handling.ended)
    for result in results:
        if result.handling is not None and result.handling.ended is not None:
            yield Lapse(result.handling.decision, result, result.handling.ended)
        if result.sign_off is not None and result.sign_off.changed:
            yield Lapse(result.sign_off.decision, result, "changed_since_sign_off")
