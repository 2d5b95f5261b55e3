"""The audit log in the database: gapless under load, append-only, and every tampering found by `trueup audit verify`."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from typer.testing import CliRunner

from dashboard_api.adapters.audit import write_audit
from dashboard_api.commands import Finding, app, check, inspect
from dashboard_api.domain.access import Principal, Role
from dashboard_api.domain.errors import Unavailable
from dashboard_api.settings import DEVELOPMENT_AUDIT_KEY
from trueup_operator.errors import OperatorError

KEY = DEVELOPMENT_AUDIT_KEY.encode()
ANA = Principal(user="ana", role=Role.ACCOUNT_MANAGER)
ENTRIES = 24
CONTENT = "at, user_name, role, action, client_id, detail"
TAMPERINGS = {
    "edited": [
        "UPDATE dashboard.audit_log SET at = at + interval '1 microsecond' WHERE seq = {one}",
        "UPDATE dashboard.audit_log SET user_name = user_name || ' ' WHERE seq = {one}",
        "UPDATE dashboard.audit_log SET role = 'admin' WHERE seq = {one}",
        "UPDATE dashboard.audit_log SET action = 'nothing' WHERE seq = {one}",
        "UPDATE dashboard.audit_log SET client_id = coalesce(client_id || 'x', '') WHERE seq = {one}",
        "UPDATE dashboard.audit_log SET detail = detail || '{{\"n\": -1}}' WHERE seq = {one}",
        "UPDATE dashboard.audit_log SET prev_hash = sha256('x') WHERE seq = {one}",
        "UPDATE dashboard.audit_log SET hash = sha256('x') WHERE seq = {one}",
        "UPDATE dashboard.audit_log SET seal = NULL WHERE seq = {one}",
        "UPDATE dashboard.audit_log SET seq = 9999 WHERE seq = {one}",
    ],
    "deleted": [
        "DELETE FROM dashboard.audit_log WHERE seq = {one}",
        "DELETE FROM dashboard.audit_log WHERE seq BETWEEN {one} AND {two}",
        (
            "DELETE FROM dashboard.audit_log WHERE seq = {one};"
            "UPDATE dashboard.audit_log SET seq = -seq WHERE seq > {one};"
            "UPDATE dashboard.audit_log SET seq = -seq - 1 WHERE seq < 0"
        ),
    ],
    "swapped": [
        (
            "UPDATE dashboard.audit_log SET seq = CASE seq WHEN -1 THEN {two} ELSE -1 END WHERE seq IN ({two}, -1);"
            "UPDATE dashboard.audit_log SET seq = {two} WHERE seq = {one};"
            "UPDATE dashboard.audit_log SET seq = {one} WHERE seq = -1"
        ),
        (
            "UPDATE dashboard.audit_log AS here SET ({columns}) = (SELECT {columns} FROM dashboard.audit_log AS other"
            " WHERE other.seq = {one} + {two} - here.seq) WHERE seq IN ({one}, {two})"
        ),
    ],
    "inserted": [
        (
            "INSERT INTO dashboard.audit_log SELECT at, user_name, role, action, detail, seq + 1, client_id, hash,"
            " sha256(hash), seal FROM dashboard.audit_log ORDER BY seq DESC LIMIT 1"
        ),
        (
            "UPDATE dashboard.audit_log SET seq = -seq WHERE seq >= {one};"
            "UPDATE dashboard.audit_log SET seq = 1 - seq WHERE seq < 0;"
            "INSERT INTO dashboard.audit_log SELECT at, 'mallory', role, action, detail, seq - 1, client_id, prev_hash,"
            " sha256(hash), seal FROM dashboard.audit_log WHERE seq = {one} + 1"
        ),
    ],
    "truncated": [
        "DELETE FROM dashboard.audit_log WHERE seq >= {one}",
        "DELETE FROM dashboard.audit_log WHERE seq >= {one}; DELETE FROM dashboard.audit_heads",
        (
            "DELETE FROM dashboard.audit_log WHERE seq >= {one}; UPDATE dashboard.audit_heads AS head SET"
            " (seq, hash, at) = (SELECT seq, hash, at FROM dashboard.audit_log ORDER BY seq DESC LIMIT 1)"
        ),
    ],
}


@pytest.fixture
async def service(database: Any) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """A connection with the service's own rights."""
    connection = await asyncpg.connect(database.dsn("dashboard_api"))
    yield connection
    await connection.close()


async def fill(connection: asyncpg.Connection[asyncpg.Record], count: int) -> None:
    for number in range(count):
        async with connection.transaction():
            client_id = f"cl_{number}" if number % 2 else None
            await write_audit(connection, ANA, f"did.{number % 3}", {"n": number}, client_id=client_id)


