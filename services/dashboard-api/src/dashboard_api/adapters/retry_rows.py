"""Rows of attempts and invoices as the domain's words, and back."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

import asyncpg

from dashboard_api.domain.retries import Attempt, Invoice, Method, Source, State
from dashboard_api.domain.retry_payload import failure_of, invoice_of, method_of
from trueup_contracts.retries import PaymentRetrySettledV1


def attempt_of(row: asyncpg.Record) -> Attempt:
    """A row of `payment_retries`; the amount is what was taken, once that is known."""
    method = method_of(_json(row["method"]))
    return Attempt(
        attempt_id=row["attempt_id"],
        client_id=row["client_id"],
        gateway_invoice_id=row["gateway_invoice_id"],
        ref=row["ref"],
        invoice_number=row["invoice_number"],
        amount_minor=row["amount_minor"] if row["taken_minor"] is None else row["taken_minor"],
        currency=row["currency"],
        method=method,
        requested_by=row["requested_by"],
        requested_at=row["requested_at"],
        state=State(row["state"]),
        needs_person=row["needs_person"],
        reason=row["reason"],
        failure=failure_of(_json(row["failure"]), method),
        hosted_url=row["hosted_url"],
        started_at=row["started_at"],
        settled_at=row["settled_at"],
    )


def columns_of(attempt: Attempt) -> tuple[object, ...]:
    """A new attempt as a row, without what comes later."""
    return (
        attempt.attempt_id,
        attempt.client_id,
        attempt.gateway_invoice_id,
        attempt.ref,
        attempt.invoice_number,
        attempt.amount_minor,
        attempt.currency,
        json.dumps(_kept(attempt.method)) if attempt.method else None,
        attempt.requested_by,
        attempt.requested_at,
    )


def _kept(method: Method) -> dict[str, str | None]:
    return {"kind": method.kind, "brand": method.brand, "last4": method.last4}


def settlement_of(event: PaymentRetrySettledV1) -> tuple[object, ...]:
    """How an attempt stands, as the UPDATE takes it."""
    failure = event.failure
    told = failure and failure.model_dump(mode="json", include={"code", "decline_code", "advice_code", "message"})
    return (
        event.attempt_id,
        event.state,
        event.needs_person and event.state == "unknown",
        event.reason,
        json.dumps(told) if told else None,
        event.hosted_url,
        event.payment_id,
        event.amount_minor if event.state == "succeeded" else None,
        event.request_id,
        event.started_at,
        event.settled_at,
        event.version,
        event.gateway_invoice_id,
        event.client_id,
    )


def invoice_of_row(row: asyncpg.Record) -> Invoice:
    """A row of `seen_invoices`."""
    return invoice_of(row["client_id"], json.loads(row["payload"]))


def sources_of(text: str, *, silent: Collection[str] = ()) -> list[Source]:
    """The sources of an account, as the grid's row shows them, and which of them do not answer."""
    return [
        Source(
            name=each["source"],
            state=each["state"],
            as_of=datetime.fromisoformat(each["as_of"]) if each.get("as_of") else None,
            silent=each["source"] in silent,
        )
        for each in json.loads(text)
    ]


def _json(text: str | None) -> dict[str, Any] | None:
    return None if text is None else json.loads(text)
