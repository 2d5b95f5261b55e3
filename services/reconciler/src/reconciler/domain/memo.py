"""What the last decision of an account said, in brief: the past that the timeline is told against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.domain.lapses import lapses
from reconciler.domain.result import Reconciliation
from trueup_billing import Source


@dataclass(frozen=True, slots=True)
class Memo:
    """Statuses by id, bands by the first day of the month, states by source. JSON-shaped."""

    invoices: Mapping[str, str] = field(default_factory=dict)
    payments: Mapping[str, str] = field(default_factory=dict)
    bands: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    lapsed: Mapping[str, str] = field(default_factory=dict)
    """Decisions that no longer hold → why."""


def memo_of(result: Reconciliation) -> Memo:
    """Remember what this decision said."""
    return Memo(
        invoices={state.document.document_id: state.status for state in result.invoices},
        payments={payment.object_id: payment.status for payment in result.payments},
        bands={period.period.start.isoformat(): period.band for period in result.periods if period.due},
        sources={source.value: result.completeness.state(source) for source in Source},
        lapsed={lapse.decision.decision_id: lapse.said for lapse in lapses(result.periods, result.disagreements)},
    )