async def test_entries_are_gapless_and_whole_whoever_writes_them_at_once(database: Any) -> None:
    async def write(name: str) -> None:
        connection = await asyncpg.connect(database.dsn("dashboard_api"))
        for number in range(20):
            transaction = connection.transaction()
            await transaction.start()
            await write_audit(connection, Principal(user=name, role=Role.FINANCE), "did", {"n": number})
            # What is rolled back leaves no gap.
            await (transaction.rollback() if number % 4 == 3 else transaction.commit())
        await connection.close()

    await asyncio.gather(*(write(f"user{number}") for number in range(6)))
    assert await check(database.dsn("migrator"), KEY) == Finding(None, 90, unsealed=0)


@pytest.mark.parametrize("kind", sorted(TAMPERINGS))
async def test_what_was_done_to_the_table_is_found_and_named(world: Any, service: Any, kind: str) -> None:
    await fill(service, ENTRIES)
    rng = random.Random(kind)
    for statement in TAMPERINGS[kind]:
        for _ in range(5):
            one, two = sorted(rng.sample(range(2, ENTRIES), 2))
            transaction = world.admin.transaction()
            await transaction.start()
            await world.admin.execute(statement.format(one=one, two=two, columns=CONTENT))
            damage = (await inspect(world.admin, KEY)).damage
            assert damage is not None, statement
            place = ENTRIES + 1 if statement.startswith("INSERT") else one
            assert (damage.kind, damage.seq) == (kind, place), (statement, one, two, damage)
            await transaction.rollback()
    assert await inspect_anew(world) is None


async def inspect_anew(world: Any) -> Any:
    async with world.admin.transaction():
        return (await inspect(world.admin, KEY)).damage


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE dashboard.audit_log SET action = 'x'",
        "DELETE FROM dashboard.audit_log",
        "TRUNCATE dashboard.audit_log",
        "DELETE FROM dashboard.audit_heads",
        "TRUNCATE dashboard.audit_heads",
    ],
)
async def test_the_service_itself_can_only_add(service: Any, statement: str) -> None:
    await fill(service, 1)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await service.execute(statement)


@pytest.mark.parametrize(
    "done",
    [
        "UPDATE dashboard.audit_heads SET seq = 2, hash = (SELECT hash FROM dashboard.audit_log WHERE seq = 2)",
        (
            "DELETE FROM dashboard.audit_log WHERE seq = 3; UPDATE dashboard.audit_heads"
            " SET seq = 2, hash = (SELECT hash FROM dashboard.audit_log WHERE seq = 2)"
        ),
        "DELETE FROM dashboard.audit_heads",
        (
            "INSERT INTO dashboard.audit_log SELECT at, user_name, role, action, detail, 4, client_id, hash, hash, seal"
            " FROM dashboard.audit_log WHERE seq = 3"
        ),
    ],
)
async def test_nothing_is_written_onto_a_damaged_end(world: Any, service: Any, done: str) -> None:
    await fill(service, 3)
    await world.admin.execute(done)
    with pytest.raises(Unavailable) as refused:
        await fill(service, 1)
    assert refused.value.code == "audit_log_damaged"


async def test_an_entry_needs_the_transaction_of_what_it_tells_of(service: Any) -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        await write_audit(service, ANA, "did", {})


