"""Flags: where they are written down, and who carries them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

from dashboard_api.domain.access import Principal
from dashboard_api.domain.flags import Channel, Claimed, NewFlag, Outcome, Target
from dashboard_api.ports.reads import Json


class FlagTargets(Protocol):
    """Whom the settings allow to be told."""

    def of(self, channel: Channel) -> Sequence[Target]:
        """The recipients that this channel reaches."""

    def find(self, channel: Channel, target_id: str) -> Target | None:
        """One of them."""


class Flags(Protocol):
    """Flags as the routes see them."""

    async def add(self, principal: Principal, new: NewFlag, *, key: str) -> Json:
        """Write it down with its audit entry, unless the same issue is on its way to the same recipient already.

        Raises:
            Conflict: the key was used for another request.
        """

    async def find(self, principal: Principal, flag_id: UUID) -> Json | None:
        """One flag; None when unknown or of an account out of scope."""


class FlagQueue(Protocol):
    """Flags as a sender sees them. Each call is one transaction."""

    async def claim(self, channel: Channel) -> Claimed | None:
        """The next one that is due, marked as being sent by nobody else before anything leaves."""

    async def settle(self, claimed: Claimed, outcome: Outcome, *, again_after_s: float) -> None:
        """What became of it. Nothing changes when the claim is another's by now."""

    async def give_up_lost(self, *, after_s: float) -> int:
        """Claims that nobody settled become unknown: their message may have arrived. How many there were."""


class Courier(Protocol):
    """Hands one message over; says what became of it and never raises for what the other side does."""

    async def send(self, claimed: Claimed, target: Target) -> Outcome:
        """Send it once."""


Couriers = Mapping[Channel, Courier]
