"""Outcomes on the bus: kept once, told to listeners after they are kept, poison set aside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast

from dashboard_api.domain.access import Principal, Role
from dashboard_api.entrypoints import settled
from dashboard_api.ports.retries import RetryStore
from dashboard_api.usecases.live import LiveHub
from trueup_contracts.retries import PaymentRetrySettledV1
from trueup_kit.consumer import Record

TOPIC = PaymentRetrySettledV1.topic


class Store:
    def __init__(self) -> None:
        self.events: list[str] = []

    async def settle(self, events: Sequence[PaymentRetrySettledV1]) -> Sequence[str]:
        self.events += [event.attempt_id for event in events]
        return [event.attempt_id for event in events if event.attempt_id == "pr_unknown"]


def record(attempt_id: str) -> Record:
    event = PaymentRetrySettledV1(
        version=1,
        attempt_id=attempt_id,
        gateway_invoice_id="in_1",
        client_id="a1",
        ref="stripe:cus_1",
        state="succeeded",
        currency="USD",
        amount_minor=100,
        settled_at=datetime.now(UTC),
    )
    return Record(TOPIC, 0, 0, "in_1", event.to_bytes())


def broken(value: bytes | None) -> Record:
    return Record(TOPIC, 0, 1, None, value)


async def test_what_cannot_be_kept_is_set_aside_and_the_rest_is_kept() -> None:
    store, aside = Store(), []

    async def divert(record: Record, why: BaseException | str) -> None:
        aside.append((record.value, str(why)))

    take = settled.keeping(cast("RetryStore", store), divert)
    await take([record("pr_1"), broken(b"{"), broken(None), record("pr_unknown"), record("pr_2")])
    assert store.events == ["pr_1", "pr_unknown", "pr_2"]
    assert [value for value, _ in aside[:2]] == [b"{", None]
    assert aside[2][1] == "there is no such attempt"
    assert len(aside) == 3
    await take([broken(b"[]")])
    assert len(store.events) == 3


class Hub(LiveHub):
    def __init__(self, store: Store) -> None:
        nobody = cast("Any", None)
        super().__init__(owners=nobody, sessions=nobody, now=lambda: datetime.now(UTC))
        self.store = store
        self.told: list[tuple[list[str], list[str]]] = []

    def offer_retries(self, retries: Any) -> None:
        self.told.append((list(retries), list(self.store.events)))


async def test_listeners_are_told_after_the_row_has_moved() -> None:
    store = Store()
    live = Hub(store)
    take = settled.telling(cast("RetryStore", store), live)
    await take([record("pr_1")])
    assert (store.events, live.told) == ([], []), "nobody listens"
    live.open(Principal(user="ana", role=Role.ACCOUNT_MANAGER))
    await take([record("pr_1"), broken(b"{"), broken(None)])
    assert live.told == [(["pr_1"], ["pr_1"])]
    await take([broken(b"{")])
    assert len(live.told) == 1
