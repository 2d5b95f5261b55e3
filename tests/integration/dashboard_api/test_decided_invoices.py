"""Deciding over HTTP about an invoice that is paid in one system and open in the other."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

PATH = "/api/v1/accounts/a2/decisions"
DOCUMENT = "quickbooks:invoice:7"
RESOLVE = {"kind": "resolve", "revision": 1, "document_id": DOCUMENT, "reason": "wire of 3 November"}
TOLD_APART = {
    "code": "paid_in_one_system",
    **dict.fromkeys(("period", "band", "percent", "mark")),
    "amount_minor": 10_700,
    "currency": "USD",
    "text": "Invoice INV-a2 is paid in QuickBooks and open in Stripe",
    "invoice": {
        "document_id": DOCUMENT,
        "number": "INV-a2",
        "ledger_minor": 0,
        "ledger_currency": "USD",
        "gateway_minor": 10_700,
        "gateway_currency": "USD",
        "handling": None,
    },
}


@pytest.fixture
async def ana(client: httpx.AsyncClient, portfolio: Any, bearer: Any) -> Any:
    await portfolio.admin.execute(
        "UPDATE read_model.accounts SET payload = jsonb_set(payload, '{discrepancies}', $1::jsonb) WHERE client_id = 'a2'",
        json.dumps([TOLD_APART]),
    )

    async def post(body: dict[str, Any], key: str) -> httpx.Response:
        headers = bearer("ana", "account_manager") | {"Idempotency-Key": f"decided-invoice-{key}"}
        return await client.post(PATH, json=body, headers=headers)

    return post


async def look(client: httpx.AsyncClient, headers: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get("/api/v1/accounts/a2", headers=headers)).json()
    return found


async def test_it_is_taken_on_the_balances_served_with_its_audit_entry_and_its_event(
    ana: Any, portfolio: Any, client: httpx.AsyncClient, bearer: Any
) -> None:
    taken = await ana(RESOLVE, "1")
    assert taken.status_code == 202, taken.text
    decision = taken.json()
    assert (decision["document_id"], decision["period_start"], decision["applying"]) == (DOCUMENT, None, True)
    event = json.loads(bytes(await portfolio.admin.fetchval("SELECT value FROM dashboard.outbox")))
    assert event["balances"] == {"number": "INV-a2", "ledger_minor": 0, "gateway_minor": 10_700}
    assert (event["document_id"], "figures" in event, "period_start" in event) == (DOCUMENT, False, False)
    noted = json.loads(await portfolio.admin.fetchval("SELECT detail FROM dashboard.audit_log"))
    assert (noted["document_id"], noted["balances"]["gateway_minor"]) == (DOCUMENT, 10_700)

    # Until the figures know it, nothing else is decided about the invoice; months are another matter.
    second = await ana(RESOLVE, "2")
    assert (second.status_code, second.json()["reason"]) == (409, "applying")
    month = {"kind": "review", "revision": 1, "period_start": "2026-10-01"}
    assert (await ana(month, "3")).status_code == 202
    account = await look(client, bearer("ana", "account_manager"))
    offers = account["discrepancies"][0]["invoice"]["offers"]
    assert [(one["kind"], one["reason"]) for one in offers] == [
        *(("resolve", "applying"), ("snooze", "applying"), ("review", "applying"))
    ]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (RESOLVE | {"document_id": "quickbooks:invoice:8"}, 409, "decision_not_allowed"),
        (RESOLVE | {"revision": 2}, 409, "changed_since_you_looked"),
        (RESOLVE | {"reason": None}, 422, "reason_needed"),
        (RESOLVE | {"period_start": "2026-10-01"}, 422, "period_not_taken"),
        (RESOLVE | {"kind": "sign_off"}, 422, "document_not_taken"),
        (RESOLVE | {"kind": "undo", "undoes": "dc_x"}, 409, "decision_not_allowed"),
    ],
)
async def test_what_cannot_be_decided_is_refused(
    ana: Any, portfolio: Any, body: dict[str, Any], status: int, code: str
) -> None:
    refused = await ana(body, "r")
    assert (refused.status_code, refused.json()["code"]) == (status, code), refused.text
    assert await portfolio.admin.fetchval("SELECT count(*) FROM dashboard.decisions") == 0


@pytest.mark.usefixtures("ana")
async def test_who_decides_nothing_has_no_offers_and_who_sees_no_payments_does_not_see_it(
    client: httpx.AsyncClient, bearer: Any
) -> None:
    seen = (await look(client, bearer("fay", "finance")))["discrepancies"]
    assert ["offers" in one["invoice"] for one in seen] == [False]
    assert (await look(client, bearer("sue", "support")))["discrepancies"] == []
