"""The read model's invoice, as far as a retry depends on it. What cannot be read is missing, never a permission."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dashboard_api.domain.retries import Failure, Gateway, Invoice, Method


def invoice_of(client_id: str, payload: Mapping[str, Any]) -> Invoice:
    """A payload of the read model's table `invoices`; one from before it carried the gateway has none."""
    gateway = payload.get("gateway")
    return Invoice(
        client_id=client_id,
        gateway_invoice_id=payload.get("gateway_invoice_id"),
        number=payload.get("number"),
        status=payload["status"],
        currency=payload["currency"],
        total_minor=payload["total_minor"],
        gateway=_gateway(gateway) if gateway else None,
    )


def _gateway(gateway: Mapping[str, Any]) -> Gateway:
    planned = gateway["next_attempt_at"]
    return Gateway(
        ref=gateway["ref"],
        status=gateway["status"],
        currency=gateway["currency"],
        remaining_minor=gateway["remaining_minor"],
        ledger_remaining_minor=gateway["ledger_remaining_minor"],
        attempt_count=gateway["attempt_count"],
        next_attempt_at=datetime.fromisoformat(planned) if planned else None,
        method=method_of(gateway["method"]),
        failure=failure_of(gateway["failure"]),
    )


def method_of(method: Mapping[str, Any] | None) -> Method | None:
    """A method as it is kept; one without a kind is none."""
    if not method or not method.get("kind"):
        return None
    return Method(kind=method["kind"], brand=method.get("brand"), last4=method.get("last4"))


def failure_of(failure: Mapping[str, Any] | None, method: Method | None = None) -> Failure | None:
    """A failure as it is kept, with what was tried; `method` where it does not say so itself."""
    if not failure:
        return None
    return Failure(
        code=failure.get("code"),
        decline_code=failure.get("decline_code"),
        advice_code=failure.get("advice_code"),
        message=failure.get("message"),
        method=method_of(failure.get("method")) or method,
    )
