"""Every operation × who asks (nobody, a token that ended, no role, each role) × whose thing (own, foreign, unknown).

What must come of it follows from the permission table, the scope table and the permission on the operation; which
operations there are comes from the OpenAPI document, and `operations.txt` is the reviewed list of them.
"""

from __future__ import annotations

import json
import re
import time
from dataclasses import replace
from typing import Any

import httpx
import pytest
from tests.integration.dashboard_api.operations import PUBLIC, USERS, Ask, Operation, Stage, Whose, ask, inventory

from dashboard_api.domain.access import PERMISSIONS, Permission, Principal, Role
from dashboard_api.entrypoints.http.parameters import OPEN_ENDED
from dashboard_api.entrypoints.http.permissions import CSRF_HEADER, CSRF_VALUE, SAFE_METHODS
from dashboard_api.entrypoints.http.services import Services
from dashboard_api.openapi import document

DOCUMENT = json.loads(document())
GUARDED = [each for each in inventory() if each.permission != PUBLIC]
FOREIGN_WORDS = ("Birch", "Beech", "Nobody's", '"b1"', '"b2"', '"x1"', "INV-b")
PAYMENT_WORDS = ("4242", "pi_1", '"remaining_minor":1', '"overdue_minor":1', '"status":"overdue"')

every_operation = pytest.mark.parametrize("operation", GUARDED, ids=lambda each: each.name)


def done(operation: Operation) -> int:
    """The one status of success that the document promises."""
    responses = DOCUMENT["paths"][operation.path][operation.method.lower()]["responses"]
    (status,) = [int(each) for each in responses if each < "304"]
    return status


async def login(services: Services, user: str, role: Role) -> dict[str, str]:
    """What a browser sends for somebody who is signed in."""
    token = await services.login._sessions.open(Principal(user=user, role=role))
    return {"Cookie": f"trueup_session={token}", CSRF_HEADER: CSRF_VALUE}


@pytest.fixture(autouse=True)
async def _streams_end_at_once(services: Services) -> None:
    await services.live.stop()


def stage(world: Any, client: httpx.AsyncClient, bearer: Any, role: Role, whose: Whose) -> Stage:
    others = bearer("ben", "account_manager") if role is Role.ACCOUNT_MANAGER else bearer("gus", "finance")
    return Stage(world, client, bearer(USERS[role], role.value), others, role, whose)


@every_operation
async def test_domain_rule_31_each_role_reaches_what_the_tables_say(
    portfolio: Any, client: httpx.AsyncClient, bearer: Any, services: Services, operation: Operation
) -> None:
    for role in Role:
        for whose in operation.cases:
            on = stage(portfolio, client, bearer, role, whose)
            if operation.about == "login":
                on = replace(on, headers=await login(services, USERS[role], role))
            response = await (await ask(operation, on)).send(operation, client, on.headers)
            case = (operation.name, role.value, whose.value, response.status_code, response.text[:300])
            refusal = operation.refusal(role, whose)
            assert response.status_code == (refusal or done(operation)), case
            if refusal:
                assert response.headers["content-type"] == "application/problem+json", case
                assert (response.json()["code"] == "not_allowed") == (refusal == 403), case
            if role is Role.ACCOUNT_MANAGER:
                told = response.json()["detail"] if refusal else response.text
                assert not [word for word in FOREIGN_WORDS if word in told], case
            if Permission.PAYMENTS_READ not in PERMISSIONS[role]:
                # The trace id is drawn by chance and may hold any digits, those of a card too.
                said = re.sub(r'"trace_id":"[0-9a-f]*"', "", response.text.replace(" ", ""))
                assert not [word for word in PAYMENT_WORDS if word in said], case