async def test_the_command_says_where_it_is_broken(
    database: Any, world: Any, service: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUEUP_MIGRATOR_DSN", database.dsn("migrator"))
    monkeypatch.setenv("TRUEUP_AUDIT_KEY", DEVELOPMENT_AUDIT_KEY)

    async def run(*arguments: str) -> Any:
        return await asyncio.to_thread(CliRunner().invoke, app, list(arguments))

    assert isinstance((await run("head")).exception, OperatorError)
    await fill(service, 5)
    kept = tmp_path / "head.json"
    kept.write_text((await run("head")).stdout)
    await fill(service, 3)
    whole = await run("verify", "--head", str(kept))
    assert (whole.exit_code, whole.stdout) == (0, "the audit log is whole: 8 entries\n")
    head = await world.admin.fetchrow("SELECT * FROM dashboard.audit_heads")
    assert head["seq"] == 8
    await world.admin.execute("UPDATE dashboard.audit_log SET action = 'x' WHERE seq = 7")
    broken = await run("verify")
    assert broken.exit_code == 1
    assert "entry 7: edited" in broken.stderr
    await world.admin.execute("TRUNCATE dashboard.audit_log, dashboard.audit_heads")
    assert (await run("verify")).exit_code == 0, "from the database alone an erased log cannot be told from a new one"
    erased = await run("verify", "--head", str(kept))
    assert erased.exit_code == 1
    assert "truncated" in erased.stderr
    kept.write_text(json.dumps({"seq": 1}))
    assert isinstance((await run("verify", "--head", str(kept))).exception, OperatorError)


async def test_administrators_page_and_filter(client: httpx.AsyncClient, service: Any, bearer: Any) -> None:
    await fill(service, 7)
    headers = bearer("adam", "admin")
    seen: list[int] = []
    before: int | None = None
    while True:
        parameters = {"limit": 3} | ({"before": before} if before else {})
        body = (await client.get("/api/v1/audit", params=parameters, headers=headers)).json()
        seen += [item["seq"] for item in body["items"]]
        if (before := body["next"]) is None:
            break
    assert seen == [7, 6, 5, 4, 3, 2, 1]
    one = (await client.get("/api/v1/audit?action=did.1&client_id=cl_1&user=ana", headers=headers)).json()["items"]
    assert [(each["seq"], each["detail"], each["client_id"], len(each["hash"])) for each in one] == [
        (2, {"n": 1}, "cl_1", 64)
    ]
    assert (await client.get("/api/v1/audit?user=nobody", headers=headers)).json() == {"items": [], "next": None}


async def test_refusals_are_written_down(portfolio: Any, client: httpx.AsyncClient, bearer: Any) -> None:
    manager, support = bearer("ana", "account_manager"), bearer("sam", "support")
    for path in ("/api/v1/accounts/a1", "/api/v1/accounts/b1", "/api/v1/accounts/b1%00/timeline", "/api/v1/audit"):
        await client.get(path, headers=manager)
    await client.get("/api/v1/accounts?status=paid", headers=support)
    await client.get("/api/v1/accounts/unknown", headers=support)
    rows = await portfolio.admin.fetch(
        "SELECT user_name, action, client_id, detail->>'route' AS route, detail->>'code' AS code"
        " FROM dashboard.audit_log WHERE action LIKE 'access.%' ORDER BY seq"
    )
    assert [tuple(row) for row in rows] == [
        ("ana", "access.out_of_scope", "b1", "/api/v1/accounts/{client_id}", "account_not_found"),
        ("ana", "access.out_of_scope", "b1?", "/api/v1/accounts/{client_id}/timeline", "account_not_found"),
        ("ana", "access.refused", None, "/api/v1/audit", "not_allowed"),
        ("sam", "access.refused", None, "/api/v1/accounts", "not_allowed"),
    ]


async def test_a_refusal_that_cannot_be_written_stays_one(world: Any, client: httpx.AsyncClient, bearer: Any) -> None:
    await client.get("/api/v1/audit", headers=bearer("fay", "finance"))
    await world.admin.execute("UPDATE dashboard.audit_heads SET seal = ''")
    response = await client.get("/api/v1/audit", headers=bearer("fay", "finance"))
    assert (response.status_code, response.json()["code"]) == (403, "not_allowed")


async def test_one_query_tells_who_saw_or_tried_to_see_across_their_role(
    portfolio: Any, client: httpx.AsyncClient, services: Any, bearer: Any
) -> None:
    """The query is the runbook's own."""
    runbook = (Path(__file__).parents[3] / "docs" / "runbooks" / "audit-log.md").read_text()
    query = runbook.split("```sql\n")[1].split("```")[0]
    for user, role in (("ana", "account_manager"), ("fay", "finance"), ("sam", "support"), ("adam", "admin")):
        for path in ("/api/v1/accounts/a1", "/api/v1/accounts/a1/invoices", "/api/v1/accounts/a1/timeline"):
            assert (await client.get(path, headers=bearer(user, role))).status_code == 200
    viewed = await portfolio.admin.fetchval("SELECT count(*) FROM dashboard.audit_log WHERE action = 'account.viewed'")
    assert viewed == 4, "once a day each"
    assert await portfolio.admin.fetch(query) == []
    await client.get("/api/v1/accounts/b1", headers=bearer("ana", "account_manager"))
    # As if the scope had failed: what is written down does not believe what was shown.
    await services.views.seen(ANA, "b1")
    await services.views.seen(Principal(user="olga", role=Role.PRODUCT_OWNER), "a1")
    found = await portfolio.admin.fetch(query)
    assert [(row["user_name"], row["action"], row["client_id"], row["seen"]) for row in found] == [
        ("ana", "access.out_of_scope", "b1", False),
        ("ana", "account.viewed", "b1", True),
        ("olga", "account.viewed", "a1", True),
    ]


async def test_reading_goes_on_while_nothing_can_be_written(
    portfolio: Any, service: Any, client: httpx.AsyncClient, bearer: Any
) -> None:
    await fill(service, 1)
    await portfolio.admin.execute("UPDATE dashboard.audit_heads SET seal = ''")
    assert (await client.get("/api/v1/accounts/a1", headers=bearer("fay", "finance"))).status_code == 200
    response = await client.post(
        "/api/v1/imports/accounts?dry_run=false",
        content="client_id,name\nz9,Zed\n",
        headers=bearer("adam", "admin") | {"content-type": "text/csv"},
    )
    assert (response.status_code, response.json()["code"]) == (503, "audit_log_damaged")
    assert await portfolio.admin.fetchval("SELECT count(*) FROM dashboard.accounts WHERE client_id = 'z9'") == 0
