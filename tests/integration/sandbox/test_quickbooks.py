"""The ledger over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import httpx
import pytest

from trueup_sandbox.clock import to_instant
from trueup_sandbox.providers.quickbooks.tokens import CONNECTION_LIVES_S
from trueup_sandbox.world.billing import credit

COMPANY = "/quickbooks/v3/company/9130000000000001"


class Ledger:
    """A connected client."""

    def __init__(self, http: httpx.AsyncClient, token: str) -> None:
        self.http = http
        self.headers = {"authorization": f"Bearer {token}", "accept": "application/json"}

    async def get(self, path: str, **params: str) -> httpx.Response:
        return await self.http.get(f"{COMPANY}/{path}", params=params, headers=self.headers)

    async def query(self, text: str) -> dict[str, Any]:
        answer = (await self.get("query", query=text)).raise_for_status()
        found: dict[str, Any] = answer.json()["QueryResponse"]
        return found


@pytest.fixture
async def ledger(start: Any) -> AsyncIterator[tuple[Any, Ledger]]:
    async with start(scenario={"quickbooks": {"limit_per_s": 1000, "limit_per_min": 10_000}}) as running:
        yield running, await connect(running)


async def connect(running: Any) -> Ledger:
    form = {"grant_type": "refresh_token", "refresh_token": "qb_refresh_0"}
    answer = await running.http.post("/quickbooks/oauth2/v1/tokens/bearer", data=form, auth=("qb_client", "qb_secret"))
    return Ledger(running.http, answer.raise_for_status().json()["access_token"])


async def test_pages_add_up_to_the_count(ledger: tuple[Any, Ledger]) -> None:
    running, client = ledger
    total = (await client.query("SELECT COUNT(*) FROM Invoice"))["totalCount"]
    assert total == len(running.world.desk.store.invoices)
    found: list[str] = []
    while len(found) < total:
        page = await client.query(f"SELECT * FROM Invoice ORDERBY Id STARTPOSITION {len(found) + 1} MAXRESULTS 150")
        assert page["startPosition"] == len(found) + 1
        found += [one["Id"] for one in page["Invoice"]]
    assert len(set(found)) == total
    assert "Invoice" not in await client.query(f"SELECT * FROM Invoice STARTPOSITION {total + 1}")


async def test_an_invoices_shape(ledger: tuple[Any, Ledger]) -> None:
    _, client = ledger
    for one in (await client.query("SELECT * FROM Invoice MAXRESULTS 1000"))["Invoice"]:
        if "CurrencyRef" not in one:
            continue
        items = [line for line in one["Line"] if line["DetailType"] == "SalesItemLineDetail"]
        (subtotal,) = [line for line in one["Line"] if line["DetailType"] == "SubTotalLineDetail"]
        assert sum(line["Amount"] for line in items) == pytest.approx(subtotal["Amount"])
        assert one["TotalAmt"] == pytest.approx(subtotal["Amount"] + one["TxnTaxDetail"]["TotalTax"])
        assert datetime.fromisoformat(one["MetaData"]["LastUpdatedTime"]).utcoffset() is not None
        assert one["MetaData"]["LastUpdatedTime"][-6:] in {"-07:00", "-08:00"}
        if one["CurrencyRef"]["value"] == "JPY":
            assert isinstance(one["TotalAmt"], int)


async def test_windows_of_time_hold_what_changed_in_them(ledger: tuple[Any, Ledger]) -> None:
    _, client = ledger
    since = "2026-01-01T00:00:00-08:00"
    rows = (
        await client.query(
            f"SELECT * FROM Payment WHERE MetaData.LastUpdatedTime >= '{since}' ORDERBY MetaData.LastUpdatedTime MAXRESULTS 1000"
        )
    )["Payment"]
    times = [datetime.fromisoformat(one["MetaData"]["LastUpdatedTime"]) for one in rows]
    assert times == sorted(times)
    middle = rows[len(rows) // 2]["MetaData"]["LastUpdatedTime"]
    later = await client.query(f"SELECT * FROM Payment WHERE MetaData.LastUpdatedTime > '{middle}' MAXRESULTS 1000")
    assert len(later["Payment"]) == sum(time > datetime.fromisoformat(middle) for time in times)


async def test_inactive_customers_are_hidden_unless_asked_for(ledger: tuple[Any, Ledger]) -> None:
    _, client = ledger
    assert (await client.query("SELECT COUNT(*) FROM Customer"))["totalCount"] == 59
    assert (await client.query("SELECT COUNT(*) FROM Customer WHERE Active IN (true, false)"))["totalCount"] == 60


async def test_planted_documents(ledger: tuple[Any, Ledger]) -> None:
    running, client = ledger

    def customer(name: str) -> str:
        return str(next(one.ledger_id for one in running.world.accounts if one.planted and one.planted.name == name))

    invoices = await client.query(f"SELECT * FROM Invoice WHERE CustomerRef = '{customer('void')}' MAXRESULTS 1000")
    (void,) = [one for one in invoices["Invoice"] if one.get("PrivateNote", "").startswith("Voided")]
    assert (void["TotalAmt"], void["Balance"], void["Line"][0]["SalesItemLineDetail"]["Qty"]) == (0, 0, 0)
    partial = await client.query(
        f"SELECT * FROM Invoice WHERE CustomerRef = '{customer('partial_source')}' MAXRESULTS 1000"
    )
    (broken,) = [one for one in partial["Invoice"] if "CurrencyRef" not in one]
    assert "Amount" not in broken["Line"][0]
    (memo,) = (await client.query("SELECT * FROM CreditMemo"))["CreditMemo"]
    assert memo["CustomerRef"]["value"] == customer("credit_memo")
    applied = (await client.get(f"payment/{memo['LinkedTxn'][0]['TxnId']}")).json()["Payment"]
    assert applied["TotalAmt"] == 0
    assert [line["LinkedTxn"][0]["TxnType"] for line in applied["Line"]] == ["Invoice", "CreditMemo"]
    assert {line["Amount"] for line in applied["Line"]} == {memo["TotalAmt"]}


async def test_capture_tells_of_changes_and_deletions(ledger: tuple[Any, Ledger]) -> None:
    running, client = ledger
    before = (await client.get("cdc", entities="Invoice", changedSince="2026-11-20T00:00:00Z")).json()["time"]
    gone = await running.happen("delete")
    made = await running.happen("invoice")
    answer = (await client.get("cdc", entities="Invoice,Payment,CreditMemo,Customer", changedSince=before)).json()
    sections = answer["CDCResponse"][0]["QueryResponse"]
    assert len(sections) == 4
    found = {f"quickbooks:invoice:{one['Id']}": one for one in sections[0]["Invoice"]}
    assert found[gone["document_id"]]["status"] == "Deleted"
    assert found[made["document_id"]]["Balance"] > 0
    deleted = gone["document_id"].rsplit(":", 1)[1]
    assert (await client.query("SELECT COUNT(*) FROM Invoice WHERE Id = '" + deleted + "'"))["totalCount"] == 0
    assert (await client.get(f"invoice/{deleted}")).status_code == 400


async def test_capture_is_cut_at_a_thousand_over_all_entities(ledger: tuple[Any, Ledger]) -> None:
    running, client = ledger
    store, before = running.world.desk.store, running.world.clock.read()
    made = await running.happen("invoice")
    for _ in range(1005):
        invoice = store.invoices.get(made["document_id"].rsplit(":", 1)[1])
        running.world.commit(credit(running.world.desk, invoice, running.world.clock.stamp(), 1))
    params = {"entities": "Invoice,CreditMemo,Customer", "changedSince": to_instant(before).isoformat()}
    sections = (await client.get("cdc", **params)).json()["CDCResponse"][0]["QueryResponse"]
    names = ("Invoice", "CreditMemo", "Customer")
    assert [len(one.get(name, [])) for one, name in zip(sections, names, strict=True)] == [1, 999, 0]


async def test_all_customers_can_be_edited_at_once_and_stay_what_they_were(ledger: tuple[Any, Ledger]) -> None:
    running, client = ledger
    customers = list(running.world.desk.store.customers.all())
    params = {"entities": "Customer", "changedSince": to_instant(running.world.clock.read() + 1000).isoformat()}
    await asyncio.sleep(2)
    edited = (await running.http.post("/control/quickbooks/edit-all")).raise_for_status().json()
    assert edited == {"customers": len(customers)}
    sections = (await client.get("cdc", **params)).json()["CDCResponse"][0]["QueryResponse"]
    assert len(sections[0]["Customer"]) == len(customers)
    assert list(running.world.desk.store.customers.all()) == customers


async def test_faults_in_both_spellings(ledger: tuple[Any, Ledger]) -> None:
    running, client = ledger
    bad = await client.get("query", query="SELECT nonsense")
    assert bad.status_code == 400
    assert bad.json()["Fault"]["Error"][0]["code"] == "4001"
    assert bad.headers["intuit_tid"]
    await running.http.post("/control/quickbooks/expire")
    expired = await client.get("query", query="SELECT * FROM Invoice")
    assert expired.status_code == 401
    assert expired.json()["fault"]["error"][0]["code"] == "3200"
    assert "invalid_token" in expired.headers["www-authenticate"]
    old = (await (await connect(running)).get("cdc", entities="Invoice", changedSince="2026-01-01T00:00:00Z")).json()
    assert "30 days" in old["Fault"]["Error"][0]["Detail"]


@pytest.mark.parametrize(
    ("refusal", "status", "said"),
    [
        ("lapsed", 403, '"code":"6190"'),
        ("forbidden", 403, '"code":"120"'),
        ("unauthorized", 401, '"code":"3200"'),
        ("xml_401", 401, "<IntuitResponse>"),
        ("throttled_403", 403, '"code":"3001"'),
        ("throttled_200", 200, '"code":"3001"'),
        ("quota", 429, '"code":"3001"'),
        ("changes_fault", 200, '{"CDCResponse":[{"QueryResponse":[{"Fault":{"Error":'),
        ("changes_nothing", 200, '{"CDCResponse":[],"time":'),
    ],
)
async def test_it_refuses_in_every_way_that_it_is_told_to(
    ledger: tuple[Any, Ledger], refusal: str, status: int, said: str
) -> None:
    running, client = ledger
    asked = {"entities": "Invoice", "changedSince": to_instant(running.world.clock.read()).isoformat()}
    (await running.http.post("/control/quickbooks/refusal", json={"refusal": refusal})).raise_for_status()
    answer = await client.get("cdc", **asked)
    assert answer.status_code == status
    assert said in answer.text
    await running.http.post("/control/quickbooks/refusal", json={"refusal": "none"})
    assert (await client.get("cdc", **asked)).json()["CDCResponse"] == [{"QueryResponse": [{}]}]
    assert (await running.http.get("/control/counters")).json()[f"quickbooks.faulty.{refusal}"] == 1


async def test_the_end_of_the_connection_is_told_to_whoever_asks_for_it(running: Any) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": "qb_refresh_0"}
    address, ends = "/quickbooks/oauth2/v1/tokens/bearer", "x_refresh_token_hard_expires_in"
    wanted = {"x-include-refresh-token-hard-expires-in": "true"}
    answers = [
        (await running.http.post(address, data=form, auth=("qb_client", "qb_secret"), headers=headers)).json()
        for headers in ({}, wanted)
    ]
    assert [ends in answer for answer in answers] == [False, True]
    assert answers[1]["x_refresh_token_expires_in"] < answers[1][ends] <= CONNECTION_LIVES_S


async def test_the_eleventh_request_in_a_second_is_throttled(running: Any) -> None:
    client = await connect(running)
    answers = await asyncio.gather(*(client.get("query", query="SELECT COUNT(*) FROM Invoice") for _ in range(30)))
    throttled = [one for one in answers if one.status_code == 429]
    assert throttled
    assert throttled[0].json()["Fault"]["Error"][0]["code"] == "3001"
    assert (await running.http.get("/control/counters")).json()["quickbooks.refused_by_limit"] == len(throttled)


async def test_a_used_up_month_refuses_everything_and_waiting_does_not_help(start: Any) -> None:
    limits = {"limit_per_s": 1000, "limit_per_min": 10_000, "reads_per_month": 3}
    async with start(scenario={"quickbooks": limits}) as running:
        client = await connect(running)
        statuses = [(await client.get("query", query="SELECT COUNT(*) FROM Invoice")).status_code for _ in range(5)]
        assert statuses == [200, 200, 200, 429, 429]
        counters = (await running.http.get("/control/counters")).json()
        assert counters["quickbooks.refused_by_quota"] == 2
        assert counters.get("quickbooks.refused_by_limit", 0) == 0, "no rate was broken"
