"""`trueup backfill SOURCE` against the sandbox: what is announced, how far it is, and that a stopped one goes on."""

from __future__ import annotations

import asyncio
import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from tests import forked
from tests.integration.operator.conftest import Trueup

# Several processes are started one after the other.
pytestmark = pytest.mark.timeout(300)
YESTERDAY = datetime.now(UTC).date() - timedelta(days=1)
# Twenty days cost 180 of the budget: twice that fits into what the background may take at once.
SPAN = ("--from", str(YESTERDAY - timedelta(days=19)), "--to", str(YESTERDAY))


@pytest.fixture
def wired(env: dict[str, str], topics: str) -> dict[str, str]:
    """With a bus to announce on."""
    return env | {name: topics for name in env if name.endswith("_KAFKA_BOOTSTRAP")}


async def rows(database: Any, service: str, sql: str) -> list[Any]:
    connection = await asyncpg.connect(database.dsn(service))
    try:
        return list(await connection.fetch(sql))
    finally:
        await connection.close()


async def test_usage_of_past_days_is_announced_and_again_changes_nothing(
    trueup: Trueup, wired: dict[str, str], database: Any
) -> None:
    code, said = await trueup(wired, "backfill", "amplitude", *SPAN)
    assert code == 0, said
    assert "1 of 1 questions" in said
    buckets = await rows(database, "ingest_amplitude", "SELECT day, shown FROM buckets WHERE shown > 0")
    assert {row["day"] for row in buckets} == {YESTERDAY - timedelta(days=n) for n in range(20)}
    offsets = await rows(database, "ingest_amplitude", "SELECT sum(last_offset) FROM published_offsets")
    assert (await trueup(wired, "backfill", "amplitude", *SPAN))[0] == 0
    assert await rows(database, "ingest_amplitude", "SELECT sum(last_offset) FROM published_offsets") == offsets
    code, said = await trueup(wired, "backfill", "amplitude", *SPAN, "--account", "nobody")
    assert code == 1
    assert "no usage of 'nobody' was ever met" in said


async def test_documents_of_one_customer_only(
    trueup: Trueup, wired: dict[str, str], database: Any, sandbox: str
) -> None:
    async with httpx.AsyncClient(base_url=sandbox) as http:
        table = csv.DictReader((await http.get("/control/export/accounts.csv")).text.splitlines())
    customer = next(row["quickbooks_customer_id"] for row in table if row["quickbooks_customer_id"])
    code, said = await trueup(wired, "backfill", "quickbooks", "--from", "2020-01-01", "--account", customer)
    assert code == 0, said
    known = await rows(database, "ingest_quickbooks", "SELECT DISTINCT ref FROM objects")
    assert [row["ref"] for row in known] == [f"quickbooks:{customer}"]
    assert (await trueup(wired, "backfill", "quickbooks", "--from", "2020-01-01", "--account", "7; drop"))[0] == 2
    code, said = await trueup(wired, "backfill", "quickbooks", "--from", "2020-01-01", "--account", "999999")
    assert (code, "QuickBooks has no customer 999999" in said) == (1, True), said


async def test_a_page_that_came_short_is_not_the_end(trueup: Trueup, wired: dict[str, str], sandbox: str) -> None:
    async with httpx.AsyncClient(base_url=f"{sandbox}/control") as http:
        await http.post("/faults", json={"provider": "quickbooks", "mode": "half"})
        code, said = await trueup(wired, "backfill", "quickbooks", "--from", "2020-01-01")
        await http.post("/faults", json={"provider": "quickbooks", "mode": "none"})
    assert code == 1, said
    assert "were delivered; the same command goes on from here" in said
    code, said = await trueup(wired, "backfill", "quickbooks", "--from", "2020-01-01")
    assert code == 0, said


async def test_a_stopped_one_goes_on_where_it_stood(
    trueup: Trueup, wired: dict[str, str], database: Any, sandbox: str, tmp_path: Path
) -> None:
    running = asyncio.create_task(trueup(wired, "backfill", "stripe", "--from", "2020-01-01"))
    async with asyncio.timeout(200):
        while not await rows(database, "stripe_webhooks", BOOKMARKS):
            assert not running.done(), await running
            await asyncio.sleep(0.2)
    async with httpx.AsyncClient(base_url=f"{sandbox}/control") as http:
        await http.post("/faults", json={"provider": "stripe", "mode": "error"})
        code, said = await running
        await http.post("/faults", json={"provider": "stripe", "mode": "none"})
        counters = (await http.get("/counters")).json()
    assert code == 1, said
    assert "the same command goes on from here" in said
    (kept,) = await rows(database, "stripe_webhooks", BOOKMARKS)
    done = json.loads(kept["value"])["place"]["done"]
    assert done > 0
    log = tmp_path / "goes-on"
    process = forked.start("trueup_operator", log, wired, ["backfill", "stripe", "--from", "2020-01-01"])
    async with asyncio.timeout(60):
        while not (first := log.read_text().partition("\n")[0] if log.exists() else ""):
            await asyncio.sleep(0.1)
    process.kill()
    process.wait()
    assert f"{done} of " in first
    assert counters.get("stripe.refused_by_limit", 0) == 0


async def test_a_key_of_the_other_mode_announces_nothing(trueup: Trueup, wired: dict[str, str], database: Any) -> None:
    assert (await trueup(wired, "backfill", "stripe", "--from", "2026-11-01"))[0] == 0
    other = wired | {"STRIPE_WEBHOOKS_STRIPE_API_KEY": "sk_live_other"}
    code, said = await trueup(other, "backfill", "stripe", "--from", "2026-11-01", "--account", "cus_1")
    assert code == 1
    assert "this database holds test data" in said


@pytest.mark.parametrize("account", ["stripe:cus_1", "cus_nobody"])
async def test_a_customer_that_stripe_does_not_have_is_named_and_noted_nowhere(
    trueup: Trueup, wired: dict[str, str], database: Any, account: str
) -> None:
    code, said = await trueup(wired, "backfill", "stripe", "--from", "2026-11-01", "--account", account)
    assert code == 1
    assert f"trueup: Stripe has no customer {account}," in said
    assert await rows(database, "stripe_webhooks", "SELECT * FROM missing_things") == []


async def test_wrong_days_are_named(trueup: Trueup, env: dict[str, str]) -> None:
    code, said = await trueup(env, "backfill", "stripe", "--from", "2026-02-30")
    assert (code, said) == (1, "trueup: write days as YYYY-MM-DD\n")


BOOKMARKS = "SELECT name, value FROM cursors WHERE name LIKE 'backfill %'"
