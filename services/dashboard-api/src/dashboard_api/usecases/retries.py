"""Taking a payment again: asking for it, looking at it, and hearing what became of it."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime

from dashboard_api.domain.access import Principal
from dashboard_api.domain.errors import Conflict, NotFound
from dashboard_api.domain.retries import Attempt, Invoice, Policy, Reason, State, open_attempt, why_not
from dashboard_api.domain.retry_words import reason_text
from dashboard_api.ports.retries import Key, RetryChange, RetryStore
from trueup_contracts.retries import PaymentRetryRequestedV1


class Retries:
    """At most one open attempt for each gateway invoice, whoever asks and however often."""

    def __init__(self, store: RetryStore, *, policy: Policy, now: Callable[[], datetime]) -> None:
        self._store = store
        self._policy = policy
        self._now = now

    async def request(
        self, principal: Principal, gateway_invoice_id: str, *, key: str, amount_minor: int, currency: str
    ) -> Attempt:
        """Ask for the payment, or join what is asked already.

        Raises:
            NotFound: no such invoice in the principal's portfolio.
            Conflict: the key was used for something else, the payment must not be taken, or another amount remains.
        """
        wanted = _key(key, gateway_invoice_id, amount_minor, currency)
        async with self._store.change(principal, gateway_invoice_id) as change:
            invoices = await change.invoices()
            if not invoices:
                raise no_such_invoice()
            used = await change.used(wanted.key_hash)
            if used is not None:
                return _same(wanted, *used)
            attempts = await change.attempts()
            under_way = open_attempt(attempts)
            if under_way is None:
                await self._refuse(change, invoices, attempts, amount_minor, currency)
                under_way = await self._ask(change, principal, invoices[0])
            if not await change.remember(wanted, under_way.attempt_id):
                raise _reused()
            return under_way

    async def attempt(self, principal: Principal, attempt_id: str) -> Attempt:
        """One attempt; NotFound when unknown or out of scope."""
        found = await self._store.attempt(principal, attempt_id)
        if found is None:
            raise no_such_attempt()
        return found

    async def _refuse(
        self,
        change: RetryChange,
        invoices: Sequence[Invoice],
        attempts: Sequence[Attempt],
        amount_minor: int,
        currency: str,
    ) -> None:
        sources = await change.sources(invoices[0].client_id)
        for invoice in invoices:
            reason = why_not(invoice, sources, attempts, policy=self._policy, now=self._now())
            if reason is not None:
                raise Conflict(reason_text(reason, invoice), code="retry_not_allowed", reason=reason.value)
        gateway = invoices[0].gateway
        if gateway is None or (gateway.remaining_minor, gateway.currency) != (amount_minor, currency):
            raise Conflict(
                "What is left to be paid has changed since you looked. Look again, then confirm the new amount.",
                code="amount_changed",
                amount_minor=gateway.remaining_minor if gateway else None,
                currency=gateway.currency if gateway else None,
            )

    async def _ask(self, change: RetryChange, principal: Principal, invoice: Invoice) -> Attempt:
        """A new attempt with its audit entry and its command; all three stand or fall together."""
        attempt = _new(principal, invoice, self._now())
        if not await change.add(attempt):
            found = open_attempt(await change.attempts())
            if found is None:
                raise Conflict("Somebody asked in the same moment. Try again.", code="retry_not_allowed")
            return found
        await change.audit("payment_retry.requested", _audited(attempt))
        await change.publish([_command(attempt, await change.version())])
        return attempt


def no_such_invoice() -> NotFound:
    """Unknown or somebody else's."""
    return NotFound("There is no such invoice in your portfolio.", code="invoice_not_found")


def no_such_attempt() -> NotFound:
    """Unknown or somebody else's."""
    return NotFound("There is no such attempt in your portfolio.", code="payment_retry_not_found")


def _new(principal: Principal, invoice: Invoice, now: datetime) -> Attempt:
    gateway = invoice.gateway
    if gateway is None or gateway.remaining_minor is None or invoice.gateway_invoice_id is None:
        raise Conflict(reason_text(Reason.NO_GATEWAY_INVOICE), code="retry_not_allowed", reason="no_gateway_invoice")
    return Attempt(
        attempt_id=f"pr_{uuid.uuid4().hex}",
        client_id=invoice.client_id,
        gateway_invoice_id=invoice.gateway_invoice_id,
        ref=gateway.ref,
        invoice_number=invoice.number,
        amount_minor=gateway.remaining_minor,
        currency=gateway.currency,
        method=gateway.method,
        requested_by=principal.user,
        requested_at=now,
        state=State.REQUESTED,
    )


def _command(attempt: Attempt, version: int) -> PaymentRetryRequestedV1:
    return PaymentRetryRequestedV1(
        version=version,
        attempt_id=attempt.attempt_id,
        gateway_invoice_id=attempt.gateway_invoice_id,
        client_id=attempt.client_id,
        ref=attempt.ref,
        currency=attempt.currency,
        amount_minor=attempt.amount_minor,
        requested_by=attempt.requested_by,
        requested_at=attempt.requested_at,
    )


def _audited(attempt: Attempt) -> dict[str, object]:
    return {
        "client_id": attempt.client_id,
        "payment_retry_id": attempt.attempt_id,
        "gateway_invoice_id": attempt.gateway_invoice_id,
        "invoice_number": attempt.invoice_number,
        "amount_minor": attempt.amount_minor,
        "currency": attempt.currency,
    }


def _key(key: str, gateway_invoice_id: str, amount_minor: int, currency: str) -> Key:
    body = f"{gateway_invoice_id}\n{amount_minor}\n{currency}"
    return Key(hashlib.sha256(key.encode()).digest(), hashlib.sha256(body.encode()).digest())


def _same(wanted: Key, used: Key, attempt: Attempt) -> Attempt:
    if used.fingerprint != wanted.fingerprint:
        raise _reused()
    return attempt


def _reused() -> Conflict:
    return Conflict(
        "This Idempotency-Key was used for another retry. Make a new one for each confirmation.",
        code="idempotency_key_reused",
    )
