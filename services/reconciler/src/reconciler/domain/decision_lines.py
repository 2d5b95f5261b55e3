"""Decisions in the words of the timeline: one line for each, and one when it no longer holds."""

from __future__ import annotations

from datetime import date, datetime

from reconciler.domain.decision import Decision, Figures
from reconciler.domain.disagreement import Disagreement
from reconciler.domain.entry import Entry
from reconciler.domain.lapses import Lapse
from reconciler.domain.text import start_text

KIND = "decision"
PAYMENT = "payment_"
"""Before the kind of a line about payments: who sees no payments does not see it."""
_VERBS = {
    "resolve": "resolved by {name}",
    "snooze": "snoozed by {name}{until}",
    "review": "marked as reviewed by {name}",
    "sign_off": "signed off by {name}",
    "undo": "decision undone by {name}",
}
_RULE_UNDONE = "automatic resolution undone by {name}"
_LAPSES = {
    "figures_moved": "open again, its figures are others than those that {name} saw",
    "snooze_over": "open again, the snooze is over",
    "changed_since_sign_off": "changed since {name} signed it off",
}


def decided(decision: Decision) -> Entry:
    """The line of a decision; however often and in whatever order it is heard, it has one."""
    return Entry(
        decision.decided_at,
        "trueup",
        KIND if decision.document_id is None else PAYMENT + KIND,
        _title(decision),
        f"decision|{decision.decision_id}",
        after=decision.kind,
        data={
            "decision_id": decision.decision_id,
            "decided_by": decision.decided_by,
            "reason": decision.reason,
            "until": decision.until.isoformat() if decision.until else None,
            "undoes": decision.undoes,
            "period_start": _day(decision.period_start),
            "document_id": decision.document_id,
            "policy_version": decision.figures.policy_version if decision.figures else None,
            **_figures(decision.figures),
        },
    )


def lapsed(lapse: Lapse, now: datetime, revision: int) -> Entry:
    """The line of a decision that no longer holds, with the figures that it was made on and those of now."""
    decision, result = lapse.decision, lapse.about
    if isinstance(result, Disagreement):
        return _lapsed_invoice(lapse, result, now, revision)
    figures = _figures(decision.figures)
    return Entry(
        now,
        "trueup",
        "decision_lapsed",
        f"{_month(result.period.start)}: {_LAPSES[lapse.why].format(name=decision.decided_by_name)}",
        f"decision|{decision.decision_id}|{lapse.why}|{revision}",
        before=decision.kind,
        after=lapse.why,
        data={
            "decision_id": decision.decision_id,
            "period_start": _day(result.period.start),
            "currency": result.currency,
            "expected_minor": result.expected_minor,
            "billed_minor": result.billed_minor,
            "former_expected_minor": figures["expected_minor"],
            "former_billed_minor": figures["billed_minor"],
        },
    )


def _lapsed_invoice(lapse: Lapse, about: Disagreement, now: datetime, revision: int) -> Entry:
    decision, seen = lapse.decision, lapse.decision.balances
    return Entry(
        now,
        "trueup",
        f"{PAYMENT}decision_lapsed",
        f"Invoice {about.name}: {_LAPSES[lapse.why].format(name=decision.decided_by_name)}",
        f"decision|{decision.decision_id}|{lapse.why}|{revision}",
        before=decision.kind,
        after=lapse.why,
        data={
            "decision_id": decision.decision_id,
            "document_id": about.document_id,
            "ledger_minor": about.ledger_minor,
            "gateway_minor": about.gateway_minor,
            "former_ledger_minor": seen.ledger_minor if seen else None,
            "former_gateway_minor": seen.gateway_minor if seen else None,
        },
    )


def _title(decision: Decision) -> str:
    name = decision.decided_by_name
    if decision.period_start is None and decision.document_id is None:
        source = "QuickBooks" if decision.source == "quickbooks" else str(decision.source or "").capitalize()
        data = f"incomplete {source} data".replace("  ", " ")
        verb = f"Acceptance of {data} undone" if decision.kind == "undo" else f"I{data[1:]} accepted"
        return f"{verb} by {name}"
    until = f" until {decision.until.isoformat()}" if decision.until else " until its figures move"
    phrase = _RULE_UNDONE if decision.kind == "undo" and decision.undoes is None else _VERBS[decision.kind]
    return f"{_about(decision)}: {phrase.format(name=name, until=until)}"


def _about(decision: Decision) -> str:
    if decision.period_start is not None:
        return _month(decision.period_start)
    number = decision.balances.number if decision.balances else None
    return f"Invoice {number or decision.document_id}, paid in one system"


def _month(first: date) -> str:
    return start_text(first)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _figures(figures: Figures | None) -> dict[str, str | int | None]:
    if figures is None:
        return {"currency": None, "expected_minor": None, "billed_minor": None, "band": None}
    return {
        "currency": figures.currency,
        "expected_minor": figures.expected_minor,
        "billed_minor": figures.billed_minor,
        "band": figures.band,
    }
