"""Killed without warning, the sandbox goes on where it was."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import httpx


async def test_nothing_that_was_answered_is_lost(process: Any) -> None:
    async with httpx.AsyncClient(base_url=process.url, timeout=20) as http:
        headers = {"authorization": "Bearer sk_test_sandbox", "idempotency-key": str(uuid.uuid4())}
        # Of somebody whose card works.
        billed = (await http.post("/control/happen", json={"kind": "overdue"})).json()
        pay = f"/stripe/v1/invoices/{billed['objects']['gateway_invoices']}/pay"
        paid = await http.post(pay, headers=headers)
        await http.post("/control/happen", json={"kind": "usage", "count": 50})
        key = (await http.get("/oidc/jwks.json")).json()
        async with asyncio.timeout(20):
            while (await http.get("/control/counters")).json()["happenings"] < 60:
                await asyncio.sleep(0.05)
        seen = (await http.get("/control/world")).json()
        counters = (await http.get("/control/counters")).json()
        as_of = {"as_of": (await http.get("/control/sources/amplitude/facts")).json()["as_of"]}
        sources = ("amplitude", "quickbooks", "stripe")
        facts = [(await http.get(f"/control/sources/{one}/facts", params=as_of)).json() for one in sources]
        process.kill()
        await process.start()
        again = await http.post(pay, headers=headers)
        assert again.headers["idempotent-replayed"] == "true"
        assert again.content == paid.content
        assert (await http.get("/oidc/jwks.json")).json() == key
        assert (await http.get("/control/world")).json()["born_at"] == seen["born_at"]
        assert (await http.get("/control/counters")).json()["charges"] >= counters["charges"] >= 1
        assert (await http.get("/control/counters")).json()["happenings"] >= counters["happenings"]
        assert [(await http.get(f"/control/sources/{one}/facts", params=as_of)).json() for one in sources] == facts
