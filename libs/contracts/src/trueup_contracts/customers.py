"""A customer as one source sees it."""

from __future__ import annotations

from typing import ClassVar

from trueup_contracts.envelope import CurrencyCode, Event, Instant, RefText


class CustomerObservedV1(Event):
    """Names, ids and link keys of one customer in one source."""

    topic: ClassVar[str] = "trueup.customers.observed.v1"
    type: ClassVar[str] = "trueup.customers.observed.v1"

    ref: RefText
    observed_at: Instant
    name: str
    email: str | None = None
    currency: CurrencyCode | None = None
    active: bool = True
    deleted: bool = False
    parent_ref: RefText | None = None
    link_keys: dict[str, str] = {}
    """Exact keys towards other systems: `client_id`, `quickbooks_id`, `amplitude_id`; from configured metadata."""

    def key(self) -> str:
        return self.ref