@every_operation
async def test_foreign_and_unknown_look_the_same(
    portfolio: Any, client: httpx.AsyncClient, bearer: Any, operation: Operation
) -> None:
    if Whose.FOREIGN not in operation.cases:
        assert operation.about in {"-", "login", "anybody"}
        return
    seen = []
    for whose in (Whose.FOREIGN, Whose.UNKNOWN):
        on = stage(portfolio, client, bearer, Role.ACCOUNT_MANAGER, whose)
        response = await (await ask(operation, on)).send(operation, client, on.headers)
        body = response.json()
        seen.append((response.status_code, {name: body[name] for name in body if name != "trace_id"}))
    assert seen[0] == seen[1]
    assert seen[0][0] == 404


@every_operation
async def test_nobody_gets_in_without_a_valid_login_and_a_role(
    portfolio: Any, client: httpx.AsyncClient, bearer: Any, issuer: Any, operation: Operation
) -> None:
    now = int(time.time())
    ended = issuer.token("adam", "admin", iat=now - 1200, exp=now - 600)
    wanted = await ask(operation, stage(portfolio, client, bearer, Role.ADMIN, Whose.UNKNOWN))
    for headers, status, code in (
        ({}, 401, "not_signed_in"),
        ({"Authorization": f"Bearer {ended}"}, 401, "invalid_token"),
        ({"Authorization": "Bearer x.y.z"}, 401, "invalid_token"),
        ({"Authorization": "Basic YTpi"}, 401, "invalid_token"),
        ({"Authorization": "Bearer"}, 401, "invalid_token"),
        ({"Cookie": "trueup_session=unknown", CSRF_HEADER: CSRF_VALUE}, 401, "session_ended"),
        (bearer("eve", "intern"), 403, "no_role"),
    ):
        response = await wanted.send(operation, client, headers)
        assert (response.status_code, response.json()["code"]) == (status, code), (operation.name, headers)
        if status == 401:
            assert response.headers["www-authenticate"].startswith("Bearer")


@every_operation
async def test_a_session_needs_the_header_against_forgery_to_act(
    world: Any, client: httpx.AsyncClient, services: Services, operation: Operation
) -> None:
    headers = await login(services, "adam", Role.ADMIN)
    del headers[CSRF_HEADER]
    response = await Ask(place=dict.fromkeys(names(operation), "x")).send(operation, client, headers)
    forged = response.status_code == 403 and response.json()["code"] == "csrf_required"
    assert forged == (operation.method not in SAFE_METHODS), (operation.name, response.text)


@pytest.mark.parametrize("operation", [each for each in GUARDED if each.about == "login"], ids=lambda each: each.name)
async def test_what_takes_a_login_is_nothing_for_a_program(
    portfolio: Any, client: httpx.AsyncClient, bearer: Any, operation: Operation
) -> None:
    on = stage(portfolio, client, bearer, Role.ADMIN, Whose.OWN)
    response = await (await ask(operation, on)).send(operation, client, on.headers)
    assert (response.status_code, response.json()["code"]) == (403, "needs_login_session")


@every_operation
async def test_unknown_parameters_are_refused_everywhere(
    portfolio: Any, client: httpx.AsyncClient, bearer: Any, operation: Operation
) -> None:
    role = next(role for role in Role if Permission(operation.permission) in PERMISSIONS[role])
    on = stage(portfolio, client, bearer, role, Whose.OWN)
    wanted = await ask(operation, on)
    response = await replace(wanted, query=wanted.query | {"pageSize": "10"}).send(operation, client, on.headers)
    if operation.path in OPEN_ENDED:
        assert response.status_code != 422
        return
    assert (response.status_code, response.json()["code"]) == (422, "unknown_parameter"), response.text
    assert response.headers["content-type"] == "application/problem+json"


def names(operation: Operation) -> list[str]:
    return [part[1:-1] for part in operation.path.split("/") if part.startswith("{")]


async def test_the_matrix_is_not_empty() -> None:
    assert len(GUARDED) >= 20
    assert {each.permission for each in GUARDED} == {permission.value for permission in Permission}
    roles = {role for each in GUARDED for role in Role for whose in each.cases if each.refusal(role, whose) is None}
    assert roles == set(Role)
