"""People's decisions as the payloads tell of them."""

from __future__ import annotations

from reconciler.domain.decision import Decision, Handling
from reconciler.domain.partials import Partial
from reconciler.domain.result import Reconciliation, SignOff
from reconciler.domain.variance import percent_text
from trueup_readmodel import handled as shapes

IDS_NAMED = 200


def by(decision: Decision | None) -> shapes.By | None:
    """Who decided."""
    return None if decision is None else _by(decision)


def _by(decision: Decision) -> shapes.By:
    return {
        "decision_id": decision.decision_id,
        "by": decision.decided_by,
        "by_name": decision.decided_by_name,
        "at": decision.decided_at.isoformat(),
        "reason": decision.reason,
    }


def handling(found: Handling | None) -> shapes.Handling | None:
    """The latest of resolve, snooze and review."""
    if found is None:
        return None
    until = found.decision.until
    return {
        "state": found.word,
        "decision": _by(found.decision),
        "until": until.isoformat() if until else None,
        "ended": found.ended,
    }


def sign_off(found: SignOff | None) -> shapes.SignOff | None:
    """The figures as they were signed off."""
    seen = found.decision.figures if found else None
    if found is None or seen is None:
        return None
    known = seen.expected_minor is not None and seen.billed_minor is not None
    amount_minor = (seen.billed_minor or 0) - (seen.expected_minor or 0) if known else None
    return {
        "decision": _by(found.decision),
        "currency": seen.currency,
        "expected_minor": seen.expected_minor,
        "billed_minor": seen.billed_minor,
        "amount_minor": amount_minor,
        "percent": None if amount_minor is None else percent_text(amount_minor, seen.expected_minor or 0),
        "band": seen.band,
        "policy_version": seen.policy_version,
        "changed": found.changed,
    }


def partials(result: Reconciliation) -> list[shapes.Partial]:
    """What is missing, and whether it was accepted."""
    return [_partial(one) for one in result.completeness.partials]


def _partial(one: Partial) -> shapes.Partial:
    return {
        "source": one.source.value,
        "missing": one.name,
        "parts": list(one.parts),
        "accepted": by(one.accepted),
    }


def decision_ids(result: Reconciliation) -> list[str]:
    """The latest decisions that were taken into account."""
    known = sorted(result.snapshot.decisions, key=lambda decision: decision.version, reverse=True)
    return [decision.decision_id for decision in known[:IDS_NAMED]]
