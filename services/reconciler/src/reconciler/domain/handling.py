"""A month after what people decided about it. A decision holds for the figures that the person saw, and for no others."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace
from datetime import date

from reconciler.domain.decision import Decision, Figures, Handling
from reconciler.domain.result import PeriodResult, SignOff


def handled(result: PeriodResult, decisions: Sequence[Decision], today: date) -> PeriodResult:
    """The month with what stands of its decisions. `decisions` are the standing ones of the account, oldest first."""
    mine = [decision for decision in decisions if decision.period_start == result.period.start]
    if not mine:
        return result
    undone = _latest(mine, "undo")
    if undone is not None and result.band == "auto_resolved":
        # The rule does not decide again what a person took back from it.
        result = replace(result, band="needs_review", rule_undone=undone)
    dealt, signed = _latest(mine, "resolve", "snooze", "review"), _latest(mine, "sign_off")
    return replace(
        result,
        handling=None if dealt is None else _handling(result, dealt, today),
        sign_off=None if signed is None else SignOff(signed, _moved(result, signed.figures)),
    )


def held(result: PeriodResult, resolved: Container[date]) -> PeriodResult:
    """The month while the rule may resolve nothing new: what it had not `resolved` before is merely tolerated."""
    new = result.band == "auto_resolved" and result.period.start not in resolved
    return replace(result, band="within_tolerance", rule_held=True) if new else result


def _latest(decisions: Sequence[Decision], *kinds: str) -> Decision | None:
    return next((decision for decision in reversed(decisions) if decision.kind in kinds), None)


def _handling(result: PeriodResult, decision: Decision, today: date) -> Handling:
    if _moved(result, decision.figures):
        return Handling(decision, "figures_moved")
    over = decision.kind == "snooze" and decision.until is not None and decision.until <= today
    return Handling(decision, "snooze_over" if over else None)


def _moved(result: PeriodResult, seen: Figures | None) -> bool:
    """Whether the figures are others than those seen; while they are not known nothing can be said of them."""
    if seen is None or result.expected_minor is None or result.billed_minor is None:
        return False
    figures = (result.currency, result.expected_minor, result.billed_minor)
    return figures != (seen.currency, seen.expected_minor, seen.billed_minor)


def mark_text(result: PeriodResult) -> str:
    """`, resolved by Ana`: what is added to a month's sentence."""
    mark, dealt, signed = result.mark, result.handling, result.sign_off
    if mark in {"signed_off", "changed"} and signed is not None:
        name = signed.decision.decided_by_name
        return f", signed off by {name}" if mark == "signed_off" else f", changed since {name} signed it off"
    if dealt is None or mark is None:
        return ""
    until = f" until {dealt.decision.until.isoformat()}" if dealt.decision.until else ""
    return f", {mark}{until} by {dealt.decision.decided_by_name}"
