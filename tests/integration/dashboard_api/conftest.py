"""A filled read model, a small issuer, and the service's application on both."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi import FastAPI
from tests.integration.dashboard_api.ledger import HOST, SECRET, Ledger, Outside

from dashboard_api.__main__ import SCHEMA, wire
from dashboard_api.adapters.audit import use_key
from dashboard_api.entrypoints.http.app import create_app
from dashboard_api.entrypoints.http.services import Services
from dashboard_api.settings import DEVELOPMENT_AUDIT_KEY, Settings
from trueup_kit.postgres import create_engine

ISSUER = "http://127.0.0.1:1/oidc"
PUBLIC_URL = "http://testserver"
ROLES = "https://trueup.example/roles"
FLAGGING: dict[str, Any] = {
    "flag_targets": [
        {"id": "billing", "label": "#billing", "channel": "slack", "slack_channel": "C0BILLING"},
        {"id": "revenue", "label": "#revenue", "channel": "slack", "slack_channel": "C0REVENUE"},
        {"id": "finance", "label": "Finance", "channel": "email", "email": "finance@trueup.example"},
    ],
    "slack_token": "xoxb-sandbox",
    "slack_base_url": "http://127.0.0.1:1/slack/api/",
    "smtp_host": "127.0.0.1",
    "smtp_port": 1,
    "smtp_security": "none",
    "mail_from": "Trueup <trueup@trueup.example>",
}
PERIOD = {"start": "2026-10-01", "end": "2026-11-01"}


@dataclass
class Row:
    """One account as the reconciler would write it; what a test does not name has a plain value."""

    client_id: str
    name: str = ""
    owners: Sequence[str] = ()
    status: str | None = "paid"
    band: str = "matched"
    flagged: bool = False
    expected: int | None = 10_000
    billed: int | None = 10_000
    currency: str = "USD"
    total: int | None = 10_000
    due_on: date | None = date(2026, 11, 15)
    usage: int = 100
    active_from: date | None = date(2026, 1, 1)
    active_to: date | None = None
    revision: int = 1
    payments: list[dict[str, Any]] = field(default_factory=list)

    @property
    def variance(self) -> int | None:
        return None if self.expected is None or self.billed is None else self.billed - self.expected

    def variance_json(self) -> dict[str, Any]:
        return {
            "period": PERIOD,
            "expected_minor": self.expected,
            "billed_minor": self.billed,
            "amount_minor": self.variance,
            "percent": "0.00" if self.variance is not None else None,
            "band": self.band,
            "currency": self.currency if self.variance is not None else None,
            "reasons": [] if self.variance is not None else [{"code": "unlinked", "source": "stripe", "cure": "Link."}],
        }

    def item(self) -> dict[str, Any]:
        return {
            "client_id": self.client_id,
            "name": self.name or self.client_id,
            "active": self.active_to is None,
            "usage_mtd": [{"metric": "api_calls", "quantity": str(self.usage), "unit": "calls"}],
            "invoice_total": None if self.total is None else {"amount_minor": self.total, "currency": self.currency},
            "due_date": self.due_on and self.due_on.isoformat(),
            "status": self.status,
            "variance": self.variance_json(),
            "flagged": self.flagged,
            "summary": "In line",
            "trend_metric": "api_calls",
            "trend": ["1", "2"],
            "sources": [{"source": each, "state": "complete"} for each in ("amplitude", "quickbooks", "stripe")],
        }

    def invoice(self) -> dict[str, Any]:
        number = f"INV-{self.client_id}"
        return {
            "document_id": f"quickbooks:invoice:{self.client_id}",
            "number": number,
            "kind": "invoice",
            "period": {**PERIOD, "assumed": False},
            "issued_on": "2026-11-01",
            "due_on": self.due_on and self.due_on.isoformat(),
            "currency": self.currency,
            "total_minor": self.total or 0,
            "tax_minor": 0,
            "remaining_minor": 0 if self.status == "paid" else self.total or 0,
            "paid_minor": (self.total or 0) if self.status == "paid" else 0,
            "credited_minor": 0,
            "status": self.status or "pending",
            "paid_at": None,
            "via": "stripe",
            "gateway_invoice_id": f"in_{self.client_id}",
            "gateway": self.gateway(),
            "lines": [],
        }

    def gateway(self) -> dict[str, Any]:
        remaining = 0 if self.status == "paid" else self.total or 0
        return {
            "ref": f"stripe:cus_{self.client_id}",
            "status": "paid" if self.status == "paid" else "open",
            "currency": self.currency,
            "remaining_minor": remaining,
            "ledger_remaining_minor": remaining,
            "attempt_count": 1,
            "next_attempt_at": None,
            "method": {"kind": "card", "brand": "visa", "last4": "4242"},
            "failure": None,
        }

    def detail(self) -> dict[str, Any]:
        quarter = {"start": "2026-10-01", "end": "2027-01-01"}
        return {
            "time_zone": "UTC",
            "active_from": "2026-01-01",
            "active_to": None,
            "refs": [],
            "forecast": {
                "status": "not_enough_history",
                "quarter": quarter,
                "amount": None,
                "low": None,
                "high": None,
                "method": "linear least squares",
                "version": 1,
                "basis": "",
                "metrics": [],
                "excluded": [],
            },
            "trend_detail": [],
            "invoices": [self.invoice()],
            "invoices_total": 1,
            "payments": self.payments,
            "discrepancies": [],
            "reconciliations": [self.reconciliation()],
            "auto_reconciled": False,
        }

    def reconciliation(self) -> dict[str, Any]:
        receipt: dict[str, Any] = {"expected": [], "billed": [], "credits": []}
        explained = {
            "explained": [],
            "unexplained_minor": self.variance_json()["amount_minor"],
            "priced_by": "rate_card",
        }
        return {**self.variance_json(), **explained, "due": True, "period_assumed": False, "receipt": receipt}


_INSERT = {
    "accounts": "client_id, name, active_from, active_to, time_zone, currency, usage_sort, invoice_total_minor,"
    " invoice_currency, due_on, status, band, flagged, expected_minor, billed_minor, variance_minor, variance_ratio,"
    " variance_currency, source_state, search_text, item, payload, watermark_keys, reconciled_at, revision",
    "invoices": "document_id, client_id, number, kind, issued_on, due_on, period_start, period_end, period_assumed,"
    " currency, total_minor, remaining_minor, paid_minor, credited_minor, status, gateway_invoice_id, payload",
    "reconciliations": "client_id, period_start, currency, version, period_end, current, due, band, flagged,"
    " expected_minor, billed_minor, variance_minor, payload, decided_at",
}


def _account(row: Row, now: datetime) -> tuple[Any, ...]:
    judged = row.variance is not None
    ratio = row.variance / row.expected if row.variance is not None and row.expected else None
    search = f"{row.name or row.client_id} {row.client_id} inv-{row.client_id}".lower()
    return (
        *(row.client_id, row.name or row.client_id, row.active_from, row.active_to, "UTC", row.currency, row.usage),
        *(row.total, row.currency if row.total is not None else None, row.due_on, row.status, row.band, row.flagged),
        *(row.expected, row.billed, row.variance, ratio, row.currency if judged else None),
        *("ok" if judged else "cannot_judge", search, json.dumps(row.item()), json.dumps(row.detail())),
        *(["quickbooks|documents", "stripe|billing", "amplitude|usage"], now, row.revision),
    )


def _invoice(row: Row) -> tuple[Any, ...]:
    each = row.invoice()
    return (
        *(each["document_id"], row.client_id, each["number"], "invoice", date(2026, 11, 1), row.due_on),
        *(date(2026, 10, 1), date(2026, 11, 1), False, row.currency, each["total_minor"], each["remaining_minor"]),
        *(each["paid_minor"], 0, each["status"], each["gateway_invoice_id"], json.dumps(each)),
    )


def _reconciliation(row: Row, now: datetime) -> tuple[Any, ...]:
    return (
        *(row.client_id, date(2026, 10, 1), row.currency, 1, date(2026, 11, 1), True, True, row.band, row.flagged),
        *(row.expected, row.billed, row.variance, json.dumps(row.reconciliation()), now),
    )


@dataclass
class World:
    """The database of one test."""

    admin: asyncpg.Connection[asyncpg.Record]

    async def fill(self, rows: Sequence[Row]) -> None:
        """Write accounts with an invoice, a reconciliation and a timeline entry each, and their owners."""
        now = datetime.now(UTC)
        invoiced = [row for row in rows if row.total is not None]
        await self._insert("accounts", [_account(row, now) for row in rows])
        await self._insert("invoices", [_invoice(row) for row in invoiced])
        await self._insert("reconciliations", [_reconciliation(row, now) for row in rows])
        await self.admin.executemany(
            "INSERT INTO dashboard.accounts (client_id, name, time_zone, refs) VALUES ($1, $2, 'UTC', '{}')",
            [(row.client_id, row.name or row.client_id) for row in rows],
        )
        await self.admin.executemany(
            "INSERT INTO dashboard.account_owners (client_id, user_name) VALUES ($1, $2)",
            [(row.client_id, owner) for row in rows for owner in row.owners],
        )
        for row in rows[:20]:
            await self.happen(row.client_id, "variance_changed", at=now)
        for source in ("amplitude", "quickbooks", "stripe"):
            await self.mark(source, now)

    async def _insert(self, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        names = _INSERT[table]
        places = ", ".join(f"${place + 1}" for place in range(len(names.split(","))))
        await self.admin.executemany(f"INSERT INTO read_model.{table} ({names}) VALUES ({places})", rows)

    async def attempt(self, client_id: str, **columns: Any) -> None:
        """Write one attempt on the account's invoice; `pr_` and the client id, failed unless said otherwise."""
        now = datetime.now(UTC)
        row = {
            "attempt_id": f"pr_{client_id}",
            "client_id": client_id,
            "gateway_invoice_id": f"in_{client_id}",
            "ref": f"stripe:cus_{client_id}",
            "invoice_number": f"INV-{client_id}",
            "amount_minor": 10_000,
            "currency": "USD",
            "requested_by": "ana",
            "requested_at": now,
            "state": "failed",
            "settled_at": now,
            "settled_version": 1,
            **columns,
        }
        names, places = ", ".join(row), ", ".join(f"${place}" for place in range(1, len(row) + 1))
        await self.admin.execute(f"INSERT INTO dashboard.payment_retries ({names}) VALUES ({places})", *row.values())

    async def change_gateway(self, client_id: str, **fields: Any) -> None:
        """The reconciler learned something new of the account's gateway invoice."""
        await self.admin.execute(
            "UPDATE read_model.invoices SET payload = jsonb_set(payload, '{gateway}', payload -> 'gateway' || $2::jsonb)"
            " WHERE client_id = $1",
            client_id,
            json.dumps(fields),
        )

    async def happen(self, client_id: str, kind: str, *, at: datetime, source: str = "reconciler") -> None:
        """Write one timeline entry."""
        payload: dict[str, Any] = {"title": kind, "before": None, "after": None, "data": {}}
        await self.admin.execute(
            "INSERT INTO read_model.timeline (client_id, occurred_at, learned_at, source, kind, payload, dedupe_key)"
            " VALUES ($1, $2, $2, $3, $4, $5, gen_random_uuid()::text)",
            *(client_id, at, source, kind, json.dumps(payload)),
        )

    async def flag(self, client_id: str, flag_id: str, *, state: str = "sent", by: str = "ana") -> None:
        """Write down a flag that somebody raised."""
        await self.admin.execute(
            "INSERT INTO dashboard.flags (flag_id, client_id, channel, target_id, target_label, subject, text, evidence,"
            " snapshot, link, flagged_by, flagged_by_name, key_hash, request_hash, state, sent_at)"
            " VALUES ($1, $2, 'slack', 'gone', '#gone', 's', 't', '[]', '{}', 'l', $3, $3, $4, $4, $5, now())",
            *(flag_id, client_id, by, flag_id.encode(), state),
        )

    async def mark(self, source: str, as_of: datetime) -> None:
        """Say how far a source is known."""
        scope = {"amplitude": "usage", "quickbooks": "documents", "stripe": "billing"}[source]
        entries = [{"source": source, "scope": scope, "as_of": as_of.isoformat()}]
        await self.admin.execute(
            "INSERT INTO read_model.watermarks (key, source, scope, as_of, entries) VALUES ($1, $2, $3, $4, $5)"
            " ON CONFLICT (key) DO UPDATE SET as_of = excluded.as_of, entries = excluded.entries",
            *(f"{source}|{scope}", source, scope, as_of, json.dumps(entries)),
        )
        await self.admin.execute(
            "INSERT INTO read_model.sources (source, state, as_of, since, payload) VALUES ($1, 'ok', $2, $2, '{}')"
            " ON CONFLICT (source) DO UPDATE SET as_of = excluded.as_of",
            *(source, as_of),
        )


