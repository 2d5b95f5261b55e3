"""A figure's rows come from the facts, for who may see the account and for nobody else."""

from __future__ import annotations

import json
from typing import Any

import httpx

PATH = "/api/v1/accounts/{}/reconciliations/{}/explain"


async def facts(world: Any, client_id: str) -> None:
    """A bucket that changed late, and the invoice of the period."""
    ref, ledger = f"amplitude:{client_id}", f"quickbooks:{client_id}"
    for table in ("links", "usage", "documents"):
        await world.admin.execute(f"DELETE FROM reconciler.{table}")
    for one in (ref, ledger):
        await world.admin.execute(
            "INSERT INTO reconciler.links (ref, client_id, linked_by) VALUES ($1, $2, 'import')", one, client_id
        )
    await world.admin.execute(
        "INSERT INTO reconciler.usage (ref, metric, grain, day, version, quantity, unit, time_zone, observed_at, earlier)"
        " VALUES ($1, 'api_calls', 'day', '2026-10-05', 8, 70, 'calls', 'UTC', '2026-11-03', $2::text::jsonb)",
        ref,
        json.dumps([["2026-11-01T00:00:00+00:00", "60"]]),
    )
    await world.admin.execute(
        "INSERT INTO reconciler.documents (document_id, version, ref, kind, state, payload)"
        ' VALUES ($1, 4, $2, \'invoice\', \'open\', \'{"source_version": "2", "observed_at": "2026-11-02T00:00:00Z"}\')',
        f"quickbooks:invoice:{client_id}",
        ledger,
    )
    receipt = {
        "expected": [
            {
                "metric": "api_calls",
                "unit": "calls",
                "quantity": "70",
                "unit_price": "1",
                "component": "api_calls",
                "kind": "per_unit",
                "formula": "70 calls × 1 USD",
                "amount_minor": 7_000,
                "item_name": None,
                "from_day": "2026-10-01",
                "to_day": "2026-10-31",
            }
        ],
        "billed": [
            {
                "document_id": f"quickbooks:invoice:{client_id}",
                "number": "INV-1",
                "description": "Calls",
                "quantity": None,
                "unit_price": None,
                "amount_minor": 7_000,
                "assumed": False,
            }
        ],
        "credits": [],
    }
    await world.admin.execute(
        "UPDATE read_model.reconciliations SET payload = jsonb_set(payload, '{receipt}', $2::text::jsonb) WHERE client_id = $1",
        client_id,
        json.dumps(receipt),
    )


async def test_rows_and_steps_are_shown_to_who_may_see_the_account(
    portfolio: Any, client: httpx.AsyncClient, bearer: Any
) -> None:
    await facts(portfolio, "a2")
    for period in ("2026-10", "2026-10-01"):
        found = (await client.get(PATH.format("a2", period), headers=bearer("ana", "account_manager"))).json()
        [line] = found["expected"]
        assert [(row["id"], row["version"], row["quantity"]) for row in line["rows"]] == [
            ("amplitude:a2|api_calls|2026-10-05", 8, "70")
        ]
        assert line["rows"][0]["earlier"][0]["quantity"] == "60"
        assert (line["rows_agree"], found["rows_agree"]) == (True, True)
        assert found["billed"][0]["document"]["version"] == 4
        assert found["steps"][0]["text"].endswith("70 calls × 1 USD")


async def test_a_foreign_account_and_an_absent_period_do_not_exist(
    portfolio: Any, client: httpx.AsyncClient, bearer: Any
) -> None:
    await facts(portfolio, "b1")
    ana, fay = bearer("ana", "account_manager"), bearer("fay", "finance")
    assert (await client.get(PATH.format("b1", "2026-10"), headers=ana)).status_code == 404
    assert (await client.get(PATH.format("b1", "2026-10"), headers=fay)).status_code == 200
    for period in ("2026-09", "2026-10-02"):
        answer = await client.get(PATH.format("b1", period), headers=fay)
        assert (answer.status_code, answer.json()["code"]) == (404, "period_not_found")
    for period in ("2026", "2026-13", "2026-10-99", "last"):
        answer = await client.get(PATH.format("b1", period), headers=fay)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_parameter"), period


async def test_the_functions_themselves_show_nothing_out_of_scope(portfolio: Any, services: Any) -> None:
    """The second line behind the scope in the query: whoever forgot it there would still see no foreign row."""
    await facts(portfolio, "b1")
    count = "SELECT count(*) FROM dashboard.seen_usage_rows('b1', '2026-10-01', '2026-11-01')"
    async with portfolio.admin.transaction():
        assert await portfolio.admin.fetchval(count) == 0
        await portfolio.admin.execute(
            "SELECT set_config('app.scope', 'own', true), set_config('app.user', 'ana', true)"
        )
        assert await portfolio.admin.fetchval(count) == 0
        await portfolio.admin.execute("SELECT set_config('app.scope', 'all', true)")
        assert await portfolio.admin.fetchval(count) == 1
