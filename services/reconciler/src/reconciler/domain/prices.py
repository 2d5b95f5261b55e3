"""The invoices' own prices, for accounts whose card names items and metrics but no price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from reconciler.domain.billed import BILLING_KINDS, calendar_of
from reconciler.domain.snapshot import Snapshot
from trueup_billing import Currency, Period


@dataclass(frozen=True, slots=True)
class InvoicedPrices:
    """Metric → first day of a period → (major units billed, units billed)."""

    sums: Mapping[str, Mapping[date, tuple[Fraction, Fraction]]]

    def before(self, period: Period) -> dict[str, Fraction]:
        """The effective unit price of each metric in the period, else in the latest one before it."""
        found: dict[str, Fraction] = {}
        for metric, sums in self.sums.items():
            starts = [start for start in sums if start <= period.start]
            if starts:
                amount, quantity = sums[max(starts)]
                found[metric] = amount / quantity
        return found


def invoiced_prices(snapshot: Snapshot) -> InvoicedPrices:
    """What the standing invoices charge for a unit of each metric that the card names without a price.

    An invoice in another currency than the card's tells no price.
    """
    rates = [rate for rate in snapshot.account.rates if rate.kind == "as_invoiced"]
    items = {(rate.item_id, rate.currency): rate.metric for rate in rates}
    sums: dict[str, dict[date, tuple[Fraction, Fraction]]] = {}
    if not items:
        return InvoicedPrices(sums)
    calendar = calendar_of(snapshot.account)
    for document in snapshot.documents:
        for line in document.lines if document.standing_invoice else ():
            metric = items.get((line.item_id, document.currency))
            if line.kind not in BILLING_KINDS or metric is None or not line.quantity:
                continue
            of_metric = sums.setdefault(metric, {})
            start = calendar.of_line(document, line)[0].start
            amount, quantity = of_metric.get(start, (Fraction(0), Fraction(0)))
            major = Fraction(line.amount_minor, 10 ** Currency(document.currency).exponent)
            of_metric[start] = amount + major, quantity + Fraction(line.quantity)
    return InvoicedPrices(
        {metric: {start: pair for start, pair in by.items() if pair[1] > 0} for metric, by in sums.items()}
    )
