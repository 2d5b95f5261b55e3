"""A running stack, as the scripts that measure or break one reach it: the API as each login sees it, the sandbox's controls."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from trueup_operator import settings
from trueup_operator.clients import token_for

TIMEOUT_S = 30.0


@dataclass(frozen=True)
class Owed:
    """An open invoice as the sandbox knows it. `owner`: a login that may ask for its payment."""

    client_id: str
    invoice: str
    owner: str
    amount: dict[str, Any]
    """As the API wants it confirmed: minor units and currency."""


@dataclass(frozen=True)
class RunningStack:
    """Who asks whom."""

    http: httpx.AsyncClient
    where: settings.Addresses
    _tokens: dict[str, str] = field(default_factory=dict)

    async def headers(self, user: str) -> dict[str, str]:
        """What proves to the API who asks."""
        if user not in self._tokens:
            self._tokens[user] = await asyncio.to_thread(token_for, self.where.sandbox_url, user)
        return {"authorization": f"Bearer {self._tokens[user]}"}

    async def api(self, user: str, method: str, path: str, **more: Any) -> httpx.Response:
        """One request to the API; any answer is one."""
        headers = await self.headers(user) | more.pop("headers", {})
        return await self.http.request(method, f"{self.where.url}/api/v1/{path}", headers=headers, **more)

    async def read(self, user: str, path: str, **params: Any) -> Any:
        """What the API says; anything but a success is an error."""
        return (await self.api(user, "GET", path, params=params)).raise_for_status().json()

    async def control(self, path: str, body: dict[str, Any] | None = None, **params: Any) -> Any:
        """Look at the sandbox, or, with a body, turn something in it."""
        url = f"{self.where.sandbox_url}/control/{path}"
        asked = self.http.post(url, json=body) if body is not None else self.http.get(url, params=params)
        return (await asked).raise_for_status().json()

    async def owed(self, *, overdue: bool) -> list[Owed]:
        """Open invoices of owned accounts, the longest due first."""
        return [
            Owed(
                one["client_id"],
                one["gateway_invoice_id"],
                one["owner"],
                {"amount_minor": one["amount_minor"], "currency": one["currency"]},
            )
            for one in await self.control("open-invoices", overdue=str(overdue).lower())
            if one["owner"]
        ]

    async def issue_overdue(self, count: int) -> list[Owed]:
        """New overdue invoices of customers whose card takes the payment, and whose accounts are otherwise in order."""
        happened = await self.control("happen", {"kind": "overdue", "count": count})
        fresh = {one["objects"]["gateway_invoices"] for one in happened["happened"]}
        return [one for one in await self.owed(overdue=True) if one.invoice in fresh]

    async def allowed(self, owed: Owed, user: str) -> bool:
        """Whether the page would offer this login to retry it now."""
        answer = await self.api(user, "GET", f"accounts/{owed.client_id}/invoices", params={"page_size": 50})
        rows = answer.json()["items"] if answer.is_success else []
        return any(row["gateway_invoice_id"] == owed.invoice and row["retry"]["allowed"] for row in rows)

    async def click(self, owed: Owed, user: str, key: str) -> httpx.Response:
        """Ask for the payment, as the page does after the confirmation."""
        path = f"invoices/{owed.invoice}/payment-retries"
        return await self.api(user, "POST", path, json=owed.amount, headers={"idempotency-key": key})


@asynccontextmanager
async def running_stack(timeout_s: float = TIMEOUT_S) -> AsyncIterator[RunningStack]:
    """The one that `make up` started here, or that the environment names."""
    # More connections than clicks that come at once.
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=100)
    async with httpx.AsyncClient(timeout=timeout_s, limits=limits) as http:
        yield RunningStack(http, settings.load())
