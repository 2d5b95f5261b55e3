"""The reviewed operations, and how a valid request of each is made. A new operation is a line in `operations.txt` and,
where it takes more than an account in its path, a line in `REQUESTS`."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from tests.integration.dashboard_api.ledger import REALM

from dashboard_api.domain.access import PERMISSIONS, SCOPES, Permission, Role, Scope

PUBLIC = "public"


class Whose(StrEnum):
    """Whose thing a request is about."""

    OWN = "own"
    FOREIGN = "foreign"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Operation:
    """One line of the inventory."""

    method: str
    path: str
    permission: str
    about: str

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def cases(self) -> tuple[Whose, ...]:
        if self.about in {"-", "login"}:
            return (Whose.OWN,)
        return (Whose.OWN, Whose.UNKNOWN) if self.about == "anybody" else tuple(Whose)

    def refusal(self, role: Role, whose: Whose) -> int | None:
        """The status with which it is refused, from the permission table and the scope table; None: it is done."""
        if Permission(self.permission) not in PERMISSIONS[role]:
            return 403
        if whose is Whose.UNKNOWN or (whose is Whose.FOREIGN and self.about == "maker"):
            return 404
        return 404 if whose is Whose.FOREIGN and SCOPES[role] is Scope.OWN else None


def inventory() -> list[Operation]:
    """What has been reviewed."""
    lines = Path(__file__).with_name("operations.txt").read_text().splitlines()
    return [Operation(*line.split()) for line in lines if line and not line.startswith("#")]


ACCOUNTS = {Whose.OWN: "a2", Whose.FOREIGN: "b1", Whose.UNKNOWN: "no-such"}
"""Accounts of the portfolio fixture as `ana` sees them."""
USERS = {
    Role.ACCOUNT_MANAGER: "ana",
    Role.FINANCE: "fay",
    Role.ADMIN: "adam",
    Role.SUPPORT: "sam",
    Role.PRODUCT_OWNER: "olga",
}


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a request is made ready: the database, the API, and who asks about whose thing."""

    world: Any
    client: httpx.AsyncClient
    headers: dict[str, str]
    others: dict[str, str]
    """Headers of somebody else who may make the same things."""
    role: Role
    whose: Whose

    @property
    def account(self) -> str:
        return ACCOUNTS[self.whose]


@dataclass(frozen=True, slots=True)
class Ask:
    """What is filled into path, query and body."""

    place: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    json: Any = None
    csv: str | None = None

    async def send(self, operation: Operation, client: httpx.AsyncClient, headers: dict[str, str]) -> httpx.Response:
        """Make the request; a body of the right kind, a key of its own."""
        path = operation.path.format(**self.place)
        more = {"content-type": "text/csv"} if self.csv is not None else {}
        key = {"Idempotency-Key": f"matrix-{uuid.uuid4()}"} if operation.method == "POST" else {}
        return await client.request(
            operation.method,
            path,
            params=self.query,
            json=self.json,
            content=self.csv,
            headers=headers | more | key,
        )


Make = Callable[[Stage], Awaitable[Ask]]


def with_account(**more: Any) -> Make:
    """The account in the path, and what else the request takes."""

    async def make(stage: Stage) -> Ask:
        return Ask(place={"client_id": stage.account}, **more)

    return make


async def _explain(stage: Stage) -> Ask:
    return Ask(place={"client_id": stage.account, "period": "2026-10"})


async def _flag(stage: Stage) -> Ask:
    flag_id = str(uuid.uuid4())
    if stage.whose is not Whose.UNKNOWN:
        await stage.world.admin.execute(
            "INSERT INTO dashboard.flags (flag_id, client_id, channel, target_id, target_label, subject, text, evidence,"
            " snapshot, link, flagged_by, flagged_by_name, key_hash, request_hash)"
            " VALUES ($1, $2, 'slack', $1::uuid::text, 'T', 's', 't', '[]', '{}', 'l', 'ana', 'Ana', $3, '')",
            *(flag_id, stage.account, uuid.uuid4().bytes),
        )
    return Ask(place={"flag_id": flag_id})


async def _reference(stage: Stage) -> Ask:
    await stage.world.admin.execute(
        "CREATE OR REPLACE FUNCTION reference_counts(first date, last date) RETURNS TABLE (metric text, counted numeric)"
        " LANGUAGE sql AS $$ SELECT 'api_calls', 5::numeric $$"
    )
    return Ask(json={"from_day": "2026-11-01", "to_day": "2026-11-14"})


async def _clear(stage: Stage) -> Ask:
    """A metric whose count was found over its limit."""
    metric = f"m_{uuid.uuid4().hex}"
    if stage.whose is not Whose.UNKNOWN:
        for table, columns, values in (
            ("dashboard.calibration_counts", "origin, taken_by, taken_at", "'csv', 'adam', now()"),
            ("read_model.calibration_checks", "metered, state, judged_at", "0, 'over', now()"),
        ):
            await stage.world.admin.execute(
                f"INSERT INTO {table} (check_id, metric, from_day, to_day, reference, limit_percent, {columns})"
                f" VALUES ($1, $1, '2026-11-01', '2026-11-14', 5, 7, {values})",
                metric,
            )
    return Ask(place={"metric": metric}, json={"reason": "Meter fixed"})


async def _retry(stage: Stage) -> Ask:
    return Ask(place={"gateway_invoice_id": f"in_{stage.account}"}, json={"amount_minor": 10_000, "currency": "USD"})


async def _attempt(stage: Stage) -> Ask:
    attempt_id = f"pr_{uuid.uuid4()}"
    if stage.whose is not Whose.UNKNOWN:
        await stage.world.attempt(stage.account, attempt_id=attempt_id)
    return Ask(place={"payment_retry_id": attempt_id})


