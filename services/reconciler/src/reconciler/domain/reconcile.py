"""The decision: from everything known about an account to everything shown about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction

from reconciler.domain.billed import Billed, billed_by_period, calendar_of
from reconciler.domain.boundary import boundary_of
from reconciler.domain.cash import Cash, newest_first
from reconciler.domain.causes import explain
from reconciler.domain.completeness import (
    Completeness,
    Reason,
    assess,
    coverage_of,
    coverage_start,
    expires_at,
    metrics_of,
)
from reconciler.domain.credits import credits_by_invoice, is_credit_application
from reconciler.domain.decision import standing
from reconciler.domain.disagreement import disagreements
from reconciler.domain.expected import expected_for
from reconciler.domain.explained import Case
from reconciler.domain.forecast import forecast
from reconciler.domain.handling import handled, held
from reconciler.domain.payment_status import InvoiceState, state_of
from reconciler.domain.periods import day_in, next_midnight, periods_of
from reconciler.domain.policy import Policy
from reconciler.domain.prices import invoiced_prices
from reconciler.domain.projection import first_open_day, history_start
from reconciler.domain.rating import first_price
from reconciler.domain.result import PeriodResult, Reconciliation, TrendSeries
from reconciler.domain.row import invoice_row, variance_row
from reconciler.domain.snapshot import Account, Payment, Snapshot
from reconciler.domain.variance import judge
from trueup_billing import Period, Source, month_of
from trueup_billing.words import Band

_NO_USAGE = frozenset({"unlinked", "never"})


def reconcile(snapshot: Snapshot, policy: Policy, now: datetime) -> Reconciliation:
    """Decide one account as of an instant.

    Pure: the same snapshot, policy and instant give the same result, in whatever order the facts arrived.
    """
    account = snapshot.account
    today = day_in(account.time_zone, now)
    completeness = assess(snapshot, policy, now)
    documents = {document.document_id: document for document in snapshot.documents}
    untaxed_minor = credits_by_invoice(snapshot.payments, documents, before_tax=True)
    metrics = metrics_of(snapshot)
    billed = billed_by_period(snapshot.documents, untaxed_minor, calendar_of(account))
    prices = invoiced_prices(snapshot)
    decisions = standing(snapshot.decisions)
    judged = (
        _judge_one(
            snapshot,
            period,
            billed.get(period.start, Billed()),
            prices=prices.before(period),
            reasons=completeness.reasons,
            policy=policy,
            today=today,
        )
        for period in periods_of(account, coverage_start(completeness, metrics), today)
    )
    periods = tuple(handled(result, decisions, today) for result in judged)
    if not policy.resolves_anew or completeness.any_stale(policy, now):
        periods = tuple(held(result, snapshot.resolved) for result in periods)
    states = _invoice_states(snapshot, credits_by_invoice(snapshot.payments, documents), today)
    told_apart = disagreements(states, decisions, today)
    main = _main_metric(snapshot, metrics, today)
    return Reconciliation(
        snapshot=snapshot,
        now=now,
        today=today,
        active=_is_active(account, today),
        completeness=completeness,
        periods=periods,
        disagreements=told_apart,
        row=variance_row(periods),
        invoice=invoice_row(states, completeness),
        invoices=states,
        payments=_listed_payments(snapshot),
        usage_mtd=_usage_mtd(snapshot, completeness, metrics, today),
        main_metric=main,
        trends=_trends(snapshot, completeness, metrics, today),
        forecast=forecast(snapshot, completeness, today),
        recheck_at=_recheck_at(account, completeness, periods, policy, now),
    )


def _judge_one(
    snapshot: Snapshot,
    period: Period,
    billed: Billed,
    *,
    prices: Mapping[str, Fraction],
    reasons: tuple[Reason, ...],
    policy: Policy,
    today: date,
) -> PeriodResult:
    due = period.end <= today
    expected = expected_for(snapshot, period, final=due, invoiced=prices)
    currencies = sorted(expected.currencies) or sorted(billed.currencies)
    currency = currencies[0] if currencies else _own_currency(snapshot.account)
    if not reasons and len(expected.currencies | billed.currencies) > 1:
        reasons = (Reason("currency_mismatch", None),)
    if not reasons and expected.unpriced:
        reasons = (Reason("no_price", None),)
    if not reasons and expected.cut_months(snapshot.month_metrics):
        reasons = (Reason("month_grain", None),)
    if reasons:
        band: Band = "cannot_judge" if due else "not_due"
        return PeriodResult(period, band, due, currency, None, None, expected, billed, reasons)
    expected_minor, billed_minor = expected.amount_minor, billed.amount_minor
    band = judge(
        expected_minor=expected_minor,
        billed_minor=billed_minor,
        has_lines=bool(billed.parts),
        currency=currency or "",
        period=period,
        today=today,
        policy=policy,
    )
    case = Case(snapshot, period, expected, billed, prices, policy.rounding_minor)
    return PeriodResult(
        period,
        band,
        due,
        currency,
        expected_minor,
        billed_minor,
        expected,
        billed,
        parts=explain(case) if due else (),
        boundary=boundary_of(snapshot, period, expected) if due else (),
    )


def _own_currency(account: Account) -> str | None:
    return account.rates[0].currency if account.rates else None


def _invoice_states(snapshot: Snapshot, credits_minor: Mapping[str, int], today: date) -> tuple[InvoiceState, ...]:
    listed = [doc for doc in snapshot.documents if doc.kind == "invoice" and doc.state != "deleted"]
    listed.sort(key=lambda document: (document.issued_on, document.document_id), reverse=True)
    cash = Cash.of(snapshot.payments)
    return tuple(state_of(one, cash, credits_minor.get(one.document_id, 0), today) for one in listed)


def _listed_payments(snapshot: Snapshot) -> tuple[Payment, ...]:
    """Money movements, the ledger's note of a gateway payment left out."""
    at_gateway = {payment.external_id for payment in snapshot.payments if payment.source is Source.STRIPE}
    return newest_first(
        payment
        for payment in snapshot.payments
        if payment.kind != "gateway_invoice"
        and payment.status != "deleted"
        and not is_credit_application(payment)
        and not (payment.source is Source.QUICKBOOKS and at_gateway.intersection(payment.link_keys.values()))
    )


