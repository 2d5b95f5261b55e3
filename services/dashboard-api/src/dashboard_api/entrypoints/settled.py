"""What became of attempts, from the bus.

The shared group moves the rows on: each record is done once, and what cannot be is set aside as a dead letter. Besides,
every replica reads the records whole for its own listeners. It moves the row on as well before it tells them, which
changes nothing where that is done: whoever looks again must not find the state of before.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence

from pydantic import ValidationError

from dashboard_api.ports.retries import RetryStore
from dashboard_api.usecases.live import LiveHub
from trueup_contracts.retries import PaymentRetrySettledV1
from trueup_kit.consumer import Record
from trueup_kit.logs import get_logger

Divert = Callable[[Record, BaseException | str], Awaitable[object]]
Handler = Callable[[list[Record]], Awaitable[None]]
_log = get_logger(__name__)


def keeping(store: RetryStore, divert: Divert) -> Handler:
    """The handler of the shared group."""

    async def take(records: list[Record]) -> None:
        readable: list[tuple[Record, PaymentRetrySettledV1]] = []
        for record in records:
            try:
                readable.append((record, PaymentRetrySettledV1.from_bytes(record.value or b"")))
            except ValidationError as error:
                await divert(record, error)
        missing = set(await store.settle([event for _, event in readable])) if readable else set()
        for record, event in readable:
            if event.attempt_id in missing:
                _log.warning("an outcome of no attempt of ours", attempt_id=event.attempt_id)
                await divert(record, "there is no such attempt")

    return take


def telling(store: RetryStore, live: LiveHub) -> Handler:
    """The handler of every replica: its listeners hear which account's attempt moved."""

    async def take(records: list[Record]) -> None:
        settled = list(_readable(records))
        if settled and live.listeners:
            await store.settle(settled)
            live.offer_retries({event.attempt_id: event.client_id for event in settled})

    return take


def _readable(records: Sequence[Record]) -> Iterator[PaymentRetrySettledV1]:
    for record in records:
        try:
            yield PaymentRetrySettledV1.from_bytes(record.value or b"")
        except ValidationError:
            continue  # the shared group sets it aside
