"""Every operation of the document, for every role, on own, foreign and unknown accounts, signed in and not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from dashboard_api.domain.access import PERMISSIONS, SCOPES, Permission, Role, Scope
from dashboard_api.entrypoints.http.permissions import PUBLIC
from dashboard_api.entrypoints.http.schemas import account, me
from dashboard_api.entrypoints.http.schemas import portfolio as portfolio_models
from dashboard_api.entrypoints.http.schemas.retries import PaymentRetry

DOCUMENT = json.loads((Path(__file__).parents[3] / "docs" / "openapi.json").read_text())
OPERATIONS = sorted(
    (method.upper(), path, operation.get("x-permission"))
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
)
INVENTORY = {
    ("GET", "/api/v1/accounts", "portfolio.read"),
    ("GET", "/api/v1/accounts/{client_id}", "portfolio.read"),
    ("GET", "/api/v1/accounts/{client_id}/flags/draft", "flags.send"),
    ("GET", "/api/v1/accounts/{client_id}/invoices", "portfolio.read"),
    ("GET", "/api/v1/accounts/{client_id}/timeline", "portfolio.read"),
    ("DELETE", "/api/v1/sessions", "sessions.manage"),
    ("DELETE", "/api/v1/sessions/{session_id}", "sessions.manage"),
    ("GET", "/api/v1/audit", "audit.read"),
    ("GET", "/api/v1/auth/callback", None),
    ("GET", "/api/v1/auth/login", None),
    ("GET", "/api/v1/flags/{flag_id}", "payments.read"),
    ("GET", "/api/v1/exports/quota", "exports.create"),
    ("GET", "/api/v1/exports/{export_id}/file", "exports.create"),
    ("GET", "/api/v1/me", "self"),
    ("GET", "/api/v1/payment-retries/{payment_retry_id}", "payments.read"),
    ("GET", "/api/v1/sessions", "sessions.manage"),
    ("GET", "/api/v1/sources", "sources.read"),
    ("GET", "/api/v1/stream", "portfolio.read"),
    ("POST", "/api/v1/accounts/{client_id}/flags", "flags.send"),
    ("POST", "/api/v1/auth/logout", "self"),
    ("POST", "/api/v1/exports", "exports.create"),
    ("POST", "/api/v1/imports/accounts", "imports.write"),
    ("POST", "/api/v1/imports/rates", "imports.write"),
    ("POST", "/api/v1/invoices/{gateway_invoice_id}/payment-retries", "payments.retry"),
    ("POST", "/api/v1/syncs", "syncs.request"),
}
GUARDED = [(method, path, permission) for method, path, permission in OPERATIONS if permission]
CSV = {"accounts": "client_id,name\nz9,Zed\n", "rates": "client_id,metric,unit,unit_price,currency,valid_from\n"}
FLAG = {"channel": "slack", "target": "billing", "text": "Please look."}
FLAG_IDS = {"a1": "11111111-1111-4111-8111-111111111111", "b1": "22222222-2222-4222-8222-222222222222"}
OF_ACCOUNTS = ("{client_id}", "{flag_id}", "{gateway_invoice_id}", "{payment_retry_id}")
USERS = {
    Role.ACCOUNT_MANAGER: "ana",
    Role.FINANCE: "fay",
    Role.ADMIN: "adam",
    Role.SUPPORT: "sam",
    Role.PRODUCT_OWNER: "olga",
}


async def call(
    client: httpx.AsyncClient, method: str, path: str, headers: dict[str, str], client_id: str = "a1"
) -> httpx.Response:
    content = next((text for name, text in CSV.items() if path.endswith(f"/imports/{name}")), None)
    kind = {"content-type": "text/csv"} if content else {}
    if method == "POST" and path.endswith("/flags"):
        content, kind = json.dumps(FLAG), {"idempotency-key": f"flag-of-{client_id}"}
    if path.endswith("/payment-retries"):
        content, kind = json.dumps({"amount_minor": 10_000, "currency": "USD"}), {"idempotency-key": "click-00001"}
    query = "?channel=slack" if path.endswith("/flags/draft") else ""
    path = path.replace("{client_id}", client_id).replace("{flag_id}", FLAG_IDS.get(client_id, client_id))
    # Of ana's invoices that of a2 is open.
    owing = {"a1": "a2"}.get(client_id, client_id)
    path = path.replace("{gateway_invoice_id}", f"in_{owing}").replace("{payment_retry_id}", f"pr_{client_id}")
    return await client.request(method, path + query, content=content, headers=headers | kind)


def test_the_inventory_is_the_reviewed_one(app: FastAPI) -> None:
    assert set(OPERATIONS) == INVENTORY
    assert {(method, path) for method, path, permission in OPERATIONS if permission is None} <= PUBLIC
    served = {(method.upper(), path) for path, item in app.openapi()["paths"].items() for method in item}
    assert served == {(method, path) for method, path, _ in INVENTORY}


@pytest.mark.parametrize("role", Role)
async def test_each_role_reaches_what_the_table_says(
    portfolio: Any, client: httpx.AsyncClient, bearer: Any, role: Role
) -> None:
    headers = bearer(USERS[role], role.value)
    for client_id, flag_id in FLAG_IDS.items():
        await portfolio.flag(client_id, flag_id)
        await portfolio.attempt(client_id)
    for method, path, permission in GUARDED:
        if path.endswith("/stream"):
            continue  # endless; its scope is tested on a real server
        allowed = Permission(permission) in PERMISSIONS[role]
        response = await call(client, method, path, headers)
        expected = {200, 202, 204, 422} if allowed else {403}
        if allowed and ("{export_id}" in path or "{session_id}" in path):
            expected = {404}  # nobody's
        assert response.status_code in expected, (method, path, response.text)
        if not allowed:
            assert response.json()["code"] == "not_allowed"
        if allowed and any(name in path for name in OF_ACCOUNTS):
            foreign = 404 if SCOPES[role] is Scope.OWN else 200
            assert (await call(client, method, path, headers, "b1")).status_code == foreign, path
            assert (await call(client, method, path, headers, "no-such")).status_code == 404, path


async def test_nothing_is_reached_without_a_token_or_role(
    portfolio: Any, client: httpx.AsyncClient, bearer: Any
) -> None:
    for method, path, _ in GUARDED:
        response = await call(client, method, path, {})
        assert (response.status_code, response.json()["code"]) == (401, "not_signed_in"), path
        assert response.headers["www-authenticate"].startswith("Bearer")
        response = await call(client, method, path, bearer("eve", "intern"))
        assert (response.status_code, response.json()["code"]) == (403, "no_role"), path
        for header in ("Bearer", "Bearer x.y.z", "Basic YTpi", "bearer  "):
            response = await call(client, method, path, {"Authorization": header})
            assert (response.status_code, response.json()["code"]) == (401, "invalid_token"), (path, header)


async def test_unknown_parameters_are_refused_everywhere(
    portfolio: Any, client: httpx.AsyncClient, bearer: Any
) -> None:
    for method, path, permission in GUARDED:
        role = next(role for role in Role if Permission(permission) in PERMISSIONS[role])
        response = await call(client, method, f"{path}?pageSize=10", bearer(USERS[role], role.value))
        assert (response.status_code, response.json()["code"]) == (422, "unknown_parameter"), path
        assert response.headers["content-type"] == "application/problem+json"


async def test_real_answers_are_what_the_document_promises(
    portfolio: Any, client: httpx.AsyncClient, bearer: Any
) -> None:
    promised: dict[str, type[BaseModel]] = {
        "/api/v1/me": me.Me,
        "/api/v1/sources": portfolio_models.Sources,
        "/api/v1/accounts": portfolio_models.Portfolio,
        "/api/v1/accounts?from=2026-01-01&axis=service": portfolio_models.Portfolio,
        "/api/v1/accounts/a1": account.Account,
        "/api/v1/accounts/a1/invoices": account.Invoices,
        "/api/v1/accounts/a1/timeline": account.Timeline,
        "/api/v1/payment-retries/pr_a1": PaymentRetry,
    }
    await portfolio.flag("a1", FLAG_IDS["a1"])
    await portfolio.attempt("a1")
    for user, role in (("ana", "account_manager"), ("sam", "support")):
        for path, model in promised.items():
            if "payment" in path and role == "support":
                continue
            body = (await client.get(path, headers=bearer(user, role))).json()
            model.model_validate(body, strict=False)
            missing = model.model_json_schema(mode="serialization")["required"]
            assert set(missing) <= set(body), path


async def test_errors_of_the_framework_are_problems_too(client: httpx.AsyncClient) -> None:
    for method, path, status, code in (
        ("GET", "/api/v1/nothing", 404, "route_not_found"),
        ("GET", "/api/docs", 404, "route_not_found"),
        ("DELETE", "/api/v1/me", 405, "method_not_allowed"),
    ):
        response = await client.request(method, path)
        body = response.json()
        assert (response.status_code, body["status"], body["code"]) == (status, status, code)
        assert response.headers["content-type"] == "application/problem+json"
        assert len(body["trace_id"]) == 32


async def test_a_trace_is_continued(client: httpx.AsyncClient) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    response = await client.get("/api/v1/me", headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
    assert response.json()["trace_id"] == trace


async def test_a_fault_of_ours_tells_nothing(app: FastAPI, client: httpx.AsyncClient, bearer: Any) -> None:
    async def fail() -> str:
        raise RuntimeError("secret detail")

    app.state.services.sources.reports = fail
    response = await client.get("/api/v1/sources", headers=bearer("adam", "admin"))
    assert (response.status_code, response.json()["code"]) == (500, "internal_error")
    assert "secret" not in response.text


async def test_a_body_too_large_is_refused(client: httpx.AsyncClient, bearer: Any) -> None:
    headers = bearer("adam", "admin") | {"content-type": "application/json"}
    response = await client.post("/api/v1/syncs", content=b" " * 5000, headers=headers)
    assert (response.status_code, response.json()["code"]) == (413, "body_too_large")
    headers["content-type"] = "text/csv"
    response = await client.post("/api/v1/imports/accounts", content=b"x" * (9 * 1024 * 1024), headers=headers)
    assert response.status_code == 413


async def test_the_document_is_open_to_everybody(client: httpx.AsyncClient) -> None:
    response = await client.get("/api/openapi.json")
    assert response.json() == DOCUMENT


async def test_an_unchanged_answer_is_not_sent_twice(portfolio: Any, client: httpx.AsyncClient, bearer: Any) -> None:
    headers = bearer("fay", "finance")
    first = await client.get("/api/v1/accounts/a1", headers=headers)
    again = await client.get("/api/v1/accounts/a1", headers=headers | {"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
