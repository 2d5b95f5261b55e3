"""Claims on a real database: one holder at a time, and none that writes after it has lost its claim."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from stripe_webhooks.adapters.executions import PostgresExecutions
from stripe_webhooks.domain.retries import Execution, Outcome
from stripe_webhooks.domain.snapshots import FailureSnapshot
from stripe_webhooks.ports.retries import ClaimLost
from stripe_webhooks.usecases.settled import settled
from trueup_contracts.retries import PaymentRetryRequestedV1
from trueup_kit import migrate
from trueup_kit.postgres import create_engine

if TYPE_CHECKING:
    from tests.databases import Database

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def command(attempt_id: str, invoice_id: str = "in_1") -> PaymentRetryRequestedV1:
    return PaymentRetryRequestedV1(
        version=1,
        attempt_id=attempt_id,
        gateway_invoice_id=invoice_id,
        client_id="c1",
        ref="stripe:cus_1",
        currency="USD",
        amount_minor=5200,
        requested_by="u1",
        requested_at=NOW,
    )


@pytest.fixture
async def store(database: Database) -> AsyncIterator[PostgresExecutions]:
    engine = create_engine(database.dsn("stripe_webhooks"), application_name="test", pool_size=10)
    yield PostgresExecutions(engine, "stripe-webhooks", claim_s=60)
    await engine.dispose()


async def claimed(store: PostgresExecutions) -> Execution:
    found = await store.claim()
    assert found is not None
    return found


async def rest(store: PostgresExecutions, one: Execution, outcome: Outcome | None, again_in_s: float | None) -> None:
    announce = settled(one, outcome, NOW) if outcome else None
    await store.rest(one, outcome, unclear=False, again_in_s=again_in_s, announce=announce)


async def test_one_claims_and_nobody_else(store: PostgresExecutions) -> None:
    assert await store.take([command("att_1"), command("att_1")]) == 1
    assert await store.take([command("att_1")]) == 0
    found = await asyncio.gather(*(store.claim() for _ in range(8)))
    assert [one.attempt_id for one in found if one] == ["att_1"]


async def test_a_claim_that_ran_out_is_taken_over_and_its_holder_writes_nothing(
    store: PostgresExecutions, database: Database
) -> None:
    await store.take([command("att_1")])
    late = await claimed(store)
    assert await store.claim() is None
    admin = await asyncpg.connect(database.dsn("migrator"))
    await admin.execute("UPDATE stripe_webhooks.retry_executions SET claimed_until = now()")
    await admin.close()
    now = await claimed(store)
    assert now.claim > late.claim
    for write in (
        store.start(late, NOW),
        store.ask(late, NOW),
        rest(store, late, Outcome("failed", failure=FailureSnapshot("x")), None),
    ):
        with pytest.raises(ClaimLost):
            await write
    assert await store.start(now, NOW)
    await store.ask(now, NOW)
    await rest(store, now, Outcome("succeeded", payment_id="pi_1"), None)
    assert await store.claim() is None


async def test_two_attempts_at_one_invoice_do_not_start_together(store: PostgresExecutions) -> None:
    await store.take([command("att_1"), command("att_2"), command("att_3", "in_2")])
    found = [await claimed(store) for _ in range(3)]
    started = await asyncio.gather(*(store.start(one, NOW) for one in found))
    by_invoice = {one.gateway_invoice_id: 0 for one in found}
    for one, done in zip(found, started, strict=True):
        by_invoice[one.gateway_invoice_id] += done
    assert by_invoice == {"in_1": 1, "in_2": 1}


async def test_a_final_state_never_changes(store: PostgresExecutions, database: Database) -> None:
    await store.take([command("att_1")])
    one = await claimed(store)
    await store.start(one, NOW)
    await rest(store, one, Outcome("refused", "not_open"), None)
    with pytest.raises(ClaimLost):
        await rest(store, one, Outcome("succeeded"), None)
    assert await store.nudge(["in_1"]) == 0
    admin = await asyncpg.connect(database.dsn("migrator"))
    sql = "SELECT state, reason, version FROM stripe_webhooks.retry_executions"
    assert tuple(await admin.fetchrow(sql) or ()) == ("refused", "not_open", one.claim)
    assert await admin.fetchval("SELECT count(*) FROM stripe_webhooks.outbox") == 1
    await admin.close()


async def test_the_state_and_its_event_are_stored_together_or_not_at_all(
    store: PostgresExecutions, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.take([command("att_1")])
    one = await claimed(store)
    await store.start(one, NOW)

    async def crash(*_: object, **__: object) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as patch:
        patch.setattr("trueup_kit.outbox.append", crash)
        with pytest.raises(ConnectionResetError):
            await rest(store, one, Outcome("succeeded"), None)
    await rest(store, one, Outcome("succeeded"), None)
    admin = await asyncpg.connect(database.dsn("migrator"))
    assert await admin.fetchval("SELECT count(*) FROM stripe_webhooks.outbox") == 1
    await admin.close()


async def test_a_nudge_makes_due_what_waits_for_its_invoice(store: PostgresExecutions) -> None:
    await store.take([command("att_1")])
    one = await claimed(store)
    await store.start(one, NOW)
    await rest(store, one, Outcome("processing"), 600)
    assert await store.claim() is None
    assert await store.nudge(["in_2"]) == 0
    assert await store.nudge(["in_1"]) == 1
    again = await claimed(store)
    assert (again.state, again.looks, again.claim > one.claim) == ("processing", 1, True)
    await rest(store, again, Outcome("unknown", "no_answer", needs_person=True), None)
    assert await store.open_counts() == {"needs_person": 1}
    assert await store.claim() is None


async def test_a_released_attempt_is_due_again_after_its_pause(store: PostgresExecutions) -> None:
    await store.take([command("att_1")])
    one = await claimed(store)
    await store.release(one, again_in_s=0)
    again = await claimed(store)
    assert (again.attempt_id, again.looks) == ("att_1", 1)
    await store.release(one, again_in_s=0)
    assert await store.claim() is None
    await store.release(again, again_in_s=600)
    assert await store.claim() is None


async def test_the_migration_goes_down_and_up_on_filled_tables(store: PostgresExecutions, database: Database) -> None:
    await store.take([command("att_1")])
    one = await claimed(store)
    await store.start(one, NOW)
    await rest(store, one, Outcome("unknown", "timeout"), 60)
    await store.engine.dispose()
    where: tuple[Any, ...] = (database.dsn("migrator"), "stripe_webhooks", "stripe_webhooks.migrations")
    await asyncio.to_thread(migrate.downgrade, *where, revision="0001")
    await asyncio.to_thread(migrate.upgrade, *where)
    assert await store.claim() is None
    assert await store.take([command("att_1")]) == 1
