"""The inbox: verified webhooks, byte for byte, on their topic."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from stripe_webhooks.ports import InboxAway
from trueup_contracts.topics import STRIPE_EVENTS_RECEIVED
from trueup_kit import trace
from trueup_kit.errors import BrokerUnavailable
from trueup_kit.producer import Producer


@dataclass(frozen=True, slots=True)
class KafkaInbox:
    """The port `Inbox`. The producer's own publish timeout bounds the wait: the sender is told 503 in time."""

    producer: Producer

    async def append(self, *, key: str, value: bytes, event_id: str, created_at: datetime) -> None:
        """See the port."""
        headers = {
            "ce_specversion": "1.0",
            "ce_id": event_id,
            "ce_type": STRIPE_EVENTS_RECEIVED,
            "ce_source": "/stripe-webhooks",
            "ce_subject": key,
            "ce_time": created_at.isoformat(),
            "content-type": "application/json",
        }
        if traceparent := trace.current():
            headers["traceparent"] = traceparent
        try:
            await self.producer.publish_raw(STRIPE_EVENTS_RECEIVED, key=key, value=value, headers=headers)
        except BrokerUnavailable as error:
            raise InboxAway(str(error)) from error
