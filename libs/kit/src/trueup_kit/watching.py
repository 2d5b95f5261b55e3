"""Is a subscription really reading? A consumer may poll for ever after a broker restart and never get a record again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from trueup_kit.reading import Reading

CHECK_S = 1.0
LAG_CHECK_S = 10.0
LAG_TIMEOUT_S = 5.0
STALLED_S = 45.0
STUCK_CHECKS = 3
UNASSIGNED_S = 120.0


class Watch:
    """Watches one reading until it must be built anew."""

    def __init__(self, reading: Reading, *, grouped: bool, say: Callable[[str | None], None]) -> None:
        self._reading = reading
        self._grouped = grouped
        self._say = say
        self._before: dict[TopicPartition, int] = {}
        self._handled_before = -1
        self._stuck = 0
        self._unassigned_since: float | None = None

    async def until_lost(self) -> str:
        """Returns why the reading must be built anew: it fell silent, stopped moving, or cannot seek.

        Meanwhile `say` is told what is in the way, or None when nothing is.
        """
        checked_at = time.monotonic()
        while True:
            await asyncio.sleep(CHECK_S)
            if self._reading.lost is not None:
                return self._reading.lost
            if self._reading.silent_s() > STALLED_S:
                return f"has not polled for {STALLED_S:g} s"
            if time.monotonic() - checked_at < LAG_CHECK_S:
                continue
            checked_at = time.monotonic()
            if (reason := await self._check_progress()) is not None:
                return reason

    async def _check_progress(self) -> str | None:
        try:
            positions, ends = await self._reading.positions(LAG_TIMEOUT_S)
        except (TimeoutError, KafkaError, AssertionError):
            # The broker is away; polls go on and resume by themselves when it is back.
            self._say("the broker does not answer")
            return None
        self._say(None)
        if self._grouped and self._without_partitions():
            return f"has had no partition for {UNASSIGNED_S:g} s"
        behind = any(ends.get(tp, 0) > position for tp, position in positions.items())
        moved = positions != self._before or self._reading.handled != self._handled_before or self._reading.busy
        self._before, self._handled_before = positions, self._reading.handled
        self._stuck = self._stuck + 1 if behind and not moved else 0
        return "does not move though there is something to read" if self._stuck >= STUCK_CHECKS else None

    def _without_partitions(self) -> bool:
        consumer = self._reading.consumer
        if consumer is None or consumer.assignment():
            self._unassigned_since = None
            return False
        self._unassigned_since = self._unassigned_since or time.monotonic()
        return time.monotonic() - self._unassigned_since > UNASSIGNED_S
