"""Files hold what the screen shows, within scope; records are counted exactly; each file is handed out once."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from pypdf import PdfReader

from dashboard_api.adapters.exports import PostgresExports, holder
from dashboard_api.domain.access import Principal, Role
from dashboard_api.domain.errors import QuotaExceeded
from dashboard_api.domain.exports.request import ExportFormat
from dashboard_api.ports.exports import NewExport

EXPORTS = "/api/v1/exports"
LIST = "/api/v1/accounts"
Headers = dict[str, str]
Table = list[dict[str, str]]


def read(content: bytes) -> tuple[dict[str, str], Table]:
    """The header block and the rows."""
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    gap = lines.index([])
    header = {name: value for name, value in lines[:gap]}  # noqa: C416  two cells on every line
    return header, [dict(zip(lines[gap + 1], line, strict=True)) for line in lines[gap + 2 :]]


async def make(client: httpx.AsyncClient, headers: Headers, **body: Any) -> httpx.Response:
    return await client.post(EXPORTS, json={"format": "csv"} | body, headers=headers)


async def content(client: httpx.AsyncClient, headers: Headers, **body: Any) -> bytes:
    made = await make(client, headers, **body)
    assert made.status_code == 201, made.text
    file = await client.get(made.json()["file_url"], headers=headers)
    assert file.status_code == 200, file.text
    return file.content


async def quota(client: httpx.AsyncClient, headers: Headers) -> dict[str, int]:
    answer = await client.get(f"{EXPORTS}/quota", headers=headers)
    assert answer.status_code == 200, answer.text
    body: dict[str, int] = answer.json()
    return body


@pytest.fixture
def signed_in(services: Any) -> Callable[[str, Role], Awaitable[Headers]]:
    """Headers of a browser with a login session of its own."""

    async def open_session(user: str, role: Role) -> Headers:
        token = await services.identify._sessions.open(Principal(user=user, role=role, name=f"{user} name"))
        return {"Cookie": f"trueup_session={token}", "X-Trueup-Csrf": "1"}

    return open_session


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"sort": "-name"},
        {"status": ["overdue"]},
        {"band": ["cannot_judge", "over_billed"], "active": "all"},
        {"flagged": True},
        {"search": "birch"},
        {"ids": "b1,a1"},
        {"from": "2026-11-01", "to": "2026-11-30", "axis": "due"},
        {"from": "2026-10-01", "axis": "service", "sort": "name"},
        {"page": 2, "page_size": 2, "sort": "name"},
    ],
)
async def test_a_file_holds_the_rows_of_the_screen_in_its_order(
    portfolio: Any, client: httpx.AsyncClient, bearer: Any, wanted: dict[str, Any]
) -> None:
    headers = bearer("fay", "finance")
    shown = (await client.get(LIST, params=wanted, headers=headers)).json()["items"]
    header, table = read(await content(client, headers, filter=wanted))
    assert [row["Client id"] for row in table] == [item["client_id"] for item in shown]
    assert header["Rows"] == str(len(shown)) != "0"
    for row, item in zip(table, shown, strict=True):
        assert row["Invoice total"] == (
            "" if item["invoice_total"] is None else "10000" if item["client_id"] == "x1" else "100.00"
        )
        assert (row["Flagged"] == "yes") == item["flagged"]


async def test_the_filter_takes_the_names_of_the_screens_query(client: httpx.AsyncClient) -> None:
    document = (await client.get("/api/openapi.json")).json()
    parameters = {each["name"] for each in document["paths"][LIST]["get"]["parameters"]}
    assert parameters == set(document["components"]["schemas"]["ExportFilter"]["properties"])


@pytest.mark.parametrize(
    ("user", "role", "visible"),
    [
        ("ana", "account_manager", {"a1", "a2"}),
        ("chloe", "account_manager", {"b2"}),
        ("fay", "finance", {"a1", "a2", "b1", "b2", "x1"}),
    ],
)
async def test_everybody_exports_their_own_portfolio(
    portfolio: Any, client: httpx.AsyncClient, bearer: Any, user: str, role: str, visible: set[str]
) -> None:
    _, table = read(await content(client, bearer(user, role), filter={"active": "all"}))
    assert {row["Client id"] for row in table} == visible


@pytest.mark.parametrize("role", ["admin", "support", "product_owner"])
async def test_other_roles_export_nothing(portfolio: Any, client: httpx.AsyncClient, bearer: Any, role: str) -> None:
    headers = bearer("x", role)
    for answer in (
        await make(client, headers, filter={}),
        await client.get(f"{EXPORTS}/quota", headers=headers),
        await client.get(f"{EXPORTS}/{uuid.uuid4()}/file", headers=headers),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


@pytest.mark.parametrize(
    "body", [{"client_ids": ["a1", "b1"]}, {"client_ids": ["a1", "no-such"]}, {"client_ids": ["x1"]}]
)
@pytest.mark.parametrize("kind", [{}, {"detail": True}, {"format": "pdf"}])
async def test_one_foreign_account_refuses_the_whole(
    portfolio: Any, client: httpx.AsyncClient, bearer: Any, body: dict[str, Any], kind: dict[str, Any]
) -> None:
    ids = body["client_ids"][-1:] if kind else body["client_ids"]
    headers = bearer("ana", "account_manager")
    answer = await make(client, headers, client_ids=ids, **kind)
    assert (answer.status_code, answer.json()["code"]) == (404, "account_not_found")
    assert await portfolio.admin.fetchval("SELECT count(*) FROM dashboard.exports") == 0
    assert (await quota(client, headers))["used"] == 0


async def test_chosen_accounts_come_in_the_order_chosen(portfolio: Any, client: httpx.AsyncClient, bearer: Any) -> None:
    header, table = read(await content(client, bearer("fay", "finance"), client_ids=["x1", "a2", "b2", "a2"]))
    assert [row["Client id"] for row in table] == ["x1", "a2", "b2"]
    assert (header["Filters"], header["Order"], header["Rows"]) == ("3 chosen accounts", "as chosen", "3")
    assert table[2]["Cannot judge because"] == "Stripe is not linked to this account"


async def test_the_invoices_of_one_account(portfolio: Any, client: httpx.AsyncClient, bearer: Any) -> None:
    header, table = read(await content(client, bearer("ana", "account_manager"), client_ids=["a1"], detail=True))
    assert [(row["Invoice number"], row["Total"], row["Currency"]) for row in table] == [("INV-a1", "100.00", "USD")]
    assert (header["Title"], header["Rows"]) == ("Invoices of Alder GmbH", "1")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "invalid_body"),
        ({"filter": {}, "client_ids": ["a1"]}, "invalid_body"),
        ({"client_ids": []}, "invalid_body"),
        ({"client_ids": ["a1", "a2"], "detail": True}, "invalid_body"),
        ({"filter": {"colour": "red"}}, "invalid_body"),
        ({"filter": {"page_size": 51}}, "invalid_body"),
        ({"filter": {"status": ["late"]}}, "invalid_body"),
        ({"filter": {"sort": "colour"}}, "invalid_parameter"),
        ({"filter": {"search": "a\x00b"}}, "invalid_parameter"),
        ({"filter": {"from": "2026-02-02", "to": "2026-02-01"}}, "invalid_range"),
        ({"filter": {"search": "nothing like that"}}, "export_empty"),
        ({"format": "xlsx", "filter": {}}, "invalid_body"),
        ({"format": "pdf", "filter": {}}, "invalid_body"),
        ({"format": "pdf", "client_ids": ["a1", "a2"]}, "invalid_body"),
        ({"format": "pdf", "client_ids": ["a1"], "detail": True}, "invalid_body"),
        ({"client_ids": ["a"] * 501}, "invalid_body"),
    ],
)
async def test_nonsense_is_refused(
    portfolio: Any, client: httpx.AsyncClient, bearer: Any, body: dict[str, Any], code: str
) -> None:
    answer = await make(client, bearer("fay", "finance"), **body)
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text


async def test_an_id_that_cannot_exist_is_not_there(portfolio: Any, client: httpx.AsyncClient, bearer: Any) -> None:
    assert (await make(client, bearer("fay", "finance"), client_ids=["a\x00"])).status_code == 404


async def test_an_export_is_counted_written_down_and_handed_out_once(
    portfolio: Any, client: httpx.AsyncClient, signed_in: Any
) -> None:
    headers = await signed_in("ana", Role.ACCOUNT_MANAGER)
    made = (await make(client, headers, filter={})).json()
    assert (made["records"], made["quota_left"], made["format"]) == (2, 98, "csv")
    assert await quota(client, headers) == {
        "limit": 100,
        "used": 2,
        "left": 98,
        "user_day_limit": 500,
        "user_day_left": 498,
    }
    created = await portfolio.admin.fetchrow("SELECT * FROM dashboard.audit_log WHERE action = 'exports.created'")
    detail = json.loads(created["detail"])
    assert (created["user_name"], detail["export_id"], detail["records"]) == ("ana", made["id"], 2)
    assert set(detail["client_ids"]) == {"a1", "a2"}
    file = await client.get(made["file_url"], headers=headers)
    assert file.headers["content-disposition"] == f'attachment; filename="{made["filename"]}"'
    assert file.headers["content-type"] == "text/csv; charset=utf-8"
    assert file.headers["cache-control"] == "no-store"
    header, _ = read(file.content)
    assert (header["Export id"], header["Generated by"]) == (made["id"], "ana name")
    assert await portfolio.admin.fetchval("SELECT count(*) FROM dashboard.export_files") == 0, "the bytes are gone"
    assert await portfolio.admin.fetchval("SELECT count(*) FROM dashboard.audit_log WHERE action LIKE 'exports.%'") == 2
    again = await client.get(made["file_url"], headers=headers)
    assert (again.status_code, again.json()["code"]) == (410, "export_gone")


async def test_a_file_is_its_makers_own_and_does_not_wait_for_ever(
    portfolio: Any, client: httpx.AsyncClient, bearer: Any, services: Any
) -> None:
    headers = bearer("ana", "account_manager")
    url = (await make(client, headers, filter={})).json()["file_url"]
    for other in (bearer("ben", "account_manager"), bearer("fay", "finance")):
        answer = await client.get(url, headers=other)
        assert (answer.status_code, answer.json()["code"]) == (404, "export_not_found")
    for unknown in (uuid.uuid4(), "x", "..%2f"):
        assert (await client.get(f"{EXPORTS}/{unknown}/file", headers=headers)).status_code == 404
    await services.sweep()
    await portfolio.admin.execute("UPDATE dashboard.exports SET expires_at = now() - interval '1 second'")
    answer = await client.get(url, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (410, "export_gone")
    await services.sweep()
    assert await portfolio.admin.fetchval("SELECT count(*) FROM dashboard.export_files") == 0


async def test_of_two_downloads_at_once_one_gets_the_file(
    portfolio: Any, client: httpx.AsyncClient, bearer: Any
) -> None:
    headers = bearer("fay", "finance")
    for _ in range(5):
        url = (await make(client, headers, filter={})).json()["file_url"]
        answers = await asyncio.gather(*(client.get(url, headers=headers) for _ in range(4)))
        assert sorted(answer.status_code for answer in answers) == [200, 410, 410, 410]


async def test_domain_rule_32_over_the_quota_nothing_is_exported(
    portfolio: Any, client: httpx.AsyncClient, signed_in: Any
) -> None:
    headers = await signed_in("fay", Role.FINANCE)
    for _ in range(19):
        assert (await make(client, headers, filter={})).status_code == 201
    assert (await make(client, headers, client_ids=["a1", "a2"])).status_code == 201
    refused = await make(client, headers, filter={})
    body = refused.json()
    assert (refused.status_code, body["code"], body["records"], body["quota_left"]) == (
        *(429, "export_quota_exceeded", 5, 3),
    )
    assert (await quota(client, headers))["used"] == 97, "a refused export costs nothing"
    assert (await make(client, headers, client_ids=["a1", "a2", "b1"])).status_code == 201
    assert (await quota(client, headers))["left"] == 0
    # Signing in again starts a session of its own; the day goes on.
    fresh = await signed_in("fay", Role.FINANCE)
    assert await quota(client, fresh) == {
        "limit": 100,
        "used": 0,
        "left": 100,
        "user_day_limit": 500,
        "user_day_left": 400,
    }
    await portfolio.admin.execute("UPDATE dashboard.export_quota SET used = 498 WHERE holder LIKE 'day|%'")
    refused = await make(client, fresh, filter={})
    assert (refused.status_code, refused.json()["quota_left"]) == (429, 2)
    assert (await quota(client, fresh))["used"] == 0, "neither counter moves when the other refuses"


async def test_the_report_of_one_account_counts_its_invoices(
    portfolio: Any, client: httpx.AsyncClient, signed_in: Any
) -> None:
    headers = await signed_in("ana", Role.ACCOUNT_MANAGER)
    await portfolio.admin.execute(
        "INSERT INTO read_model.invoices SELECT (jsonb_populate_record(invoice, jsonb_build_object("
        "'document_id', invoice.document_id || copy))).* FROM read_model.invoices AS invoice, generate_series(1, 30) AS copy"
        " WHERE client_id = 'a1'"
    )
    made = (await make(client, headers, format="pdf", client_ids=["a1"])).json()
    assert (made["records"], made["quota_left"], made["format"]) == (25, 75, "pdf"), "as many as it lists"
    file = await client.get(made["file_url"], headers=headers)
    assert file.headers["content-type"] == "application/pdf"
    assert file.headers["content-disposition"].endswith('.pdf"')
    pages = PdfReader(io.BytesIO(file.content)).pages
    # A long word has places to break at, which a PDF's text tells of now and then.
    text = " ".join(" ".join(page.extract_text() for page in pages).replace("\u200b", "").split())
    for part in ("Alder GmbH", "INV-a1", "25 of 31 invoices", made["id"]):
        assert part in text
    assert (await client.get(made["file_url"], headers=headers)).status_code == 410
    await portfolio.admin.execute("DELETE FROM read_model.invoices WHERE client_id = 'a2'")
    empty = (await make(client, headers, format="pdf", client_ids=["a2"])).json()
    assert empty["records"] == 1, "a report without invoices is a record too"
    used = [(await make(client, headers, format="pdf", client_ids=["a1"])).status_code for _ in range(3)]
    assert used == [201, 201, 429]
    assert (await quota(client, headers))["used"] == 76


async def test_a_report_that_cannot_be_made_costs_nothing(
    portfolio: Any, client: httpx.AsyncClient, services: Any, bearer: Any
) -> None:
    services.report_printer._command = ("/no/such/program",)
    headers = bearer("ana", "account_manager")
    answer = await make(client, headers, format="pdf", client_ids=["a1"])
    assert (answer.status_code, answer.json()["code"]) == (503, "report_unavailable")
    assert (await quota(client, headers))["used"] == 0


async def test_a_token_has_a_counter_of_its_own(portfolio: Any, client: httpx.AsyncClient, issuer: Any) -> None:
    first, second = ({"Authorization": f"Bearer {issuer.token('fay', 'finance', jti=name)}"} for name in ("one", "two"))
    await make(client, first, filter={})
    again = {"Authorization": f"Bearer {issuer.token('fay', 'finance', jti='one', name='Fay')}"}
    used = [(await quota(client, headers))["used"] for headers in (first, again, second)]
    assert used == [5, 5, 0]
    assert (await quota(client, second))["user_day_left"] == 495


async def test_parallel_exports_never_release_more_than_the_limit(
    portfolio: Any, client: httpx.AsyncClient, services: Any, signed_in: Any
) -> None:
    await signed_in("fay", Role.FINANCE)
    session = await portfolio.admin.fetchval("SELECT session_id::text FROM dashboard.sessions")
    principal = Principal(user="fay", role=Role.FINANCE, session_id=session)
    store: PostgresExports = services.take_export._exports
    store._database._limit_s = 60  # two hundred at once wait for five connections: that is not what is tested

    async def export(number: int) -> int:
        records = number % 10 + 1
        wanted = NewExport(
            export_id=str(uuid.uuid4()),
            format=ExportFormat.CSV,
            filename="x.csv",
            content=b"x",
            records=records,
            wish={},
        )
        try:
            await store.keep(principal, wanted)
        except QuotaExceeded:
            return 0
        return records

    released = await asyncio.gather(*(export(number) for number in range(200)))
    assert sum(released) == 100, "refused only where too little is left"
    kept = await portfolio.admin.fetchrow("SELECT count(*) AS files, sum(records) AS records FROM dashboard.exports")
    granted = sum(1 for records in released if records)
    assert (kept["files"], kept["records"]) == (granted, 100)
    for table in ("export_files", "audit_log WHERE action = 'exports.created'"):
        assert await portfolio.admin.fetchval(f"SELECT count(*) FROM dashboard.{table}") == granted
    used = await portfolio.admin.fetch("SELECT holder, used FROM dashboard.export_quota")
    assert {row["used"] for row in used} == {100}
    assert holder(principal) in {row["holder"] for row in used}


async def test_the_database_itself_lets_no_counter_over_its_limit(portfolio: Any) -> None:
    await portfolio.admin.execute("INSERT INTO dashboard.export_quota (holder, used, lim) VALUES ('h', 100, 100)")
    with pytest.raises(Exception, match="check constraint"):
        await portfolio.admin.execute("UPDATE dashboard.export_quota SET used = used + 1")


async def test_domain_rule_32_what_cannot_be_written_down_is_not_exported(portfolio: Any, services: Any) -> None:
    await portfolio.admin.execute("ALTER TABLE dashboard.audit_log RENAME TO audit_away")
    try:
        wanted = NewExport(
            export_id=str(uuid.uuid4()), format=ExportFormat.CSV, filename="x", content=b"x", records=1, wish={}
        )
        with pytest.raises(Exception, match="audit_log"):
            await services.take_export._exports.keep(Principal(user="f", role=Role.FINANCE, token_id="t"), wanted)
    finally:
        await portfolio.admin.execute("ALTER TABLE dashboard.audit_away RENAME TO audit_log")
    for table in ("exports", "export_files", "export_quota"):
        assert await portfolio.admin.fetchval(f"SELECT count(*) FROM dashboard.{table}") == 0


async def test_counters_and_names_of_files_outlive_their_use_by_ninety_days(portfolio: Any, services: Any) -> None:
    for days in (1, 100):
        age = timedelta(days=days)
        await portfolio.admin.execute(
            "INSERT INTO dashboard.export_quota (holder, used, lim, used_at) VALUES ($1, 1, 1, now() - $2::interval)",
            *(f"session|{days}", age),
        )
    await services.sweep()
    left = await portfolio.admin.fetch("SELECT holder FROM dashboard.export_quota")
    assert [row["holder"] for row in left] == ["session|1"]
