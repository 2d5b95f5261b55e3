"""Stripe's reading side through the official SDK: bounded, limited, counted, and suspicious of what comes back."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import stripe
from prometheus_client import Counter

from stripe_webhooks.domain.fields import Json, items_of
from stripe_webhooks.ports import Listing, Page, Priority, ProviderDown, Rejected

PAGE_SIZE = 100
_REQUESTS = Counter(
    "trueup_stripe_requests_total", "Requests to Stripe by endpoint and outcome.", ("endpoint", "outcome")
)

Acquire = Callable[[str, Priority], Awaitable[None]]
"""Waits until one request to an endpoint (`GET /v1/invoices/{id}`) is within the account's limits."""


@dataclass(slots=True)
class Breaker:
    """After so many failures in a row nothing is asked for a while; then one question decides."""

    failures_max: int = 10
    pause_s: float = 5.0
    monotonic: Callable[[], float] = time.monotonic
    failures: int = 0
    closed_again_at: float = 0.0

    def check(self) -> None:
        """Raise `ProviderDown` while the pause lasts."""
        if self.failures >= self.failures_max and self.monotonic() < self.closed_again_at:
            raise ProviderDown("provider_error", "not asked: Stripe has failed too often just now")

    def note(self, *, ok: bool) -> None:
        """Count one outcome."""
        self.failures = 0 if ok else self.failures + 1
        if self.failures >= self.failures_max:
            self.closed_again_at = self.monotonic() + self.pause_s


class NotAllowed(ProviderDown):
    """The key is wrong or may not read this: asking again changes nothing until a person does."""


@dataclass(frozen=True, slots=True)
class StripeGateway:
    """The port `Gateway`. The SDK itself never retries: each attempt passes the limiter and is counted."""

    client: stripe.StripeClient
    acquire: Acquire
    attempts_max: int = 4
    backoff_s: float = 0.25
    breaker: Breaker = field(default_factory=Breaker)

    async def one(
        self, resource: str, object_id: str, *, expand: tuple[str, ...] = (), priority: Priority
    ) -> Json | None:
        """See the port. Only Stripe's own "resource_missing" means that an object is gone."""
        params: dict[str, Any] = {"expand": list(expand)} if expand else {}
        path = f"/v1/{resource}/{_path_part(object_id)}"
        body = await self._get(f"GET /v1/{resource}/{{id}}", path, params, priority)
        if body is not None and body.get("id") != object_id:
            raise ProviderDown("incomplete_answer", f"{path} answered with another object")
        return body

    async def page(self, listing: Listing, *, after: str | None, priority: Priority) -> Page:
        """See the port."""
        params: dict[str, Any] = {"limit": PAGE_SIZE, **dict(listing.filters)}
        if listing.expand:
            params["expand"] = list(listing.expand)
        if after is not None:
            params["starting_after"] = after
        path = f"/v1/{listing.resource}"
        body = await self._get(f"GET {path}", path, params, priority)
        if body is None:
            # A filter or a cursor names an object that is gone: there is nothing (more) behind it.
            return Page([], more=False)
        if not isinstance(body.get("data"), list) or not isinstance(body.get("has_more"), bool):
            raise ProviderDown("incomplete_answer", f"{path} answered with something that is no list")
        return Page(items_of(body), more=bool(body["has_more"]))

    async def _get(self, endpoint: str, path: str, params: Mapping[str, Any], priority: Priority) -> Json | None:
        for attempt in range(1, self.attempts_max + 1):
            self.breaker.check()
            await self.acquire(endpoint, priority)
            try:
                body = await self._once(endpoint, path, params)
            except ProviderDown as down:
                if attempt == self.attempts_max or isinstance(down, NotAllowed):
                    raise
                await asyncio.sleep(random.uniform(0.5, 1.0) * self.backoff_s * 2**attempt)
            else:
                return body
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def _once(self, endpoint: str, path: str, params: Mapping[str, Any]) -> Json | None:
        try:
            response = await self.client.raw_request_async("get", path, **params)
        except stripe.InvalidRequestError as error:
            self.breaker.note(ok=True)
            if error.http_status == 404 and error.code == "resource_missing":
                _REQUESTS.labels(endpoint, "missing").inc()
                return None
            _REQUESTS.labels(endpoint, "rejected").inc()
            raise Rejected(f"{path}: {error.http_status} {error.code or ''}") from error
        except (stripe.AuthenticationError, stripe.PermissionError) as error:
            _REQUESTS.labels(endpoint, "not_allowed").inc()
            raise NotAllowed("provider_error", f"{path}: the API key is not accepted or may not read this") from error
        except stripe.StripeError as error:
            outcome = "limited" if error.http_status == 429 else "failed"
            _REQUESTS.labels(endpoint, outcome).inc()
            # Being asked to slow down says that Stripe is well.
            self.breaker.note(ok=outcome == "limited")
            detail = f"{path}: {type(error).__name__} {error.http_status or 'no answer'} {error.code or ''}"
            raise ProviderDown("provider_error", detail.strip()) from error
        self.breaker.note(ok=True)
        _REQUESTS.labels(endpoint, "ok").inc()
        body = response.data
        if not isinstance(body, Mapping):
            raise ProviderDown("incomplete_answer", f"{path} answered with something that is no object")
        return body


def _path_part(object_id: str) -> str:
    """An id as a path part; ids come from signed events, and still none may reach another path."""
    if not object_id.replace("_", "").isalnum() or not object_id.isascii():
        raise Rejected("an id with other signs than letters, digits and _")
    return object_id


def connect(api_key: str, api_base: str, *, timeout_s: float) -> tuple[stripe.StripeClient, stripe.HTTPXClient]:
    """A client with its own bounded connections; close the second when stopping."""
    http_client = stripe.HTTPXClient(timeout=timeout_s)
    client = stripe.StripeClient(
        api_key, base_addresses={"api": api_base}, http_client=http_client, max_network_retries=0
    )
    return client, http_client
