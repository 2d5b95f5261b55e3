"""What the account's page shows of retries: the attempts, and for each invoice whether another one may be asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from dashboard_api.domain.access import Permission, Principal
from dashboard_api.domain.retries import Attempt, Failure, Gateway, Method, Policy, Source, open_attempt, why_not
from dashboard_api.domain.retry_payload import failure_of, invoice_of
from dashboard_api.domain.retry_words import attempt_text, decline_text, reason_text
from dashboard_api.ports.retries import Known, RetryStore

ATTEMPTS_SHOWN = 20
Answer = dict[str, Any]


class RetryViews:
    """Worked out when it is served: sources grow old while nothing changes."""

    def __init__(self, store: RetryStore, *, policy: Policy, now: Callable[[], datetime]) -> None:
        self._store = store
        self._policy = policy
        self._now = now

    async def account(self, principal: Principal, client_id: str, account: Answer) -> Answer:
        """The account with its latest attempts, each invoice with its retry, and each declined payment with its reason."""
        known = await self._store.known(principal, client_id)
        if known is None:
            return account
        latest = sorted(known.attempts, key=lambda each: each.requested_at, reverse=True)[:ATTEMPTS_SHOWN]
        return account | {
            "invoices": self._invoices(principal, account["client_id"], account["invoices"], known),
            "payment_retries": [self.shown(attempt) for attempt in latest],
            "payments": account["payments"] and [_explained(payment) for payment in account["payments"]],
        }

    async def invoices(self, principal: Principal, client_id: str, invoices: Sequence[Answer]) -> list[Answer]:
        """Each invoice with its retry."""
        known = await self._store.known(principal, client_id)
        return self._invoices(principal, client_id, invoices, known) if known else list(invoices)

    def shown(self, attempt: Attempt) -> Answer:
        """An attempt as the API answers it."""
        return {
            "id": attempt.attempt_id,
            "client_id": attempt.client_id,
            "gateway_invoice_id": attempt.gateway_invoice_id,
            "invoice_number": attempt.invoice_number,
            "state": attempt.state.value,
            "needs_person": attempt.needs_person,
            "reason": attempt.reason,
            "failure": _failure(attempt.failure),
            "hosted_url": attempt.hosted_url,
            "amount": {"amount_minor": attempt.amount_minor, "currency": attempt.currency},
            "method": _method(attempt.method),
            "requested_by": attempt.requested_by,
            "requested_at": _instant(attempt.requested_at),
            "started_at": _instant(attempt.started_at),
            "settled_at": _instant(attempt.settled_at),
            "final": attempt.final,
            "text": attempt_text(attempt, self._now()),
        }

    def _invoices(self, principal: Principal, client_id: str, invoices: Iterable[Answer], known: Known) -> list[Answer]:
        if not principal.may(Permission.PAYMENTS_RETRY):
            return [invoice | {"retry": None} for invoice in invoices]
        attempts: defaultdict[str, list[Attempt]] = defaultdict(list)
        for attempt in known.attempts:
            attempts[attempt.gateway_invoice_id].append(attempt)
        return [
            invoice
            | {"retry": self._retry(client_id, invoice, known.sources, attempts[invoice["gateway_invoice_id"] or ""])}
            for invoice in invoices
        ]

    def _retry(
        self, client_id: str, payload: Mapping[str, Any], sources: Sequence[Source], attempts: Sequence[Attempt]
    ) -> Answer:
        invoice = invoice_of(client_id, payload)
        reason = why_not(invoice, sources, attempts, policy=self._policy, now=self._now())
        gateway, under_way = invoice.gateway, open_attempt(attempts)
        return {
            "allowed": reason is None,
            "reason": reason and reason.value,
            "text": reason and reason_text(reason, invoice),
            # Stripe counts its own attempts and ours; an attempt of ours that just ended may not be in its count yet.
            "attempts": max((gateway.attempt_count or 0) if gateway else 0, sum(each.final for each in attempts)),
            "method": _method(gateway.method) if gateway else None,
            "amount": _amount(gateway),
            "open_attempt_id": under_way and under_way.attempt_id,
        }


def _instant(instant: datetime | None) -> str | None:
    # As the routes that answer with one attempt write it.
    return None if instant is None else instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _amount(gateway: Gateway | None) -> Answer | None:
    if gateway is None or gateway.remaining_minor is None:
        return None
    return {"amount_minor": gateway.remaining_minor, "currency": gateway.currency}


def _method(method: Method | None) -> Answer | None:
    return None if method is None else {"kind": method.kind, "brand": method.brand, "last4": method.last4}


def _failure(failure: Failure | None) -> Answer | None:
    if failure is None:
        return None
    return {
        "code": failure.code,
        "decline_code": failure.decline_code,
        "advice_code": failure.advice_code,
        "message": failure.message,
        "text": decline_text(failure),
    }


def _explained(payment: Answer) -> Answer:
    failure = failure_of(payment.get("failure"))
    return payment if failure is None else payment | {"failure": payment["failure"] | {"text": decline_text(failure)}}
