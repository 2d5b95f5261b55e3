"""Accept a webhook: prove it, name it, hand it to the bus. No database, no second look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stripe_webhooks.domain.events import ReceivedEvent, ordering_key, parse
from stripe_webhooks.domain.fields import Unreadable
from stripe_webhooks.domain.signature import SignatureRefused, verify
from stripe_webhooks.ports import Clock, Inbox


class Refused(Exception):
    """The sender is told 400 and this code; nothing was published."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class AcceptWebhook:
    """`livemode` is the mode of our API key: an event of the other mode belongs to another world."""

    inbox: Inbox
    secrets: Sequence[str]
    livemode: bool
    clock: Clock

    async def __call__(self, body: bytes, signature: str | None) -> ReceivedEvent:
        """Return once the bus has acknowledged the raw body.

        Raises:
            Refused: not signed, too old, no Stripe event, or of the other mode.
            InboxAway: the bus did not acknowledge in time.
        """
        try:
            verify(body, signature, self.secrets, now_s=self.clock().timestamp())
            event = parse(body)
        except SignatureRefused as refused:
            raise Refused(refused.code, refused.detail) from refused
        except Unreadable as error:
            raise Refused("not_an_event", error.detail) from error
        if event.livemode != self.livemode:
            expected = "live" if self.livemode else "test"
            raise Refused("mode_mismatch", f"This endpoint takes events of {expected} mode only.")
        await self.inbox.append(
            key=ordering_key(event), value=body, event_id=event.event_id, created_at=event.created_at
        )
        return event