async def _export(stage: Stage) -> Ask:
    return Ask(json={"format": "csv", "client_ids": [stage.account]})


async def _export_file(stage: Stage) -> Ask:
    if stage.whose is Whose.UNKNOWN or Permission.EXPORTS_CREATE not in PERMISSIONS[stage.role]:
        return Ask(place={"export_id": str(uuid.uuid4())})
    maker = stage.headers if stage.whose is Whose.OWN else stage.others
    wish = {"format": "csv", "client_ids": [stage.account]}
    made = await stage.client.post("/api/v1/exports", json=wish, headers=maker)
    assert made.status_code == 201, made.text
    return Ask(place={"export_id": made.json()["id"]})


async def _session(stage: Stage) -> Ask:
    session_id = str(uuid.uuid4())
    if stage.whose is Whose.OWN:
        await stage.world.admin.execute(
            "INSERT INTO dashboard.sessions (token_hash, session_id, user_name, name, email, role)"
            " VALUES ($1, $2, 'ben', 'Ben', '', 'finance')",
            *(uuid.uuid4().bytes, session_id),
        )
    return Ask(place={"session_id": session_id})


async def _sync(stage: Stage) -> Ask:
    await stage.world.admin.execute("DELETE FROM dashboard.sync_requests")  # one person asks every ten seconds
    return Ask(json={"source": "stripe"})


async def _callback(stage: Stage) -> Ask:
    begun = await stage.client.post("/api/v1/connections/quickbooks", headers=stage.headers)
    state = parse_qs(urlsplit(begun.json().get("authorise_url", "")).query).get("state", [""])[0]
    return Ask(query={"code": "c1", "state": state, "realmId": REALM})


REVIEWED = {"kind": "review", "revision": 1, "period_start": "2026-10-01"}


async def _bulk(stage: Stage) -> Ask:
    account = {"client_id": stage.account, "revision": 1, "period_start": "2026-10-01"}
    return Ask(json={"kind": "review", "accounts": [account]})


async def _link(stage: Stage) -> Ask:
    ref = f"stripe:{uuid.uuid4()}"
    if stage.whose is not Whose.UNKNOWN:
        await stage.world.admin.execute(
            "INSERT INTO read_model.unlinked_customers (ref, source, observed_at) VALUES ($1, 'stripe', now())", ref
        )
    return Ask(json={"ref": ref, "client_id": "a2", "seen_decision_id": None})


async def _unlink(stage: Stage) -> Ask:
    ref = f"stripe:{uuid.uuid4()}"
    if stage.whose is not Whose.UNKNOWN:
        await stage.world.admin.execute("INSERT INTO read_model.links VALUES ($1, 'a2', 'import')", ref)
    return Ask(json={"ref": ref, "client_id": "a2", "seen_decision_id": None})


async def _link_decision(stage: Stage) -> Ask:
    decision_id = str(uuid.uuid4())
    if stage.whose is not Whose.UNKNOWN:
        await stage.world.admin.execute(
            "INSERT INTO dashboard.link_decisions (decision_id, ref, version, verdict, client_id, decided_by,"
            " decided_by_name, key_hash, request_hash)"
            " VALUES ($1, $2, nextval('dashboard.fact_version'), 'linked', 'a2', 'adam', 'Adam', $3, '')",
            *(decision_id, f"stripe:{decision_id}", uuid.uuid4().bytes),
        )
    return Ask(place={"decision_id": decision_id})


def csv(text: str) -> Make:
    """A file as the body."""

    async def make(stage: Stage) -> Ask:
        return Ask(csv=text)

    return make


REQUESTS: dict[str, Make] = {
    "POST /api/v1/accounts/{client_id}/flags": with_account(
        json={"channel": "slack", "target": "billing", "text": "Look.", "discrepancy": None, "period_start": None}
    ),
    "GET /api/v1/accounts/{client_id}/flags/draft": with_account(query={"channel": "slack"}),
    "POST /api/v1/accounts/{client_id}/decisions": with_account(json=REVIEWED),
    "POST /api/v1/decisions": _bulk,
    "GET /api/v1/accounts/{client_id}/reconciliations/{period}/explain": _explain,
    "GET /api/v1/link-decisions/{decision_id}": _link_decision,
    "POST /api/v1/link-decisions/{decision_id}/undo": _link_decision,
    "GET /api/v1/connections/quickbooks/callback": _callback,
    "POST /api/v1/links": _link,
    "POST /api/v1/unlinks": _unlink,
    "POST /api/v1/exports": _export,
    "POST /api/v1/invoices/{gateway_invoice_id}/payment-retries": _retry,
    "POST /api/v1/calibrations/csv": csv("metric,from_day,to_day,count\n"),
    "POST /api/v1/calibrations/sql": _reference,
    "POST /api/v1/calibrations/{metric}/clear": _clear,
    "GET /api/v1/payment-retries/{payment_retry_id}": _attempt,
    "GET /api/v1/exports/{export_id}/file": _export_file,
    "GET /api/v1/flags/{flag_id}": _flag,
    "POST /api/v1/imports/accounts": csv("client_id,name\nz9,Zed\n"),
    "POST /api/v1/imports/rates": csv("client_id,metric,unit,unit_price,currency,valid_from\n"),
    "DELETE /api/v1/sessions/{session_id}": _session,
    "POST /api/v1/syncs": _sync,
}


async def ask(operation: Operation, stage: Stage) -> Ask:
    """A valid request of the operation."""
    return await REQUESTS.get(operation.name, with_account())(stage)