def _usage_mtd(
    snapshot: Snapshot, completeness: Completeness, metrics: tuple[str, ...], today: date
) -> dict[str, tuple[Fraction, str]]:
    if completeness.state(Source.AMPLITUDE) in _NO_USAGE:
        return {}
    month = month_of(today)
    units = {rate.metric: rate.unit for rate in snapshot.account.usage_rates}
    result = {}
    for metric in metrics:
        series = snapshot.usage.get(metric)
        quantity = series.total(month.start, month.end) if series else Fraction(0)
        result[metric] = (quantity, series.unit if series else units.get(metric, ""))
    return result


def _main_metric(snapshot: Snapshot, metrics: tuple[str, ...], today: date) -> str | None:
    """The metric that brought the most money in the last 30 days; the first by name where none did.

    One that has days is preferred: only those can be drawn.
    """
    prices = {rate.metric: first_price(rate) for rate in snapshot.account.usage_rates}
    start = today - timedelta(days=30)

    def worth(metric: str) -> tuple[Fraction, str]:
        series = snapshot.usage.get(metric)
        quantity = series.total(start, today + timedelta(days=1)) if series else Fraction(0)
        return -quantity * prices.get(metric, Fraction(1)), metric

    daily = [metric for metric in metrics if metric not in snapshot.month_metrics]
    return min(daily or metrics, key=worth, default=None)


def _trends(
    snapshot: Snapshot, completeness: Completeness, metrics: tuple[str, ...], today: date
) -> tuple[TrendSeries, ...]:
    if completeness.state(Source.AMPLITUDE) in _NO_USAGE:
        return ()
    start = history_start(today)
    found = []
    for metric in metrics:
        if metric in snapshot.month_metrics:
            continue  # it has no days to draw
        series = snapshot.usage.get(metric)
        coverage = coverage_of(completeness, metric)
        first = max(start, min((part.from_day for part in coverage), default=start))
        if series is None or first > today:
            continue
        days = range(first.toordinal(), today.toordinal() + 1)
        values = tuple(series.days.get(day, 0) for day in days)
        first_open = first_open_day(coverage, first, today)
        found.append(TrendSeries(metric, series.unit, first, values, series.scale, first_open))
    return tuple(found)


def _is_active(account: Account, today: date) -> bool:
    started = account.active_from is None or account.active_from <= today
    return started and (account.active_to is None or today < account.active_to)


def _recheck_at(
    account: Account, completeness: Completeness, periods: tuple[PeriodResult, ...], policy: Policy, now: datetime
) -> datetime:
    """Due days, snoozes, periods, quarters and lags all turn at the account's midnight; ages at their own instant."""
    instants = [next_midnight(account.time_zone, now), expires_at(completeness, policy, now)]
    if any(period.rule_held for period in periods):
        instants.append(now + policy.held_recheck)
    return min(instant for instant in instants if instant is not None)
