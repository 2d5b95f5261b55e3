"""Stripe's reading side through the official SDK: bounded, limited, counted, and suspicious of what comes back."""

from __future__ import annotations

import asyncio
import logging
import random
import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any, Protocol

import stripe
from prometheus_client import Counter

from stripe_webhooks.domain.fields import Json, items_of, text
from stripe_webhooks.ports import Forbidden, Listing, Page, Priority, ProviderDown, Rejected
from trueup_kit.errors import ProviderUnavailable
from trueup_kit.http import Circuit

PAGE_SIZE = 100
RETRY_AFTER_LONGEST_S = 8.0
"""Longer, and a batch of webhooks would outlast the broker's patience with whoever works on it."""
BACKGROUND_AT_ONCE = 4
NOT_STRIPES = (UnicodeDecodeError, AttributeError)
"""What the SDK stumbles over in an answer of a broken proxy: it decodes, and looks into an error, before it knows whether
it can."""
_RIGHT = re.compile(r"\brak_[a-z_]+")
_REQUESTS = Counter(
    "trueup_stripe_requests_total", "Requests to Stripe by endpoint and outcome.", ("endpoint", "outcome")
)

Acquire = Callable[[str, Priority], Awaitable[None]]
"""Waits until one request to an endpoint (`GET /v1/invoices/{id}`) is within the account's limits."""


class Note(Protocol):
    """Counts one call that was made."""

    def __call__(self, *, worked: bool) -> None: ...


def to_nobody(*, worked: bool) -> None:
    """Nobody counts."""


class AskLater(ProviderDown):
    """Stripe itself says how long to wait, in seconds."""

    def __init__(self, reason: str, detail: str, *, after_s: float | None) -> None:
        super().__init__(reason, detail)
        self.after_s = after_s


class NotNow(ProviderDown):
    """Asking again at once is useless: the circuit is open, the limiter's database is away, the key is not accepted."""


