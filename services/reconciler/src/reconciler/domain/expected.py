"""What should have been billed: the rate card applied to a period. DESIGN: usage, fixed and minimum, less discounts.

Each component makes one line for each run of days on which one version of it holds, and each line is rounded once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction

from reconciler.domain.periods import active_part, share_of
from reconciler.domain.rating import WHOLE, price_of
from reconciler.domain.snapshot import Account, Rate, Series, Snapshot
from trueup_billing import Period, month_of, round_half_up

_DAY = timedelta(days=1)
_ORDER = {"flat": 1, "minimum": 2, "discount": 3}


@dataclass(frozen=True, slots=True)
class ExpectedPart:
    """One line: a component on a run of days (`to_day` included), rounded once.

    `quantity` is metered for usage; for a minimum it is the minor units that were reached without it, for a discount
    those that it is taken off. `share` is that of the period on which the component holds.
    """

    rate: Rate
    quantity: Fraction
    amount_minor: int
    from_day: date
    to_day: date
    share: Fraction = WHOLE

    @property
    def end(self) -> date:
        """The first day after the run."""
        return self.to_day + _DAY


@dataclass(frozen=True, slots=True)
class Expected:
    """The lines of a period. More than one currency cannot be added up."""

    parts: tuple[ExpectedPart, ...]
    unpriced: tuple[str, ...] = ()
    """Metrics that were used, but whose price no invoice has told so far."""
    unpriced_in: frozenset[str] = frozenset()
    """The card's currencies for them."""

    @property
    def currencies(self) -> frozenset[str]:
        """The currencies of the components in force."""
        return self.unpriced_in.union(part.rate.currency for part in self.parts)

    @property
    def amount_minor(self) -> int:
        """The sum; meaningful only within one currency."""
        return sum(part.amount_minor for part in self.parts)

    def cut_months(self, month_metrics: frozenset[str]) -> bool:
        """Whether a line asks for a part of a month of a metric that is counted by whole months only."""
        return any(
            part.rate.is_usage
            and part.rate.metric in month_metrics
            and Period(part.from_day, part.end) != month_of(part.from_day)
            for part in self.parts
        )


def expected_for(
    snapshot: Snapshot, period: Period, *, final: bool = True, invoiced: Mapping[str, Fraction] | None = None
) -> Expected:
    """Rate the period of an account.

    Args:
        snapshot: the account and its usage.
        period: one of its periods.
        final: whether the period is over; a minimum is asked for then only.
        invoiced: metric → the invoices' own unit price, for components that have none.
    """
    return rated(snapshot.account, snapshot.usage, period, final=final, invoiced=invoiced or {})


def rated(
    account: Account, usage: Mapping[str, Series], period: Period, *, final: bool, invoiced: Mapping[str, Fraction]
) -> Expected:
    """The same, from usage that may differ from what is known now."""
    lines: list[ExpectedPart] = []
    unpriced: list[Rate] = []
    for rate, start, end in runs(account, period):
        if rate.kind == "as_invoiced":
            if (price := invoiced.get(rate.metric)) is None:
                series = usage.get(rate.metric)
                unpriced += [rate] if series and series.total(start, end) else []
                continue
            rate = replace(rate, unit_price=price)  # noqa: PLW2901  the same component with the price it lacked
        if rate.is_usage:
            lines.append(_usage(account, usage, period, rate, start, end))
        elif rate.kind == "flat":
            share = share_of(account, rate.proration, period, start, end)
            lines.append(_line(rate, WHOLE, rate.amount_minor * share, start, end, share))
        elif final:  # a minimum
            lines.append(_minimum(account, lines, period, rate, start, end))
    lines += _discounts(account, lines, period)
    metrics = {rate.metric for rate in unpriced}
    return Expected(tuple(lines), tuple(sorted(metrics)), frozenset(rate.currency for rate in unpriced))


def runs(account: Account, period: Period) -> Iterator[tuple[Rate, date, date]]:
    """The components that hold in a period with their half-open days, in the order of the lines."""
    first, last = active_part(account, period.start, period.end)
    for rate in sorted(account.rates, key=_place):
        start = max(first, rate.valid_from)
        end = last if rate.valid_to is None else min(last, rate.valid_to)
        if start < end and rate.kind != "discount":
            yield rate, start, end


def _place(rate: Rate) -> tuple[int, str, str, date]:
    return _ORDER.get(rate.kind, 0), rate.metric, rate.component, rate.valid_from


def _line(rate: Rate, quantity: Fraction, amount: Fraction, start: date, end: date, share: Fraction) -> ExpectedPart:
    return ExpectedPart(rate, quantity, round_half_up(amount), start, end - _DAY, share)


def _usage(
    account: Account, usage: Mapping[str, Series], period: Period, rate: Rate, start: date, end: date
) -> ExpectedPart:
    series = usage.get(rate.metric)
    quantity = series.total(start, end) if series else Fraction(0)
    bounded = rate.included or rate.tiers
    share = share_of(account, rate.proration, period, start, end) if bounded else WHOLE
    return ExpectedPart(rate, quantity, price_of(quantity, rate, share), start, end - _DAY, share)


def _minimum(
    account: Account, lines: Iterable[ExpectedPart], period: Period, rate: Rate, start: date, end: date
) -> ExpectedPart:
    """What is missing up to the minimum of its days; usage counts that falls on them."""
    share = share_of(account, rate.proration, period, start, end)
    reached = sum(
        (_overlap(account, rate, line, start, end) for line in _covered(rate, lines, usage=True)), Fraction(0)
    )
    missing = max(Fraction(0), rate.amount_minor * share - reached)
    return _line(rate, reached, missing, start, end, share)


def _discounts(account: Account, lines: list[ExpectedPart], period: Period) -> list[ExpectedPart]:
    """Each is worked out on the full lines and never takes off more than is left of them."""
    first, last = active_part(account, period.start, period.end)
    found: list[ExpectedPart] = []
    for rate in sorted((rate for rate in account.rates if rate.kind == "discount"), key=_place):
        start, end = max(first, rate.valid_from), min(last, rate.valid_to or last)
        if start >= end:
            continue
        share = share_of(account, rate.proration, period, start, end)
        covered = _covered(rate, lines, usage=False)
        base = sum((_overlap(account, rate, line, start, end) for line in covered), Fraction(0))
        off = base * rate.percent / 100 if rate.percent is not None else rate.amount_minor * share
        taken = -sum(one.amount_minor for one in found if rate.metric in {"", one.rate.metric} or not one.rate.metric)
        off = max(Fraction(0), min(off, base - taken))
        found.append(_line(rate, base, -off, start, end, share))
    return found


def _covered(rate: Rate, lines: Iterable[ExpectedPart], *, usage: bool) -> list[ExpectedPart]:
    """The lines that a minimum or discount is about."""
    return [line for line in lines if (line.rate.is_usage or not usage) and rate.metric in {"", line.rate.metric}]


def _overlap(account: Account, rate: Rate, line: ExpectedPart, start: date, end: date) -> Fraction:
    """What of a line falls on the half-open days: all of it, or its share by time."""
    if start <= line.from_day and line.end <= end:
        return Fraction(line.amount_minor)
    first, last = max(start, line.from_day), min(end, line.end)
    if first >= last:
        return Fraction(0)
    return line.amount_minor * share_of(account, rate.proration, Period(line.from_day, line.end), first, last)
