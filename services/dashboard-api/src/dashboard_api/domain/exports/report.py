"""One account as a report that can be handed to the client: all texts ready, for the printer to set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from dashboard_api.domain.disclaimer import DISCLAIMER
from dashboard_api.domain.exports.chart import chart
from dashboard_api.domain.exports.figures import (
    NONE,
    breakable,
    day,
    instant,
    money,
    percent,
    plain,
    quantity,
    signed,
    span,
)
from dashboard_api.domain.exports.receipt import receipt
from dashboard_api.domain.exports.words import (
    band_word,
    humanised,
    reason_text,
    source_name,
    state_word,
    status_word,
)

Account = Mapping[str, Any]
_RED = frozenset({"over_billed", "under_billed", "missing_invoice", "billed_without_usage", "overdue", "failed"})
_GREEN = frozenset({"matched", "auto_resolved", "paid"})
_AMBER = frozenset({"needs_review", "partly_paid", "in_dispute", "uncollectible", "stale", "partial"})
_WHY_NO_FORECAST = {
    "not_enough_history": "There are not yet three complete months of usage, so no line is drawn.",
    "cannot_judge": "Usage is not complete, and partial data stays out of projections until it is.",
    "ended": "This account has ended; nothing is projected.",
    "no_rate_card": "There is no rate card, and no invoice to take a price from, so usage cannot be turned into money.",
    "nothing_to_project": "No metric of this account can be projected.",
}
_EXCLUDED = {
    "no_price": "has no price at the end of the quarter",
    "other_currency": "is priced in another currency",
    "month_grain": "is counted by the month and not extrapolated",
    "calibration_drift": "is not projected until its calibration is cleared",
    "one_off_line": "was billed once",
    "credit": "is a credit",
    "accepted_gap": "has a gap that was accepted",
}
_DISCREPANCIES_MAX = 8


def report(account: Account, invoices: Sequence[Account], total: int, *, export_id: str) -> dict[str, Any]:
    """Everything that the report says; nothing of it depends on when it is printed."""
    known = [each["as_of"] for each in account["sources"] if each["as_of"]]
    complete = bool(known) and len(known) == len(account["sources"])
    as_of = min(known, key=datetime.fromisoformat) if complete else None
    trends = [each for each in account["trend_detail"] if each["metric"] == account["trend_metric"]]
    drawn = next(iter([*trends, *account["trend_detail"]]), None)
    whole = plain(account["name"]) or plain(account["client_id"])
    made = {
        "export_id": export_id,
        "name": whole,
        "client_id": plain(account["client_id"]),
        "as_of": instant(as_of),
        "date": _parts(as_of),
        "sources": [_source(each) for each in account["sources"]],
        "figures": [_usage(account), _invoice(account), _variance(account), _forecast_figure(account)],
        "receipt": receipt(account),
        "forecast": _forecast(account["forecast"]),
        "chart": drawn and chart(drawn),
        "chart_title": f"{humanised(drawn['metric'])}, {plain(drawn['unit'])} a day" if drawn else "",
        "discrepancies": [
            plain(each["text"], length_max=300) for each in account["discrepancies"][:_DISCREPANCIES_MAX]
        ],
        "invoices": [_row(each) for each in invoices],
        "invoices_note": f"{len(invoices):,} of {total:,} invoices, the latest first." if total else "No invoice yet.",
        "policy": f"Policy version {account['policy_version']}" if account.get("policy_version") else "",
        "disclaimer": DISCLAIMER,
    }
    shown: dict[str, Any] = _breakable(made)
    return shown | {"title": f"{whole}: account report"}


def _breakable(value: Any) -> Any:  # noqa: ANN401  a JSON document
    """No text, wherever it comes from, runs out of its column."""
    if isinstance(value, dict):
        return {key: _breakable(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_breakable(each) for each in value]
    return breakable(value) if isinstance(value, str) else value


def _tone(code: str | None) -> str:
    if code in _RED:
        return "bad"
    return "good" if code in _GREEN else "warn" if code in _AMBER else "plain"


def _parts(as_of: str | None) -> list[int] | None:
    """The document's date: that of its figures."""
    if as_of is None:
        return None
    value = datetime.fromisoformat(as_of).astimezone(UTC)
    return [value.year, value.month, value.day, value.hour, value.minute, value.second]


def _source(source: Account) -> dict[str, str]:
    state = source["state"]
    return {
        "name": source_name(source["source"]),
        "as_of": instant(source["as_of"]),
        "state": state_word(state),
        "tone": "plain" if state == "complete" else "warn",
    }


def _figure(label: str, value: str, note: str, tone: str = "plain") -> dict[str, str]:
    return {"label": label, "value": value, "note": note, "tone": tone}


def _usage(account: Account) -> dict[str, str]:
    used = account["usage_mtd"]
    main = next((each for each in used if each["metric"] == account["trend_metric"]), used[0] if used else None)
    if main is None:
        return _figure("Usage this month", NONE, "Not known")
    more = f", and {len(used) - 1} more" if len(used) > 1 else ""
    return _figure(
        "Usage this month", f"{quantity(main['quantity'], 0)} {plain(main['unit'])}", humanised(main["metric"]) + more
    )


