"""What the bus announces: every replica reads it whole, from the end, for its own listeners."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from pydantic import ValidationError

from dashboard_api.usecases.live import LiveHub
from trueup_contracts.accounts import AccountReconciledV1


class HasValue(Protocol):
    """A record of the bus."""

    @property
    def value(self) -> bytes | None:
        """Its body."""


def into(live: LiveHub) -> Callable[[Sequence[HasValue]], Awaitable[None]]:
    """A batch handler that offers what changed to the open streams.

    A record that cannot be read is left out: the page's own polling catches what a listener missed.
    """

    async def take(records: Sequence[HasValue]) -> None:
        changes: dict[str, int] = {}
        for record in records:
            if record.value is None:
                continue
            try:
                event = AccountReconciledV1.model_validate_json(record.value)
            except ValidationError:
                continue
            changes[event.client_id] = max(event.version, changes.get(event.client_id, 0))
        live.offer(changes)

    return take
