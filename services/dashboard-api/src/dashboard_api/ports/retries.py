"""Attempts to take a payment again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from dashboard_api.domain.access import Principal
from dashboard_api.domain.retries import Attempt, Invoice, Source
from trueup_contracts.envelope import Event
from trueup_contracts.retries import PaymentRetrySettledV1


@dataclass(frozen=True, slots=True)
class Key:
    """A caller's idempotency key as it is kept, and what it was used for."""

    key_hash: bytes
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class Known:
    """What a retry of an account's invoices rests on besides the invoices."""

    sources: Sequence[Source]
    attempts: Sequence[Attempt]
    """Open ones first, then the latest."""


class RetryChange(Protocol):
    """One transaction on the attempts of one gateway invoice; nobody else changes them meanwhile."""

    async def invoices(self) -> Sequence[Invoice]:
        """The invoice with that gateway invoice, seen with the principal's eyes; usually one."""

    async def sources(self, client_id: str) -> Sequence[Source]:
        """How far the sources of the account are known."""

    async def attempts(self) -> Sequence[Attempt]:
        """All attempts of the gateway invoice, the latest first."""

    async def used(self, key_hash: bytes) -> tuple[Key, Attempt] | None:
        """What the principal used this key for, if they did."""

    async def remember(self, key: Key, attempt_id: str) -> bool:
        """Keep the key; False when it was used for something else in the same moment."""

    async def add(self, attempt: Attempt) -> bool:
        """A new attempt; False when there is an open one."""

    async def version(self) -> int:
        """A new version of the fact sequence."""

    async def audit(self, action: str, detail: Mapping[str, object]) -> None:
        """Write down what the principal did."""

    async def publish(self, events: Sequence[Event]) -> None:
        """Put events on the outbox of this transaction."""


class RetryStore(Protocol):
    """The attempts, kept for good."""

    def change(self, principal: Principal, gateway_invoice_id: str) -> AbstractAsyncContextManager[RetryChange]:
        """Look, decide and write as one; others who ask for the same gateway invoice wait."""

    async def attempt(self, principal: Principal, attempt_id: str) -> Attempt | None:
        """One attempt; None when unknown or of an account out of scope."""

    async def known(self, principal: Principal, client_id: str) -> Known | None:
        """Sources and attempts of one account; None when unknown or out of scope."""

    async def settle(self, settled: Sequence[PaymentRetrySettledV1]) -> Sequence[str]:
        """Move attempts on: only forward by version, never a final one. Returns the ids that there are not."""
