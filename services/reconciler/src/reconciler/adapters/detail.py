"""A decision as the payload of the account page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from reconciler.adapters import handled, payloads
from reconciler.domain.forecast import METHOD, METHOD_VERSION, Forecast
from reconciler.domain.projection import MetricForecast
from reconciler.domain.result import Reconciliation, TrendSeries
from reconciler.domain.text import quantity_text, scaled_text
from trueup_readmodel import payload as shapes

BASIS = "daily usage of the last three complete months and the closed days of the current one"
PRICED_BY = {
    "rate_card": "rated by the rate card",
    "last_invoices": "at the effective prices of the last invoices where the rate card has none",
}


def detail(
    result: Reconciliation, invoices: Sequence[shapes.Invoice], periods: Sequence[shapes.Reconciliation]
) -> shapes.AccountDetail:
    """What the account page adds to the grid row; `invoices` and `periods` as they are written to their tables."""
    account = result.snapshot.account
    return {
        "time_zone": account.time_zone,
        "active_from": account.active_from.isoformat() if account.active_from else None,
        "active_to": account.active_to.isoformat() if account.active_to else None,
        "refs": [
            {
                "ref": str(link.ref),
                "source": link.ref.source.value,
                "external_id": link.ref.external_id,
                "name": link.name,
                "linked_by": link.linked_by,
                "decision_id": link.decision_id,
            }
            for link in result.snapshot.links
        ],
        "forecast": forecast(result.forecast),
        "trend_detail": [_trend(trend, result.forecast) for trend in result.trends],
        "invoices": list(invoices[: payloads.INVOICES_SHOWN]),
        "invoices_total": len(invoices),
        "payments": payloads.payments(result),
        "discrepancies": payloads.discrepancies(result),
        "reconciliations": list(reversed(periods)),
        "auto_reconciled": result.auto_reconciled,
        "partials": handled.partials(result),
        "decision_ids": handled.decision_ids(result),
    }


def forecast(found: Forecast) -> shapes.Forecast:
    """The projection to the end of the quarter."""
    return {
        "status": found.status,
        "quarter": payloads.span(found.quarter),
        "amount": _amount(found.amount_minor, found.currency),
        "low": _amount(found.low_minor, found.currency),
        "high": _amount(found.high_minor, found.currency),
        "method": METHOD,
        "version": METHOD_VERSION,
        "basis": f"{BASIS}, {PRICED_BY[found.priced_by]}",
        "priced_by": found.priced_by,
        "metrics": [_metric(one) for one in found.metrics],
        "excluded": [{"code": one.code, "detail": one.what, "note": one.note} for one in found.excluded],
    }


def _amount(amount_minor: int | None, currency: str | None) -> shapes.Amount | None:
    return None if amount_minor is None or currency is None else {"amount_minor": amount_minor, "currency": currency}


def _metric(one: MetricForecast) -> shapes.ForecastMetric:
    return {
        "metric": one.metric,
        "unit": one.unit,
        "actual_quantity": quantity_text(one.actual),
        "projected_quantity": quantity_text(one.projected),
        "low_quantity": quantity_text(one.low),
        "high_quantity": quantity_text(one.high),
        "slope": quantity_text(one.slope),
        "intercept": quantity_text(one.intercept),
        "days_used": one.line.points,
        "from_day": one.from_day.isoformat(),
        "to_day": one.to_day.isoformat(),
        "backtest_error_percent": None if one.backtest_error is None else quantity_text(one.backtest_error),
    }


def _trend(trend: TrendSeries, found: Forecast) -> shapes.Trend:
    line = next((one for one in found.metrics if one.metric == trend.metric), None)
    return {
        "metric": trend.metric,
        "unit": trend.unit,
        "days": [
            {
                "day": date.fromordinal(day).isoformat(),
                "quantity": scaled_text(value, trend.scale),
                "closed": day < trend.first_open.toordinal(),
            }
            for day, value in enumerate(trend.values, start=trend.start.toordinal())
        ],
        "line": None if line is None else _line(line, found),
    }


def _line(one: MetricForecast, found: Forecast) -> shapes.TrendLine:
    return {
        "from": one.from_day.isoformat(),
        "to": found.quarter.end.isoformat(),
        "intercept": quantity_text(one.intercept),
        "slope": quantity_text(one.slope),
    }
