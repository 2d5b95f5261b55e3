"""Decisions: where they are written down, and what is seen when one is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from dashboard_api.domain.access import Principal
from dashboard_api.domain.decisions import Look
from dashboard_api.ports.reads import Json
from trueup_contracts.decisions import DecisionRecordedV1

Refusal = Mapping[str, object]
"""`client_id`, `code`, `detail` and what else is told of a decision that was not made."""


@dataclass(frozen=True, slots=True)
class DecisionKey:
    """A caller's idempotency key as it is kept, and what it was used for."""

    key_hash: bytes
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class Used:
    """What came of a key's first request."""

    fingerprint: bytes
    decision_ids: Sequence[str]
    refused: Sequence[Refusal]


class DecisionChange(Protocol):
    """One transaction on the decisions of some accounts; nobody else decides about them meanwhile."""

    async def look(self, client_id: str) -> Look | None:
        """The account with the principal's eyes; None when unknown or out of scope."""

    async def used(self, key_hash: bytes) -> Used | None:
        """What the principal used this key for, if they did."""

    async def versions(self, count: int) -> Sequence[int]:
        """New versions of the fact sequence, ascending."""

    async def add(self, events: Sequence[DecisionRecordedV1]) -> None:
        """Write decisions down and put them on the outbox."""

    async def remember(self, key: DecisionKey, decision_ids: Sequence[str], refused: Sequence[Refusal]) -> bool:
        """Keep the key; False when it was used for something else in the same moment."""

    async def told(self, decision_ids: Sequence[str]) -> Json:
        """Decisions as the API answers them, in that order."""

    async def audit(self, event: DecisionRecordedV1, detail: Mapping[str, object]) -> None:
        """Write down what the principal did; the last thing of the transaction."""


class DecisionStore(Protocol):
    """The decisions, kept for good."""

    def change(self, principal: Principal, client_ids: Sequence[str]) -> AbstractAsyncContextManager[DecisionChange]:
        """Look, decide and write as one; others who decide about the same accounts wait."""

    async def listed(self, principal: Principal, client_id: str) -> Json | None:
        """The latest decisions of an account; None when unknown or out of scope."""

    async def answering(self) -> frozenset[str]:
        """The sources that answer, whether with holes or without."""
