"""What carrying out a payment retry needs from outside: the one call that may take money, and a memory of each attempt."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from stripe_webhooks.domain.pay_answers import PayAnswer
from stripe_webhooks.domain.retries import Execution, Outcome
from trueup_contracts.retries import PaymentRetryRequestedV1, PaymentRetrySettledV1


class NotAsked(Exception):
    """The call was not made at all (no tokens, the circuit is open): certainly nothing was carried out."""


class ClaimLost(Exception):
    """The claim ran out and another replica has the attempt: whatever was learned is discarded."""


class Payments(Protocol):
    """The gateway's paying side."""

    async def pay(self, gateway_invoice_id: str, *, key: str) -> PayAnswer:
        """Ask once to pay an invoice, bounded in time; any answer and any silence is a `PayAnswer`.

        Raises:
            NotAsked: the call was not made.
        """
        ...


class Executions(Protocol):
    """The attempts, in the service's own schema. Every write but `take` needs the claim and raises `ClaimLost`."""

    async def take(self, commands: Collection[PaymentRetryRequestedV1]) -> int:
        """Store commands never seen before, due at once; returns how many there were."""
        ...

    async def claim(self) -> Execution | None:
        """The attempt that is due first and that nobody works on; ours for the claim's time. None: nothing is due."""
        ...

    async def start(self, execution: Execution, at: datetime) -> bool:
        """Store that it is started; False when another attempt of the same invoice is open."""
        ...

    async def ask(self, execution: Execution, at: datetime) -> None:
        """Store that a call that may take money is about to be made, and that its answer is not known yet."""
        ...

    async def rest(
        self,
        execution: Execution,
        outcome: Outcome | None,
        *,
        unclear: bool,
        again_in_s: float | None,
        announce: PaymentRetrySettledV1 | None,
    ) -> None:
        """Store how it stands and announce it, in one transaction, and give the claim back.

        `outcome` None leaves the state as it is. `again_in_s` None: nothing follows by itself.
        """
        ...

    async def release(self, execution: Execution, *, again_in_s: float) -> None:
        """Give the claim back with nothing learned; the attempt is due again after a pause. Does nothing without it."""
        ...

    async def nudge(self, gateway_invoice_ids: Collection[str]) -> int:
        """Make those attempts due that wait for something to happen to one of these invoices; returns how many."""
        ...

    async def open_counts(self) -> dict[str, int]:
        """Open attempts by state; `needs_person` counts those that wait for one."""
        ...
