"""An account as the API serves it, with everything that a report shows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

QUARTER = {"start": "2026-10-01", "end": "2027-01-01"}
OCTOBER = {"start": "2026-10-01", "end": "2026-11-01"}
CANNOT_JUDGE = {
    **dict.fromkeys(("expected_minor", "billed_minor", "amount_minor", "percent", "currency")),
    "band": "cannot_judge",
    "reasons": [
        {"code": "unlinked", "source": "stripe", "cure": "Link the customer."},
        {"code": "partial", "source": "amplitude", "cure": "Wait for the next sync."},
    ],
}


def usd(amount_minor: int) -> dict[str, Any]:
    return {"amount_minor": amount_minor, "currency": "USD"}


def trend_days() -> list[dict[str, Any]]:
    """From August on, with a gap of two days in September and today not over."""
    days = [date(2026, 8, 1) + timedelta(days=each) for each in range(117)]
    kept = [each for each in days if each not in {date(2026, 9, 10), date(2026, 9, 11)}]
    return [{"day": f"{each}", "quantity": f"{1000 + each.day}", "closed": each < days[-1]} for each in kept]


def metric(name: str = "api_calls", error: str | None = "4.31") -> dict[str, Any]:
    return {
        "metric": name,
        "unit": "calls",
        "actual_quantity": "88000.5",
        "projected_quantity": "144000.2",
        "low_quantity": "140000",
        "high_quantity": "150000",
        "slope": "6",
        "intercept": "900",
        "days_used": 117,
        "from_day": "2026-08-01",
        "to_day": "2026-11-25",
        "backtest_error_percent": error,
    }


def invoice(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "document_id": f"quickbooks:invoice:{number}",
        "number": f"INV-{number}",
        "kind": "invoice",
        "period": OCTOBER | {"assumed": number % 2 == 1},
        "issued_on": "2026-11-01",
        "due_on": "2026-11-15",
        "currency": "USD",
        "total_minor": 520_000 + number,
        "tax_minor": 0,
        "remaining_minor": 520_000,
        "paid_minor": 0,
        "credited_minor": 0,
        "status": "overdue",
        "paid_at": None,
        "via": None,
    } | changes


def reconciliation(**changes: Any) -> dict[str, Any]:
    days = {"from_day": "2026-10-01", "to_day": "2026-10-31"}
    calls = {
        "metric": "api_calls",
        "component": "api_calls",
        "unit": "calls",
        "quantity": "900000",
        "unit_price": "0.0105",
        "formula": "900,000 calls × 0.0105 USD",
    }
    seats = {
        "metric": "seats",
        "component": "seats",
        "unit": "seats",
        "quantity": "35",
        "unit_price": "30",
        "formula": "35 seats × 30 USD",
    }
    line = {"document_id": "d", "number": "INV-1", "quantity": "965000", "unit_price": "0.0105", "assumed": True}
    receipt = {
        "expected": [
            calls | days | {"amount_minor": 945_000, "item_name": "API calls"},
            seats | days | {"amount_minor": 100_000, "item_name": None},
        ],
        "billed": [line | {"description": "Calls of October", "amount_minor": 1_133_456}],
        "credits": [{"document_id": "d", "number": None, "amount_minor": 10_000}],
    }
    return {
        "period": OCTOBER,
        "currency": "USD",
        "expected_minor": 1_050_000,
        "billed_minor": 1_123_456,
        "amount_minor": 73_456,
        "percent": "7.00",
        "band": "over_billed",
        "due": True,
        "period_assumed": False,
        "reasons": [],
        "receipt": receipt,
    } | changes


def account(**changes: Any) -> dict[str, Any]:
    found = reconciliation()
    variance = {key: value for key, value in found.items() if key not in {"due", "period_assumed", "receipt"}}
    line = {"from": "2026-08-01", "to": "2026-12-31", "intercept": "1000", "slope": "2"}
    return {
        "client_id": "cl_1",
        "name": "Alder Werke GmbH",
        "active": True,
        "trend_metric": "api_calls",
        "usage_mtd": [{"metric": "api_calls", "quantity": "1234567", "unit": "calls"}],
        "invoice_total": usd(1_123_456),
        "due_date": "2026-11-15",
        "status": "overdue",
        "variance": variance,
        "sources": [
            {"source": "amplitude", "as_of": "2026-11-26T09:20:00+00:00", "state": "complete"},
            {"source": "quickbooks", "as_of": "2026-11-26T10:10:00+01:00", "state": "stale"},
            {"source": "stripe", "as_of": "2026-11-26T09:29:00Z", "state": "complete"},
        ],
        "policy_version": 1,
        "forecast": {
            "status": "ok",
            "quarter": QUARTER,
            "amount": usd(3_312_456),
            "low": usd(3_200_000),
            "high": usd(3_400_000),
            "method": "linear least squares",
            "version": 1,
            "basis": "rate card",
            "metrics": [metric(), metric("seats", None)],
            "excluded": [{"code": "no_price", "detail": "storage_gb"}],
        },
        "trend_detail": [{"metric": "api_calls", "unit": "calls", "days": trend_days(), "line": line}],
        "discrepancies": [{"code": "variance", "text": "October 2026 is over-billed by 734.56 USD."}],
        "reconciliations": [found],
    } | changes


def unjudged(**changes: Any) -> dict[str, Any]:
    """An account whose sources do not suffice."""
    plain = account()
    nothing = dict.fromkeys(("amount", "low", "high"))
    return plain | {
        "variance": plain["variance"] | CANNOT_JUDGE,
        "reconciliations": [reconciliation(receipt=None, **CANNOT_JUDGE)],
        "forecast": plain["forecast"] | nothing | {"status": "cannot_judge", "metrics": []},
        "status": None,
        "invoice_total": None,
        "due_date": None,
        "trend_detail": [plain["trend_detail"][0] | {"line": None}],
        "sources": [*plain["sources"][:2], {"source": "stripe", "as_of": None, "state": "unlinked"}],
        **changes,
    }
