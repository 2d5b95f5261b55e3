"""Imports: shown first, applied whole or not at all, written down, announced in the same transaction."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx
import pytest

ACCOUNTS = "/api/v1/imports/accounts"
RATES = "/api/v1/imports/rates"
HEADER = (
    "client_id,name,time_zone,active_from,active_to,owner,"
    "quickbooks_customer_id,amplitude_account_id,stripe_customer_id\n"
)
RATES_HEADER = "client_id,metric,unit,unit_price,currency,quickbooks_item,valid_from,valid_to\n"
TWO = HEADER + 'c1,"Alder, Ltd",Europe/Berlin,2026-01-01,,ana;ben,11,acct_1,\nc2,Birch,,,,ana,12,acct_2,cus_2\n'


@pytest.fixture
def upload(world: Any, client: httpx.AsyncClient, bearer: Any) -> Any:
    async def go(path: str, text: str, *, dry_run: bool = False, status: int = 200) -> dict[str, Any]:
        headers = bearer("adam", "admin") | {"content-type": "text/csv"}
        parameters = {"dry_run": str(dry_run).lower()}
        response = await client.post(path, params=parameters, content=text.encode(), headers=headers)
        assert response.status_code == status, response.text
        body: dict[str, Any] = response.json()
        return body

    return go


async def announced(world: Any) -> list[dict[str, Any]]:
    rows = await world.admin.fetch("DELETE FROM dashboard.outbox RETURNING id, topic, value")
    assert {row["topic"] for row in rows} <= {"trueup.accounts.configured.v1"}
    return [json.loads(row["value"]) for row in sorted(rows, key=lambda row: row["id"])]


async def test_a_dry_run_changes_nothing(world: Any, upload: Any) -> None:
    result = await upload(ACCOUNTS, TWO, dry_run=True)
    assert {name: result[name] for name in ("dry_run", "applied", "rows", "added", "changed", "unchanged")} == {
        "dry_run": True,
        "applied": False,
        "rows": 2,
        "added": 2,
        "changed": 0,
        "unchanged": 0,
    }
    assert result["changes"][0]["fields"]["owner"] == [None, "ana;ben"]
    for table in ("accounts", "outbox", "audit_log"):
        assert await world.admin.fetchval(f"SELECT count(*) FROM dashboard.{table}") == 0


async def test_accounts_are_added_changed_and_left(world: Any, upload: Any) -> None:
    await upload(ACCOUNTS, TWO)
    first = await announced(world)
    assert [event["client_id"] for event in first] == ["c1", "c2"]
    assert first[0]["refs"] == ["amplitude:acct_1", "quickbooks:11"]
    assert (first[0]["time_zone"], first[1]["time_zone"], first[0]["name"]) == ("Europe/Berlin", "UTC", "Alder, Ltd")
    result = await upload(ACCOUNTS, TWO.replace("Birch", "Beech"))
    assert (result["added"], result["changed"], result["unchanged"]) == (0, 1, 1)
    assert result["changes"][0] == {"key": "c2", "change": "changed", "line": 3, "fields": {"name": ["Birch", "Beech"]}}
    second = await announced(world)
    assert [(event["client_id"], event["name"]) for event in second] == [("c2", "Beech")]
    assert second[0]["version"] > first[1]["version"]
    await upload(ACCOUNTS, TWO.replace("Birch", "Beech"))
    assert await announced(world) == []


async def test_owners_change_without_the_bus(world: Any, upload: Any) -> None:
    await upload(ACCOUNTS, TWO)
    await announced(world)
    result = await upload(ACCOUNTS, TWO.replace("ana;ben", "chloe"))
    assert result["changed"] == 1
    assert await announced(world) == []
    owners = await world.admin.fetch("SELECT user_name FROM dashboard.account_owners WHERE client_id = 'c1'")
    assert [row["user_name"] for row in owners] == ["chloe"]


async def test_one_wrong_line_stops_all(world: Any, upload: Any) -> None:
    wrong = TWO + "c3,Cedar,Mars/Base,2026-13-01,,a b,11,,\nc1,Again,,,,,,,\n"
    shown = await upload(ACCOUNTS, wrong, dry_run=True)
    assert [(error["line"], error["column"], error["code"]) for error in shown["errors"]] == [
        (4, "active_from", "invalid_value"),
        (4, "time_zone", "invalid_value"),
        (4, "owner", "invalid_value"),
        (5, "client_id", "repeated_row"),
    ]
    refused = await upload(ACCOUNTS, wrong, status=422)
    assert (refused["code"], refused["errors_total"], refused["errors"][0]["line"]) == ("import_refused", 4, 4)
    assert await world.admin.fetchval("SELECT count(*) FROM dashboard.accounts") == 0


async def test_a_customer_of_a_source_belongs_to_one_account(world: Any, upload: Any) -> None:
    await upload(ACCOUNTS, TWO)
    shown = await upload(ACCOUNTS, HEADER + "c9,Other,,,,,11,,\n", dry_run=True)
    assert shown["errors"] == [
        {
            "line": 2,
            "column": "quickbooks_customer_id",
            "code": "ref_taken",
            "detail": "quickbooks:11 already belongs to c1; keep it once.",
        }
    ]
    # Handing it over inside one file is fine.
    moved = HEADER + "c1,Alder,,,,ana,,acct_1,\nc9,Other,,,,,11,,\n"
    assert (await upload(ACCOUNTS, moved))["applied"]


async def test_a_rate_card_is_replaced_whole(world: Any, upload: Any) -> None:
    await upload(ACCOUNTS, TWO)
    await announced(world)
    card = (
        RATES_HEADER
        + "c1,api_calls,calls,0.0050,USD,1,2026-01-01,2026-07-01\nc1,api_calls,calls,0.006,USD,1,2026-07-01,\n"
    )
    assert (await upload(RATES, card))["added"] == 2
    event = (await announced(world))[0]
    assert [(rate["unit_price"], rate.get("valid_to")) for rate in event["rates"]] == [
        ("0.005", "2026-07-01"),
        ("0.006", None),
    ]
    result = await upload(RATES, RATES_HEADER + "c1,api_calls,calls,0.007,USD,1,2026-01-01,\n")
    assert (result["changed"], result["removed"]) == (1, 1)
    event = (await announced(world))[0]
    assert [rate["unit_price"] for rate in event["rates"]] == ["0.007"]
    # A later change of the account carries its rate card along.
    await upload(ACCOUNTS, TWO.replace("Alder", "Elder"))
    assert len((await announced(world))[0]["rates"]) == 1


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("c7,api_calls,calls,1,USD,,2026-01-01,", "unknown_account"),
        ("c1,api_calls,calls,-1,USD,,2026-01-01,", "invalid_value"),
        ("c1,api_calls,calls,1e400,USD,,2026-01-01,", "invalid_value"),
        ("c1,api_calls,calls,0.0000000000001,USD,,2026-01-01,", "invalid_value"),
        ("c1,api_calls,calls,NaN,USD,,2026-01-01,", "invalid_value"),
        ("c1,api_calls,calls,1,usd,,2026-01-01,", "invalid_value"),
        ("c1,api_calls,calls,1,USD,,2026-02-01,2026-02-01", "invalid_range"),
        ("c1,,calls,1,USD,,2026-01-01,", "missing_value"),
        ("c1,api_calls,calls,1,USD,,,", "missing_value"),
        ("c1,api_calls,calls,1,USD,2026-01-01,", "wrong_cell_count"),
        ("c1,api_calls,calls,1,USD,,2026-01-01,\nc1,api_calls,calls,2,USD,,2026-05-01,", "overlapping_rates"),
        ("c1,api_calls,calls,1,USD,,2026-01-01,\nc1,api_calls,calls,2,USD,,2026-01-01,", "repeated_row"),
    ],
)
async def test_wrong_rates_are_named(upload: Any, line: str, code: str) -> None:
    await upload(ACCOUNTS, TWO)
    shown = await upload(RATES, RATES_HEADER + line + "\n", dry_run=True)
    assert [error["code"] for error in shown["errors"]] == [code]


async def test_every_version_of_a_card_is_kept(world: Any, upload: Any) -> None:
    await upload(ACCOUNTS, TWO)
    for price in ("1", "1", "2"):
        await upload(RATES, RATES_HEADER + f"c1,api_calls,calls,{price},USD,,2026-01-01,\n")
    rows = await world.admin.fetch(
        "SELECT version, imported_by, components -> 0 ->> 'unit_price' AS price FROM dashboard.rate_cards ORDER BY version"
    )
    assert [tuple(row) for row in rows] == [(1, "adam", "1"), (2, "adam", "2")]


async def test_a_card_of_every_kind_comes_back_as_it_was_written(
    world: Any, upload: Any, client: httpx.AsyncClient, bearer: Any
) -> None:
    await upload(ACCOUNTS, TWO)
    await announced(world)
    card = """
