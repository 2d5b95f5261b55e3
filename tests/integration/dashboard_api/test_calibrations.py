"""Counts of the company's own: shown first, taken whole or not at all, announced, judged elsewhere, cleared by a person."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from dashboard_api.adapters.reference_database import PostgresReferenceDatabase
from dashboard_api.domain.errors import InvalidRequest

PATH = "/api/v1/calibrations"
HEADER = "metric,from_day,to_day,count\n"
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 14)
GOOD = HEADER + "api_calls,2026-11-01,2026-11-14,1834500.5\n"
DAYS = {"from_day": "2026-11-01", "to_day": "2026-11-14"}


@pytest.fixture
async def metered(world: Any) -> Any:
    """A world in which api_calls and storage are metered."""
    for metric in ("api_calls", "storage"):
        key, scope = f"amplitude|usage|{metric}|0", f"usage|{metric}|0"
        await world.admin.execute(
            "INSERT INTO read_model.watermarks (key, source, scope, as_of, entries) VALUES ($1, 'amplitude', $2, now(), '[]')",
            *(key, scope),
        )
    return world


@pytest.fixture
def admin(bearer: Any) -> dict[str, str]:
    headers: dict[str, str] = bearer("adam", "admin")
    return headers


async def upload(
    client: httpx.AsyncClient, admin: dict[str, str], text: str, *, dry_run: bool = False, status: int = 200
) -> dict[str, Any]:
    response = await client.post(
        f"{PATH}/csv",
        params={"dry_run": str(dry_run).lower()},
        content=text.encode(),
        headers=admin | {"content-type": "text/csv"},
    )
    assert response.status_code == status, response.text
    body: dict[str, Any] = response.json()
    return body


async def announced(world: Any) -> list[dict[str, Any]]:
    rows = await world.admin.fetch("DELETE FROM dashboard.outbox RETURNING id, topic, value")
    assert {row["topic"] for row in rows} <= {"trueup.metrics.calibrated.v1"}
    return [json.loads(row["value"]) for row in sorted(rows, key=lambda row: row["id"])]


async def item(client: httpx.AsyncClient, admin: dict[str, str], metric: str = "api_calls") -> dict[str, Any]:
    body = (await client.get(PATH, headers=admin)).json()
    found: dict[str, Any] = {one["metric"]: one for one in body["items"]}[metric]
    return found


async def judge(world: Any, state: str, drift: str = "-50.00") -> None:
    """The reconciler has judged every count there is."""
    await world.admin.execute(
        "INSERT INTO read_model.calibration_checks SELECT check_id, metric, from_day, to_day, reference, limit_percent,"
        " reference / 2, $2, $1, now() FROM dashboard.calibration_counts ON CONFLICT DO NOTHING",
        *(state, drift),
    )


async def actions(world: Any) -> list[str]:
    return [row["action"] for row in await world.admin.fetch("SELECT action FROM dashboard.audit_log ORDER BY seq")]


async def test_a_dry_run_shows_what_would_be_taken_and_takes_nothing(
    metered: Any, client: httpx.AsyncClient, admin: Any
) -> None:
    body = await upload(client, admin, GOOD, dry_run=True)
    assert (body["applied"], body["added"], body["errors"]) == (False, 1, [])
    assert body["changes"][0]["fields"]["count"] == [None, "1834500.5"]
    assert await announced(metered) == []
    assert (await item(client, admin))["state"] == "never"
    assert await actions(metered) == []


async def test_counts_are_kept_announced_and_written_down_together(
    metered: Any, client: httpx.AsyncClient, admin: Any
) -> None:
    await upload(client, admin, GOOD)
    [event] = await announced(metered)
    [check] = event["checks"]
    assert (event["metric"], check["reference"], check["limit_percent"]) == ("api_calls", "1834500.5", 7)
    assert (check["from_day"], check["to_day"]) == ("2026-11-01", "2026-11-14")
    assert await actions(metered) == ["calibration.counted"]
    found = await item(client, admin)
    assert (found["state"], found["is_due"], found["last"]["taken_by"]) == ("waiting", False, "adam")
    taken = datetime.fromisoformat(found["last"]["taken_at"]).astimezone(UTC).date()
    assert date.fromisoformat(found["due_on"]) == taken + timedelta(days=14)
    assert (await item(client, admin, "storage"))["is_due"] is True


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("nobody_meters_this,2026-11-01,2026-11-14,5", "unknown_metric"),
        ("api_calls,2026-11-14,2026-11-01,5", "invalid_range"),
        ("api_calls,2026-01-01,2026-11-01,5", "invalid_range"),
        ("api_calls,2026-11-01,2999-11-14,5", "invalid_range"),
        ("api_calls,2026-11-01,2026-11-14,-5", "invalid_value"),
        ("api_calls,2026-11-01,2026-11-14,many", "invalid_value"),
        ("api_calls,2026-11-01,2026-11-14,", "missing_value"),
        ("api_calls,,2026-11-14,5", "missing_value"),
    ],
)
async def test_one_wrong_line_and_nothing_is_taken(
    metered: Any, client: httpx.AsyncClient, admin: Any, row: str, code: str
) -> None:
    body = await upload(client, admin, f"{GOOD}storage,2026-11-01,2026-11-14,7\n{row}\n", status=422)
    assert code in {each["code"] for each in body["errors"]}
    assert await announced(metered) == []


async def test_what_drifted_is_off_until_a_person_clears_it_with_a_reason(
    metered: Any, client: httpx.AsyncClient, admin: Any
) -> None:
    await upload(client, admin, GOOD)
    await judge(metered, "over")
    await upload(client, admin, GOOD)
    await metered.admin.execute(
        "INSERT INTO read_model.calibration_checks SELECT check_id, metric, from_day, to_day, reference, limit_percent,"
        " reference, '0.00', 'within', now() FROM dashboard.calibration_counts ON CONFLICT DO NOTHING"
    )
    found = await item(client, admin)
    assert (found["state"], found["last"]["verdict"]) == ("off", "within")
    await announced(metered)
    clear = f"{PATH}/api_calls/clear"
    assert (await client.post(clear, json={"reason": "  "}, headers=admin)).status_code == 422
    answer = await client.post(clear, json={"reason": "Meter fixed on 15 Nov"}, headers=admin)
    assert (answer.status_code, answer.json()["state"]) == (202, "applying")
    [event] = await announced(metered)
    assert (event["metric"], event["checks"]) == ("api_calls", [])
    assert (await item(client, admin))["state"] == "on"
    assert await actions(metered) == ["calibration.counted", "calibration.counted", "calibration.cleared"]
    again = await client.post(clear, json={"reason": "Meter fixed on 15 Nov"}, headers=admin)
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_clear")


@pytest.fixture
async def reference(metered: Any) -> AsyncIterator[Any]:
    """The company's own database: here, another corner of the same server."""
    yield metered
    await metered.admin.execute("DROP FUNCTION IF EXISTS reference_counts(date, date)")


