"""Read-only mode: every action is off, reading and getting people out are not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from dashboard_api.__main__ import SCHEMA, wire
from dashboard_api.domain.access import Principal, Role
from dashboard_api.domain.disclaimer import DISCLAIMER
from dashboard_api.entrypoints.http.app import create_app
from dashboard_api.entrypoints.http.permissions import SAFE_METHODS, UNTOUCHED_BY_READ_ONLY
from dashboard_api.entrypoints.http.services import Services
from dashboard_api.settings import Settings
from trueup_kit.postgres import create_engine


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"read_only": True})


async def test_every_action_is_off(portfolio: Any, client: httpx.AsyncClient, app: Any, bearer: Any) -> None:
    headers = bearer("adam", "admin")
    tried = 0
    for path, item in app.openapi()["paths"].items():
        for method, operation in item.items():
            name = (method.upper(), path)
            if name[0] in SAFE_METHODS or name in UNTOUCHED_BY_READ_ONLY:
                continue
            role = next(role for role in Role if operation["x-permission"] in permissions_of(role))
            response = await client.request(*name, headers=bearer("someone", role.value))
            assert (response.status_code, response.json()["code"]) == (403, "read_only_mode"), name
            tried += 1
    assert tried >= 3
    assert (await client.get("/api/v1/accounts", headers=headers)).status_code == 200
    assert await portfolio.admin.fetchval("SELECT count(*) FROM dashboard.audit_log") == 0


def permissions_of(role: Role) -> frozenset[str]:
    return frozenset(Principal(user="", role=role).permissions)


async def test_people_can_still_be_got_out(world: Any, client: httpx.AsyncClient, services: Services) -> None:
    token = await services.login._sessions.open(Principal(user="adam", role=Role.ADMIN))
    headers = {"Cookie": f"trueup_session={token}", "X-Trueup-Csrf": "1"}
    assert (await client.get("/api/v1/me", headers=headers)).json()["read_only"] is True
    assert (await client.delete("/api/v1/sessions?user=ana", headers=headers)).status_code == 200
    assert (await client.post("/api/v1/auth/logout", headers=headers)).status_code == 204


async def test_it_is_off_unless_set(settings: Settings, bearer: Any, issuer: Any) -> None:
    async for client in _with(
        settings.model_copy(update={"read_only": Settings.model_fields["read_only"].default}), issuer
    ):
        me = (await client.get("/api/v1/me", headers=bearer("fay", "finance"))).json()
        assert (me["read_only"], me["disclaimer"]) == (False, DISCLAIMER)
        assert (await client.post("/api/v1/syncs", headers=bearer("fay", "finance"))).status_code == 202


async def _with(settings: Settings, issuer: Any) -> AsyncIterator[httpx.AsyncClient]:
    engine = create_engine(settings.postgres_dsn, application_name="test", pool_size=2, schema=SCHEMA)
    async with httpx.AsyncClient(transport=httpx.MockTransport(issuer.answer)) as http:
        app = create_app(wire(settings, engine=engine, http=http))
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1:8080"
        ) as client:
            yield client
    await engine.dispose()