@dataclass(frozen=True)
class Shared:
    """One database for all tests of this folder: emptying it is much quicker than making another."""

    admin_dsn: str

    def dsn(self, role: str) -> str:
        """The address for one of Trueup's roles."""
        parts = urlsplit(self.admin_dsn)
        return urlunsplit(parts._replace(netloc=f"{role}@{parts.hostname}:{parts.port}"))


@pytest.fixture(scope="session")
def _shared(postgres_server: str, _template: str) -> Iterator[Shared]:
    name = f"trueup_dashboard_{uuid.uuid4().hex[:12]}"
    _run(postgres_server, f"CREATE DATABASE {name} TEMPLATE {_template}")
    yield Shared(urlunsplit(urlsplit(postgres_server)._replace(path=f"/{name}")))
    _run(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


def _run(dsn: str, sql: str) -> None:
    async def execute() -> None:
        connection = await asyncpg.connect(dsn)
        await connection.execute(sql)
        await connection.close()

    with asyncio.Runner() as runner:
        runner.run(execute())


@pytest.fixture
def run_sql() -> Callable[[str, str], None]:
    """Runs plain SQL at an address, outside of any loop."""
    return _run


@pytest.fixture
async def database(_shared: Shared) -> Shared:
    """The shared database, empty; entries of the audit log can be written to it."""
    use_key(DEVELOPMENT_AUDIT_KEY)
    connection = await asyncpg.connect(_shared.admin_dsn)
    tables = await connection.fetchval(
        "SELECT string_agg(schemaname || '.' || tablename, ', ') FROM pg_tables"
        " WHERE schemaname IN ('dashboard', 'read_model') AND tablename <> 'alembic_version'"
    )
    await connection.execute(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")
    await connection.close()
    return _shared


@pytest.fixture
async def world(database: Any) -> AsyncIterator[World]:
    admin = await asyncpg.connect(database.admin_dsn)
    yield World(admin)
    await admin.close()


@dataclass
class Issuer:
    """Signs tokens, and answers for discovery and keys without a network."""

    key: rsa.RSAPrivateKey
    kid: str = "k1"
    requests: list[str] = field(default_factory=list)
    down: bool = False

    def token(self, user: str, role: str | Sequence[str], **claims: Any) -> str:
        now = int(time.time())
        roles = [role] if isinstance(role, str) else list(role)
        body = {"iss": ISSUER, "aud": "trueup-api", "sub": user, "iat": now, "exp": now + 600, ROLES: roles, **claims}
        body = {name: value for name, value in body.items() if value is not None}
        return jwt.encode(body, self.key, algorithm="RS256", headers={"kid": self.kid})

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request.url.path)
        if self.down:
            raise httpx.ConnectError("down")
        if request.url.path.endswith("/openid-configuration"):
            return httpx.Response(200, json={"issuer": ISSUER, "jwks_uri": f"{ISSUER}/jwks.json"})
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return httpx.Response(200, json={"keys": [{**public, "kid": self.kid, "use": "sig", "alg": "RS256"}]})


@pytest.fixture(scope="session")
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def issuer(_key: rsa.RSAPrivateKey) -> Issuer:
    return Issuer(_key)


@pytest.fixture
def settings(database: Any) -> Settings:
    return Settings(
        postgres_dsn=database.dsn("dashboard_api"),
        kafka_bootstrap="127.0.0.1:1",
        http_port=0,
        public_url="http://127.0.0.1:8080",
        oidc_issuer=ISSUER,
        oidc_client_id="trueup-dashboard",
        oidc_client_secret="oidc_secret",
        quickbooks_url=f"http://{HOST}",
        quickbooks_secret=SECRET,
        calibration_dsn=database.admin_dsn,
        calibration_query="SELECT metric, counted FROM reference_counts($1::date, $2::date)",
        **FLAGGING,
    )


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
async def services(settings: Settings, issuer: Issuer, ledger: Ledger) -> AsyncIterator[Services]:
    engine = create_engine(settings.postgres_dsn, application_name="test", pool_size=5, schema=SCHEMA)
    http = httpx.AsyncClient(transport=Outside(ledger, issuer.answer))
    services = wire(settings, engine=engine, http=http)
    yield services
    await services.report_printer.close()
    await http.aclose()
    await engine.dispose()


@pytest.fixture
def app(services: Services) -> FastAPI:
    return create_app(services)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as client:
        yield client


As = Callable[[str, str], dict[str, str]]


@pytest.fixture
def bearer(issuer: Issuer) -> As:
    """Headers of a program that speaks for a user with a role."""
    return lambda user, role: {"Authorization": f"Bearer {issuer.token(user, role)}"}


@pytest.fixture
async def portfolio(world: World) -> World:
    """Two managers with two accounts each, and one that nobody owns."""
    payment = {
        "object_id": "stripe:payment:pi_1",
        "kind": "payment",
        "status": "succeeded",
        "amount_minor": 10_000,
        "currency": "USD",
        "occurred_at": (datetime.now(UTC) - timedelta(days=1)).isoformat(),
        "source": "stripe",
        "invoice_number": "INV-a1",
        "gateway_invoice_id": "in_1",
        "method": {"kind": "card", "brand": "visa", "last4": "4242"},
        "failure": None,
    }
    await world.fill(
        [
            Row("a1", "Alder GmbH", ["ana"], payments=[payment]),
            Row("a2", "Ash Ltd", ["ana"], status="overdue", band="over_billed", flagged=True, billed=10_700),
            Row("b1", "Birch Inc", ["ben"], status="overdue", band="under_billed", flagged=True, billed=6_000),
            Row("b2", "Beech 100%", ["ben", "chloe"], currency="EUR", band="cannot_judge", expected=None, status=None),
            Row("x1", "Nobody's", [], currency="JPY"),
        ]
    )
    return world