@dataclass(frozen=True, slots=True)
class StripeGateway:
    """The port `Gateway`. The SDK itself never retries: each attempt passes the limiter and is counted."""

    client: stripe.StripeClient
    acquire: Acquire
    attempts_max: int = 4
    backoff_s: float = 0.25
    note: Note = to_nobody
    """Is told how each call ended."""
    circuit: Circuit = field(default_factory=lambda: Circuit(source="stripe"))
    """After several failures in a row nothing is asked for a while; then one question decides."""
    background: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(BACKGROUND_AT_ONCE))
    """Places for calls that nobody waits for. When Stripe stands still and goes on, all that wait are answered in one
    moment: without a bound they would be over its limit then, although they were sent within it."""

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

    async def account_id(self) -> str | None:
        """The account that our key is of, `acct_1`; None where the key may not tell.

        Raises:
            ProviderDown: no usable answer.
        """
        try:
            body = await self._get("GET /v1/account", "/v1/account", {}, "person")
        except Rejected:
            return None
        return text(body, "id") if body else None

    async def page(self, listing: Listing, *, after: str | None, priority: Priority) -> Page:
        """See the port."""
        params: dict[str, Any] = {"limit": PAGE_SIZE, **dict(listing.filters)}
        if listing.expand:
            params["expand"] = list(listing.expand)
        if after is not None:
            params["starting_after"] = after
        path = f"/v1/{listing.resource}"
        body = await self._list(
            path, params, priority, about_one=any("created" not in name for name, _ in listing.filters)
        )
        if body is None:
            return Page([], more=False)
        if not isinstance(body.get("data"), list) or not isinstance(body.get("has_more"), bool):
            raise ProviderDown("incomplete_answer", f"{path} answered with something that is no list")
        return Page(items_of(body), more=bool(body["has_more"]))

    async def _list(self, path: str, params: Mapping[str, Any], priority: Priority, *, about_one: bool) -> Json | None:
        """A page of a list; None when the one object that the list is about is gone.

        A refusal of a list about everything, or of the cursor within any list, leaves the list incomplete: it must not
        look like its end.
        """
        try:
            body = await self._get(f"GET {path}", path, params, priority)
        except Forbidden as error:
            # A right that is lacking for a list is lacking for everything in it.
            raise NotNow("provider_error", str(error)) from error
        except Rejected as error:
            if about_one and "starting_after" not in params:
                raise
            raise ProviderDown("provider_error", str(error)) from error
        if body is None and not (about_one and "starting_after" not in params):
            raise ProviderDown("incomplete_answer", f"{path} ended before its end")
        return body

    async def _get(self, endpoint: str, path: str, params: Mapping[str, Any], priority: Priority) -> Json | None:
        for attempt in range(1, self.attempts_max + 1):
            try:
                async with self.background if priority == "background" else nullcontext():
                    return await self._once(endpoint, path, params, priority)
            except ProviderDown as down:
                if attempt == self.attempts_max or isinstance(down, NotNow):
                    raise
                await asyncio.sleep(_pause_s(down, self.backoff_s * 2**attempt))
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def _once(self, endpoint: str, path: str, params: Mapping[str, Any], priority: Priority) -> Json | None:
        outcome = "not_asked"
        try:
            self.circuit.enter()
        except ProviderUnavailable as error:
            raise NotNow("provider_error", "not asked: Stripe has failed too often just now") from error
        try:
            await self.acquire(endpoint, priority)
            outcome = "failed"
            body = await self._answer(path, params)
            outcome = "ok"
        except ProviderUnavailable as error:
            raise NotNow("provider_error", f"not asked: {error.reason}") from error
        except stripe.InvalidRequestError as error:
            gone = error.http_status == 404 and error.code == "resource_missing"
            outcome = "gone" if gone else "rejected"
            if gone:
                return None
            raise Rejected(f"{path}: {error.http_status} {error.code or ''}") from error
        except (stripe.AuthenticationError, stripe.PermissionError) as error:
            outcome = "not_allowed"
            raise _not_let_in(error, path) from error
        except stripe.StripeError as error:
            outcome = "limited" if error.http_status == 429 else "failed"
            detail = f"{path}: {type(error).__name__} {error.http_status or 'no answer'} {error.code or ''}"
            raise AskLater("provider_error", detail.strip(), after_s=_asked_pause_s(error)) from error
        except asyncio.CancelledError:
            outcome = "cancelled"
            raise
        finally:
            # Whoever refuses or slows us down is alive: only silence and its own errors open the circuit. Where our own
            # database was away, nobody was asked, and a question that we took back says nothing.
            asked = outcome not in {"not_asked", "cancelled"}
            self.circuit.note(worked=outcome != "failed" if asked else None)
            if asked:
                self.note(worked=outcome != "failed")
            _REQUESTS.labels(endpoint, outcome).inc()
        if not isinstance(body, Mapping):
            raise ProviderDown("incomplete_answer", f"{path} answered with something that is no object")
        return body

    async def _answer(self, path: str, params: Mapping[str, Any]) -> object:
        try:
            return (await self.client.raw_request_async("get", path, **params)).data
        except NOT_STRIPES as error:
            raise ProviderDown("provider_error", f"{path} answered with something that is none of Stripe's") from error


def _pause_s(down: ProviderDown, own_s: float) -> float:
    asked_s = down.after_s if isinstance(down, AskLater) else None
    return max(random.uniform(0.5, 1.0) * own_s, min(asked_s or 0.0, RETRY_AFTER_LONGEST_S))


def _not_let_in(error: stripe.StripeError, path: str) -> Exception:
    """Our key is no key, or a restricted one without a right: Stripe calls it `rak_credit_note_read`, or says nothing."""
    if not isinstance(error, stripe.PermissionError):
        return NotNow("provider_error", f"{path}: the API key is not accepted")
    named = _RIGHT.search(str(error.user_message or ""))
    right = f"the right {named.group()}" if named else f"the right to read {path.split('/')[2]}"
    return Forbidden(f"{path}: the API key lacks {right}")


def _asked_pause_s(error: stripe.StripeError) -> float | None:
    """`Retry-After`, which Stripe does not promise and proxies before it may send."""
    headers = {name.lower(): value for name, value in (error.headers or {}).items()}
    text = headers.get("retry-after", "")
    return float(text) if text.isdigit() else None


def _path_part(object_id: str) -> str:
    """An id as a path part; ids come from signed events, and still none may reach another path."""
    if not object_id.replace("_", "").isalnum() or not object_id.isascii():
        raise Rejected("an id with other signs than letters, digits and _")
    return object_id


def connect(api_key: str, api_base: str, *, timeout_s: float) -> tuple[stripe.StripeClient, stripe.HTTPXClient]:
    """A client with its own bounded connections; close the second when stopping."""
    # The SDK writes two lines about each request.
    logging.getLogger("stripe").setLevel(logging.WARNING)
    http_client = stripe.HTTPXClient(timeout=timeout_s)
    client = stripe.StripeClient(
        api_key, base_addresses={"api": api_base}, http_client=http_client, max_network_retries=0
    )
    return client, http_client