def _invoice(account: Account) -> dict[str, str]:
    total, status = account["invoice_total"], account["status"]
    if total is None:
        return _figure("Invoice", NONE, "None yet")
    words = [status_word(status)] if status else []
    if account["due_date"]:
        words.append(f"due {day(account['due_date'])}")
    return _figure("Invoice", money(total["amount_minor"], total["currency"]), ", ".join(words), _tone(status))


def _variance(account: Account) -> dict[str, str]:
    variance = account["variance"]
    if variance is None:
        return _figure("Variance", NONE, "No period yet")
    if variance["amount_minor"] is None:
        if variance["band"] != "cannot_judge":
            return _figure("Variance", NONE, band_word(variance["band"]))
        reasons = variance["reasons"]
        why = reason_text(reasons[0]) if len(reasons) == 1 else f"{len(reasons)} reasons, see below"
        return _figure("Variance", "Cannot judge", why if reasons else "", "warn")
    share = f"{percent(variance['percent'])}, " if variance["percent"] is not None else ""
    return _figure(
        "Variance",
        signed(variance["amount_minor"], variance["currency"]),
        share + band_word(variance["band"]).lower(),
        _tone(variance["band"]),
    )


def _forecast_figure(account: Account) -> dict[str, str]:
    forecast = account["forecast"]
    if forecast is None or forecast["amount"] is None:
        status = forecast["status"] if forecast else "not_enough_history"
        return _figure("Quarter forecast", NONE, humanised(status))
    amount, quarter = forecast["amount"], forecast["quarter"]
    note = f"usage value to {_last_day(quarter['end'])}" if quarter else "usage value to quarter end"
    return _figure("Quarter forecast", money(amount["amount_minor"], amount["currency"]), note)


def _last_day(end: str) -> str:
    return day((date.fromisoformat(end) - timedelta(days=1)).isoformat())


def _forecast(forecast: Account | None) -> dict[str, Any]:
    if forecast is None or forecast["status"] != "ok" or forecast["amount"] is None:
        status = forecast["status"] if forecast else ""
        why = _WHY_NO_FORECAST.get(status, "There is no forecast for this account yet.")
        named = _left_out(forecast) if forecast and status != "cannot_judge" else ""
        return {"why_none": f"{why} {named}".strip()}
    amount, low, high = forecast["amount"], forecast["low"], forecast["high"]
    between = ""
    if low and high:
        between = (
            f"between {money(low['amount_minor'], low['currency'])} and {money(high['amount_minor'], high['currency'])}"
        )
    return {
        "why_none": "",
        "amount": money(amount["amount_minor"], amount["currency"]),
        "between": between,
        "until": _last_day(forecast["quarter"]["end"]) if forecast["quarter"] else "quarter end",
        "metrics": [_metric(each) for each in forecast["metrics"]],
        "method": _method(forecast),
    }


def _metric(metric: Account) -> list[str]:
    error = metric["backtest_error_percent"]
    return [
        humanised(metric["metric"]),
        f"{quantity(metric['actual_quantity'], 0)} {plain(metric['unit'])}",
        f"{quantity(metric['projected_quantity'], 0)} {plain(metric['unit'])}",
        f"{quantity(metric['low_quantity'], 0)} – {quantity(metric['high_quantity'], 0)}",
        NONE if error is None else f"{quantity(error, 1)} %",
    ]


def _method(forecast: Account) -> str:
    """How it was made, in sentences that can be checked by hand."""
    text = f"{humanised(forecast['method'])}."
    if forecast["metrics"] and forecast["metrics"][0]["from_day"]:
        first = forecast["metrics"][0]
        text = (
            f"A straight line (least squares) through daily usage of {first['days_used']} days, "
            f"{day(first['from_day'])} to {day(first['to_day'])}; units first, then prices. "
            "The range holds 8 of 10 outcomes."
        )
    if forecast.get("priced_by") == "last_invoices":
        text += " Where the rate card ends, the effective prices of the last invoices go on."
    return f"{text} {_left_out(forecast)}".strip()


def _left_out(forecast: Account) -> str:
    """What it does not hold, and why."""
    named = [
        " ".join(
            filter(None, [humanised(each["detail"] or each["code"]), _EXCLUDED.get(each["code"], ""), _note(each)])
        )
        for each in forecast.get("excluded", [])
    ]
    return f"Left out: {'; '.join(named)}." if named else ""


def _note(excluded: Account) -> str:
    return f"({plain(excluded['note'])})" if excluded.get("note") else ""


def _row(invoice: Account) -> dict[str, str]:
    currency, period, status = invoice["currency"], invoice["period"], invoice["status"]
    return {
        "number": plain(invoice["number"] or invoice["document_id"], length_max=40),
        "issued": day(invoice["issued_on"]),
        "due": day(invoice["due_on"]),
        "service": span(period["start"], period["end"]) + (" (assumed)" if period["assumed"] else "")
        if period
        else NONE,
        "total": money(invoice["total_minor"], currency),
        "remaining": money(invoice["remaining_minor"], currency),
        "status": status_word(status) if status else NONE,
        "tone": _tone(status),
    }