- client_id: c1
  currency: EUR
  components:
    - {kind: graduated, metric: api_calls, unit: calls, included: 100, quickbooks_item: 1, valid_from: 2026-01-01,
       tiers: [{up_to: 10000, unit_price: 0.010}, {unit_price: 0.008}]}
    - {kind: package, metric: messages, unit: messages, unit_price: 5, package_size: 1000, valid_from: 2026-01-01}
    - {kind: as_invoiced, metric: seats, unit: seats, quickbooks_item: 3, valid_from: 2026-01-01}
    - {kind: flat, component: fee, amount: 99.50, billed: advance, proration: second, valid_from: 2026-01-01}
    - {kind: minimum, amount: 500, valid_from: 2026-01-01, valid_to: 2027-01-01}
    - {kind: discount, percent: 12.5, valid_from: 2026-01-01}
"""
    headers = bearer("adam", "admin") | {"content-type": "application/yaml"}
    results = []
    for _ in range(2):
        response = await client.post(RATES, params={"dry_run": "false"}, content=card.encode(), headers=headers)
        assert response.status_code == 200, response.text
        results.append((response.json()["added"], response.json()["unchanged"]))
    assert results == [(6, 0), (0, 6)]
    [event] = await announced(world)
    told = {rate["component"]: rate for rate in event["rates"]}
    assert told["api_calls"]["tiers"] == [
        {"up_to": "10000", "unit_price": "0.01"},
        {"unit_price": "0.008"},
    ]
    assert (told["fee"]["amount_minor"], told["fee"]["billed"], told["fee"]["proration"]) == (
        9_950,
        "advance",
        "second",
    )
    assert (told["minimum"]["amount_minor"], told["discount"]["percent"]) == (50_000, "12.5")
    assert (told["messages"]["package_size"], told["seats"]["kind"]) == ("1000", "as_invoiced")


async def test_the_anchor_day_travels_with_the_account(world: Any, upload: Any) -> None:
    header = "client_id,name,anchor_day\n"
    await upload(ACCOUNTS, header + "c1,Alder,31\nc2,Birch,\n")
    assert [event["anchor_day"] for event in await announced(world)] == [31, 1]
    wrong = await upload(ACCOUNTS, header + "c1,Alder,32\nc2,Birch,x\n", dry_run=True)
    assert [(error["line"], error["column"]) for error in wrong["errors"]] == [(2, "anchor_day"), (3, "anchor_day")]


async def test_the_audit_log_keeps_who_imported_what(world: Any, upload: Any) -> None:
    await upload(ACCOUNTS, TWO)
    row = await world.admin.fetchrow("SELECT user_name, role, action, detail FROM dashboard.audit_log")
    assert (row["user_name"], row["role"], row["action"]) == ("adam", "admin", "accounts.imported")
    detail = json.loads(row["detail"])
    assert (detail["added"], len(detail["changes"]), len(detail["sha256"])) == (2, 2, 64)


async def test_a_crash_before_the_commit_leaves_nothing(world: Any, upload: Any) -> None:
    await world.admin.execute("ALTER TABLE dashboard.audit_log ADD CONSTRAINT no CHECK (action <> 'accounts.imported')")
    try:
        await upload(ACCOUNTS, TWO, status=500)
    finally:
        await world.admin.execute("ALTER TABLE dashboard.audit_log DROP CONSTRAINT no")
    for table in ("accounts", "account_owners", "outbox"):
        assert await world.admin.fetchval(f"SELECT count(*) FROM dashboard.{table}") == 0


async def test_forms_that_are_no_csv_are_refused(world: Any, client: httpx.AsyncClient, bearer: Any) -> None:
    admin = bearer("adam", "admin")
    wrong_type = await client.post(ACCOUNTS, content="x", headers=admin | {"content-type": "application/json"})
    assert (wrong_type.status_code, wrong_type.json()["code"]) == (415, "media_type_not_supported")
    csv = admin | {"content-type": "text/csv; charset=utf-8"}
    latin = await client.post(ACCOUNTS, content="client_id,name\nc1,Caf\xe9\n".encode("latin-1"), headers=csv)
    assert (latin.status_code, latin.json()["detail"][:6]) == (422, "Line 2")
    for text, code in (
        ("", "empty_file"),
        ("client_id;name\nc1;x\n", "wrong_separator"),
        ("name\nx\n", "missing_column"),
        ("client_id,name,colour\n", "unknown_column"),
        ("client_id,name,name\n", "repeated_column"),
        ('client_id,name\nc1,"open\n', "invalid_csv"),
    ):
        response = await client.post(ACCOUNTS, content=text, headers=csv)
        assert response.json()["errors"][0]["code"] == code, text


async def test_a_whole_company_takes_seconds(world: Any, upload: Any) -> None:
    accounts = HEADER + "".join(f"c{n},Company {n},Europe/Berlin,2026-01-01,,ana,{n},acct_{n},\n" for n in range(1200))
    rates = RATES_HEADER + "".join(
        f"c{n % 1200},metric_{n // 1200},calls,0.0{n},USD,1,2026-01-01,\n" for n in range(1800)
    )
    started = time.perf_counter()
    assert (await upload(ACCOUNTS, accounts))["added"] == 1200
    assert (await upload(RATES, rates))["added"] == 1800
    assert time.perf_counter() - started < 15
    assert await world.admin.fetchval("SELECT count(*) FROM dashboard.outbox") == 2400
