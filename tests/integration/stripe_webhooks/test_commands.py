"""`trueup retries`: what an operator sees of attempts that need a person."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import asyncpg
import pytest
from typer.testing import CliRunner

from stripe_webhooks.adapters.executions import PostgresExecutions
from stripe_webhooks.commands.retries import app
from stripe_webhooks.domain.retries import Outcome
from stripe_webhooks.usecases.settled import settled
from trueup_contracts.retries import PaymentRetryRequestedV1
from trueup_kit.postgres import create_engine

if TYPE_CHECKING:
    from tests.databases import Database

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def invoke(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.output


async def fill(dsn: str) -> None:
    engine = create_engine(dsn, application_name="test")
    store = PostgresExecutions(engine, "stripe-webhooks", claim_s=60)
    for attempt in ("att_1", "att_2"):
        command = PaymentRetryRequestedV1(
            version=1,
            attempt_id=attempt,
            gateway_invoice_id=f"in_{attempt}",
            client_id="c1",
            ref="stripe:cus_1",
            currency="USD",
            amount_minor=5200,
            requested_by="u1",
            requested_at=NOW,
        )
        await store.take([command])
        one = await store.claim()
        assert one is not None
        await store.start(one, NOW)
        unclear = attempt == "att_1"
        outcome = Outcome("unknown", "no_answer", needs_person=True) if unclear else Outcome("refused", "not_open")
        await store.rest(one, outcome, unclear=unclear, again_in_s=None, announce=settled(one, outcome, NOW))
    await engine.dispose()


async def last_told(dsn: str) -> tuple[str, str, int]:
    conn = await asyncpg.connect(dsn)
    value = await conn.fetchval("SELECT value FROM stripe_webhooks.outbox ORDER BY id DESC LIMIT 1")
    await conn.close()
    said = json.loads(value)
    return said["attempt_id"], said["state"], said["version"]


def test_what_needs_a_person_is_listed_shown_and_looked_at(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUEUP_MIGRATOR_DSN", database.dsn("migrator"))
    assert invoke("list") == (0, "No attempt is under way or needs a person.\n")
    asyncio.run(fill(database.dsn("stripe_webhooks")))
    code, listed = invoke("list")
    assert (code, "att_1  NEEDS A PERSON  no_answer" in listed, "att_2" in listed) == (0, True, False)
    assert "att_2  refused  not_open" in invoke("list", "--all")[1]
    shown = CliRunner().invoke(app, ["show", "att_1"])
    assert json.loads(shown.stdout)["reason"] == "no_answer"
    assert "idempotency key" in shown.stderr
    assert invoke("look", "att_1")[0] == 0
    assert invoke("look", "att_2")[0] == 1
    assert invoke("show", "att_9")[0] == 1


def test_a_person_ends_what_needed_one_and_it_is_told(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUEUP_MIGRATOR_DSN", database.dsn("migrator"))
    asyncio.run(fill(database.dsn("stripe_webhooks")))
    assert invoke("dismiss", "att_1", "--by", "fay")[0] == 1
    assert invoke("dismiss", "att_2", "--by", "fay", "--nothing-was-charged")[0] == 1
    assert invoke("dismiss", "att_1", "--by", "fay", "--nothing-was-charged")[0] == 0
    shown = json.loads(CliRunner().invoke(app, ["show", "att_1"]).stdout)
    assert (shown["state"], shown["reason"], shown["needs_person"]) == ("refused", "dismissed", False)
    assert (shown["dismissed_by"], shown["next_ask_at"]) == ("fay", None)
    assert asyncio.run(last_told(database.dsn("migrator"))) == ("att_1", "refused", shown["version"])
    assert invoke("dismiss", "att_1", "--by", "fay", "--nothing-was-charged")[0] == 1
