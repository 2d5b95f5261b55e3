"""Stripe's two limits: requests to one endpoint, and requests of the whole account."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine

from stripe_webhooks.ports import Priority
from trueup_kit.limits import Limiter

BURST_SHARE = 0.1


class Pace:
    """Waits until a request is within both limits. One row for each endpoint, shared by all replicas.

    A bucket may give its capacity at once and its refill besides: together they stay at the limit in any second. Each
    request reserves for itself: what a replica had left over from a lull would come on top. The capacity is small, since
    what is not refill is lost to a steady stream of webhooks.
    """

    def __init__(
        self, engine: AsyncEngine, endpoint_per_s: float, account_per_s: float, background_share: float
    ) -> None:
        self._engine = engine
        self._endpoint_per_s = endpoint_per_s
        self._share = background_share
        self._account = self._limiter("stripe", account_per_s)
        self._endpoints: dict[str, Limiter] = {}

    async def __call__(self, endpoint: str, priority: Priority) -> None:
        """Wait for one request to an endpoint such as `GET /v1/invoices/{id}`; raises ProviderUnavailable."""
        limiter = self._endpoints.get(endpoint)
        if limiter is None:
            limiter = self._endpoints[endpoint] = self._limiter(f"stripe {endpoint}", self._endpoint_per_s)
        await limiter.acquire(priority=priority)
        await self._account.acquire(priority=priority)

    def _limiter(self, name: str, per_s: float) -> Limiter:
        # What may be taken at once in the background must be one request at least.
        capacity = max(1.0 / self._share, per_s * BURST_SHARE)
        refill_per_s = max(0.5, per_s - capacity)
        return Limiter(
            self._engine,
            name=name,
            capacity=capacity,
            refill_per_s=refill_per_s,
            background_share=self._share,
            portion_s=0,
        )
