"""The subscriber of the inbox: batches of raw webhooks."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from stripe_webhooks.ports import NotYet
from stripe_webhooks.usecases.digest import Digest
from trueup_kit.consumer import Record
from trueup_kit.dlq import divert
from trueup_kit.errors import ProviderUnavailable
from trueup_kit.logs import get_logger
from trueup_kit.postgres import passes
from trueup_kit.producer import Producer

T = TypeVar("T")
log = get_logger(__name__)
ATTEMPTS = 5
FIRST_DELAY_S, LONGEST_DELAY_S = 0.5, 8.0
BATCH_LONGEST_S = 180.0
"""The broker takes a consumer that does not come back within 300 s for dead."""


@dataclass(frozen=True, slots=True)
class InboxSubscriber:
    """Returns when everything a batch points at is announced and acknowledged; then the batch may be, too."""

    digest: Digest
    producer: Producer
    service: str
    patience_s: float = BATCH_LONGEST_S

    async def __call__(self, records: list[Record]) -> None:
        """Poison is diverted by itself. What may pass is tried again, within a bound; after it the batch comes anew.

        Raises:
            ProviderUnavailable: Stripe, or whoever holds a lease, was waited for in vain, or there was too much to look
                at: what was done of it is not done again.
        """
        try:
            async with asyncio.timeout(self.patience_s):
                poison = await patiently(lambda: self.digest([record.value for record in records]))
        except NotYet as error:
            raise ProviderUnavailable(str(error)) from error
        except TimeoutError as error:
            raise ProviderUnavailable(f"the batch was not done within {self.patience_s:g} s and goes on") from error
        for one in poison:
            record = records[one.index]
            log.warning("a record is no Stripe event", partition=record.partition, offset=record.offset)
            await divert(self.producer, record, one.error, self.service)


async def patiently(work: Callable[[], Awaitable[T]]) -> T:
    """Repeat work that failed for a reason that passes, some 15 s in all; then the last error goes on."""
    delay_s = FIRST_DELAY_S
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return await work()
        except Exception as error:
            if attempt == ATTEMPTS or not (isinstance(error, NotYet) or passes(error)):
                raise
            log.warning("trying again", attempt=attempt, error=str(error))
        await asyncio.sleep(delay_s * random.uniform(0.5, 1.0))
        delay_s = min(delay_s * 2, LONGEST_DELAY_S)
    raise AssertionError("unreachable: the last attempt returns or raises")
