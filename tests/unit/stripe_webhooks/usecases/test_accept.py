"""A webhook is taken once proven, and only then."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from stripe_webhooks.domain.signature import sign
from stripe_webhooks.ports import InboxAway
from stripe_webhooks.usecases.accept import AcceptWebhook, Refused

if TYPE_CHECKING:
    from tests.unit.stripe_webhooks.conftest import Bodies

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass
class ListInbox:
    away: bool = False
    taken: list[tuple[str, bytes, str]] = field(default_factory=list)

    async def append(self, *, key: str, value: bytes, event_id: str, created_at: datetime) -> None:
        if self.away:
            raise InboxAway
        self.taken.append((key, value, event_id))


def signed(body: bytes, secret: str = "whsec_a") -> str:
    stamp_s = int(NOW.timestamp())
    return f"t={stamp_s},v1={sign(body, secret, stamp_s)}"


@pytest.fixture
def inbox() -> ListInbox:
    return ListInbox()


@pytest.fixture
def accept(inbox: ListInbox) -> AcceptWebhook:
    return AcceptWebhook(inbox, ["whsec_a", "whsec_b"], livemode=False, clock=lambda: NOW)


async def test_the_raw_bytes_go_to_the_bus_under_the_invoices_key(
    accept: AcceptWebhook, inbox: ListInbox, bodies: Bodies
) -> None:
    raw = json.dumps(bodies.event("evt_1", bodies.invoice("in_7")), indent=3).encode()
    await accept(raw, signed(raw, "whsec_b"))
    assert inbox.taken == [("in_7", raw, "evt_1")]


@pytest.mark.parametrize(
    ("raw", "signature", "code"),
    [
        (b"{}", None, "unsigned"),
        (b"{}", signed(b"{ }"), "signature_mismatch"),
        (b"{}", signed(b"{}", "whsec_c"), "signature_mismatch"),
        (b"{}", signed(b"{}"), "not_an_event"),
        (b"\xff\xfe", signed(b"\xff\xfe"), "not_an_event"),
        (b"nope", signed(b"nope"), "not_an_event"),
    ],
)
async def test_what_is_not_proven_is_refused(
    accept: AcceptWebhook, inbox: ListInbox, raw: bytes, signature: str | None, code: str
) -> None:
    with pytest.raises(Refused) as caught:
        await accept(raw, signature)
    assert caught.value.code == code
    assert inbox.taken == []


async def test_an_event_of_the_other_mode_is_refused(accept: AcceptWebhook, inbox: ListInbox, bodies: Bodies) -> None:
    raw = json.dumps(bodies.event("evt_1", bodies.invoice(), livemode=True)).encode()
    with pytest.raises(Refused) as caught:
        await accept(raw, signed(raw))
    assert (caught.value.code, inbox.taken) == ("mode_mismatch", [])


async def test_without_the_bus_nothing_is_taken(accept: AcceptWebhook, inbox: ListInbox, bodies: Bodies) -> None:
    inbox.away = True
    raw = json.dumps(bodies.event("evt_1", bodies.invoice())).encode()
    with pytest.raises(InboxAway):
        await accept(raw, signed(raw))
