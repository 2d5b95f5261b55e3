"""HTTP towards a provider: limited, patient within bounds, and honest about failure.

Every call pays the limiter first. What may pass by itself (connection, time-out, 429, 5xx) is tried again with
exponential backoff and jitter, `Retry-After` honoured up to a bound; after several failures in a row the circuit opens
and calls fail at once until a single probe gets through. A provider that limits for long is left alone meanwhile: no call
sleeps through such a pause, it fails and says when to come again, as all do until it is over.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
from prometheus_client import Counter, Gauge, Histogram

from trueup_kit.answering import Answering
from trueup_kit.errors import ProviderUnavailable
from trueup_kit.limits import Limiter, Priority, current_priority

FIRST_DELAY_S = 0.5
LONGEST_DELAY_S = 20.0
RETRY_AFTER_LONGEST_S = 60.0
FAILURES_TO_OPEN = 5
OPEN_S = 20.0
CALLS = Counter("trueup_provider_calls_total", "Calls to a provider", ["source", "outcome"])
SECONDS = Histogram("trueup_provider_call_seconds", "Time of one call", ["source"])
OPEN = Gauge("trueup_circuit_open", "1 while calls to a provider fail at once", ["source"])


class Circuit:
    """Opens after several failures in a row; half open lets one probe through."""

    def __init__(
        self, *, failures_to_open: int = FAILURES_TO_OPEN, open_s: float = OPEN_S, source: str = "unnamed"
    ) -> None:
        self._gauge = OPEN.labels(source)
        self._failures_to_open = failures_to_open
        self._open_s = open_s
        self._failures = 0
        self._opened_at: float | None = None
        self._probing = False

    def enter(self) -> None:
        """Ask to call.

        Raises:
            ProviderUnavailable: open, or a probe is already under way (reason `circuit_open`).
        """
        if self._opened_at is None:
            return
        left_s = self._opened_at + self._open_s - time.monotonic()
        if left_s > 0 or self._probing:
            raise ProviderUnavailable("circuit_open", retry_after_s=max(left_s, 1.0))
        self._probing = True

    def note(self, *, worked: bool | None) -> None:
        """Say how the call ended; None when the provider was never asked."""
        self._probing = False
        if worked is None:
            return
        if worked:
            self._failures, self._opened_at = 0, None
            self._gauge.set(0)
            return
        self._failures += 1
        if self._failures >= self._failures_to_open:
            self._opened_at = time.monotonic()
            self._gauge.set(1)


class ProviderClient:
    """An httpx client for one provider account. Close it with `aclose`."""

    def __init__(
        self,
        *,
        base_url: str,
        limiter: Limiter | None,
        timeout_s: float,
        attempts_max: int,
        service: str,
        source: str,
        answering: Answering | None = None,
        limited_pause_s: float | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """`limited_pause_s`: how long the provider is left alone when it limits and does not say for how long.

        None: it is tried again after the usual backoff.
        """
        self._limited_pause_s = limited_pause_s
        self._rests_until = 0.0
        self._answering = answering
        self._limiter = limiter
        self._attempts_max = attempts_max
        self._source = source
        self._circuit = Circuit(source=source)
        self._http = httpx.AsyncClient(
            base_url=base_url,
            timeout=httpx.Timeout(timeout_s, connect=min(5.0, timeout_s)),
            headers={"user-agent": f"trueup-{service}"},
            transport=transport,
            follow_redirects=False,
        )

    @property
    def http(self) -> httpx.AsyncClient:
        """The plain client, for whoever listens to its answers."""
        return self._http

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def request(
        self,
        method: str,
        path: str,
        *,
        cost: float = 1,
        priority: Priority | None = None,
        **options: Any,  # noqa: ANN401 - handed to httpx as they are
    ) -> httpx.Response:
        """Call and return the answer, 4xx other than 429 included: those are for the caller to read.

        Without a `priority` it is that of the work that calls.

        Raises:
            ProviderUnavailable: still failing after `attempts_max` attempts, or the circuit is open.
        """
        failure = ProviderUnavailable("connection")
        for attempt in range(1, self._attempts_max + 1):
            try:
                return await self._once(method, path, cost, priority, options)
            except ProviderUnavailable as error:
                failure = error
                if attempt == self._attempts_max or error.reason in {"circuit_open", "no_database"} or self._rests():
                    break
                await asyncio.sleep(_delay_s(attempt, error.retry_after_s))
        raise failure

    def rest(self, answer: httpx.Response) -> float | None:
        """The answer says that there were too many calls: leave the provider alone for as long as it asks, or as is set.

        Returns the pause in seconds; None where nothing tells one. A short one is left to the call to sit out.
        """
        asked_s = retry_after_s(answer)
        if self._limited_pause_s is None:
            return asked_s
        pause_s = self._limited_pause_s if asked_s is None else min(asked_s, RETRY_AFTER_LONGEST_S)
        if pause_s > LONGEST_DELAY_S:
            self._rests_until = max(self._rests_until, time.monotonic() + pause_s)
        return pause_s

    def _rests(self) -> bool:
        return time.monotonic() < self._rests_until

    def _must_not_rest(self) -> None:
        if self._rests():
            left_s = self._rests_until - time.monotonic()
            raise ProviderUnavailable("rate_limited", status=httpx.codes.TOO_MANY_REQUESTS, retry_after_s=left_s)

    def _judge(self, answer: httpx.Response) -> None:
        failure = failure_of(answer)
        if failure is None:
            return
        if failure.reason == "rate_limited":
            failure.retry_after_s = self.rest(answer)
        raise failure

    @asynccontextmanager
    async def stream(
        self,
        method: str,
        path: str,
        *,
        limiter: Limiter | None,
        own: Collection[int] = (),
        **options: Any,  # noqa: ANN401 - handed to httpx as they are
    ) -> AsyncIterator[httpx.Response]:
        """One attempt at an answer that is read piece by piece in the block; limited and counted as any other call.

        It pays one token of its own limiter. Statuses in `own` are the caller's to read, whatever they usually mean.

        Raises:
            ProviderUnavailable: it failed, in the block too, or was not tried.
        """
        counted, stream = self._counted(limiter, 1, current_priority()), self._http.stream(method, path, **options)
        async with counted as note, stream as answer:
            if answer.status_code not in own:
                note(answer)
            yield answer

    async def _once(
        self, method: str, path: str, cost: float, priority: Priority | None, options: dict[str, Any]
    ) -> httpx.Response:
        async with self._counted(self._limiter, cost, priority or current_priority()) as note:
            with SECONDS.labels(self._source).time():
                answer = await self._http.request(method, path, **options)
            note(answer)
        return answer

    @asynccontextmanager
    async def _counted(
        self, limiter: Limiter | None, cost: float, priority: Priority
    ) -> AsyncIterator[Callable[[httpx.Response], None]]:
        """Around one call: the circuit and the limiter before it, the counts after it; its failures by their reasons."""
        self._must_not_rest()
        self._circuit.enter()
        worked: bool | None = None
        asked, reason = False, "answered"
        try:
            if limiter is not None:
                await limiter.acquire(cost, priority=priority)
            asked = True
            yield self._judge
            worked = True
        except ProviderUnavailable as failure:
            # A provider that limits us is alive: only silence and its own errors open the circuit.
            worked, reason = failure.reason == "rate_limited" if asked else None, failure.reason
            raise
        except httpx.TimeoutException as error:
            worked, reason = False, "timeout"
            raise ProviderUnavailable("timeout") from error
        except httpx.TransportError as error:
            worked, reason = False, "connection"
            raise ProviderUnavailable("connection") from error
        finally:
            self._circuit.note(worked=worked)
            if worked is not None:
                CALLS.labels(self._source, reason).inc()
                if self._answering is not None:
                    self._answering.note(worked=worked)


def failure_of(answer: httpx.Response) -> ProviderUnavailable | None:
    """What of an answer may pass by itself: 429 and 5xx."""
    if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
        return ProviderUnavailable("rate_limited", status=answer.status_code, retry_after_s=retry_after_s(answer))
    if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        return ProviderUnavailable("server_error", status=answer.status_code, retry_after_s=retry_after_s(answer))
    return None


def retry_after_s(answer: httpx.Response) -> float | None:
    """`Retry-After` in seconds, whether it was given as a number or as a date (RFC 9110, 10.2.3)."""
    text = answer.headers.get("retry-after", "")
    if text.isdigit():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


def _delay_s(attempt: int, asked_s: float | None) -> float:
    own_s = min(FIRST_DELAY_S * 2.0 ** (attempt - 1), LONGEST_DELAY_S) * random.uniform(0.5, 1.0)
    return max(own_s, min(asked_s, RETRY_AFTER_LONGEST_S)) if asked_s is not None else own_s