async def define(world: Any, body: str) -> None:
    await world.admin.execute(
        "CREATE OR REPLACE FUNCTION reference_counts(first date, last date) RETURNS TABLE (metric text, counted numeric)"
        f" LANGUAGE plpgsql AS $$ BEGIN {body} END $$"
    )


async def test_the_database_is_asked_for_the_days(reference: Any, client: httpx.AsyncClient, admin: Any) -> None:
    await define(reference, "RETURN QUERY SELECT 'api_calls', (last - first + 1)::numeric;")
    answer = await client.post(f"{PATH}/sql", params={"dry_run": "false"}, json=DAYS, headers=admin)
    assert answer.status_code == 200, answer.text
    [event] = await announced(reference)
    assert event["checks"][0]["reference"] == "14"
    assert (await item(client, admin))["last"]["origin"] == "sql"


@pytest.mark.parametrize(
    "body",
    [
        "RETURN QUERY SELECT 'api_calls', -1::numeric;",
        "RETURN QUERY SELECT 'api_calls', 1::numeric UNION ALL SELECT 'api_calls', 2;",
        "RETURN QUERY SELECT 'm' || n, 1::numeric FROM generate_series(1, 1001) n;",
        "PERFORM pg_sleep(30); RETURN;",
        "CREATE TABLE public.written (n integer); RETURN;",
        "RAISE EXCEPTION 'hush-hush';",
    ],
    ids=["negative", "twice", "too many", "too slow", "writes", "fails"],
)
async def test_whatever_else_the_database_does_is_refused_without_telling_what(
    reference: Any, client: httpx.AsyncClient, admin: Any, body: str, caplog: Any, capfd: Any
) -> None:
    await define(reference, body)
    answer = await client.post(f"{PATH}/sql", params={"dry_run": "false"}, json=DAYS, headers=admin)
    assert (answer.status_code, answer.json()["code"]) == (422, "reference_database_failed")
    out, err = capfd.readouterr()
    for told in (answer.text, caplog.text, out, err):
        assert "hush" not in told  # no hexadecimal digits: ids of traces hold any of those by chance
    assert await announced(reference) == []
    assert await reference.admin.fetchval("SELECT to_regclass('public.written')") is None


async def test_an_unreachable_database_and_floats_are_refused(database: Any) -> None:
    gone = PostgresReferenceDatabase("postgresql://x@127.0.0.1:1/x", "SELECT 1", timeout_s=1, rows_max=10)
    with pytest.raises(InvalidRequest):
        await gone.counts(FIRST, LAST)
    query = "SELECT 'api_calls'::text, {} WHERE $1::date < $2::date"
    for expression, taken in (("1.5::float8", None), ("1.5::numeric", Decimal("1.5")), ("3::bigint", Decimal(3))):
        asked = PostgresReferenceDatabase(database.admin_dsn, query.format(expression), timeout_s=30, rows_max=10)
        if taken is None:
            with pytest.raises(InvalidRequest):
                await asked.counts(FIRST, LAST)
        else:
            assert await asked.counts(FIRST, LAST) == [("api_calls", taken)]
