"""What holds for every operation besides who may call it: parameters, shapes, errors, traces, sizes, entity tags."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from pydantic import BaseModel

from dashboard_api.entrypoints.http.schemas import account, me
from dashboard_api.entrypoints.http.schemas import portfolio as portfolio_models
from dashboard_api.entrypoints.http.schemas.retries import PaymentRetry

DOCUMENT = json.loads((Path(__file__).parents[3] / "docs" / "openapi.json").read_text())
FLAG_IDS = {"a1": "11111111-1111-4111-8111-111111111111", "b1": "22222222-2222-4222-8222-222222222222"}


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
