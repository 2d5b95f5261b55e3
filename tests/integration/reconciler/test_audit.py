"""The audit agrees with what was decided, finds every tampered figure, and changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.integration.reconciler.world import System, facts, invoice, reports

from reconciler.commands.audit import audit

if TYPE_CHECKING:
    from tests.databases import Database


@pytest.fixture
async def decided(system: System) -> System:
    """Three accounts, decided."""
    await system.feed([*facts(3), *reports()])
    await system.settle()
    return system


async def test_agrees_with_what_was_decided(decided: System, database: Database) -> None:
    before = await decided.admin.fetch("SELECT client_id, revision, xmin::text FROM read_model.accounts ORDER BY 1")
    assert len(before) == 3
    assert await audit(database.dsn("migrator")) == []
    after = await decided.admin.fetch("SELECT client_id, revision, xmin::text FROM read_model.accounts ORDER BY 1")
    assert after == before


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (
            "payload = jsonb_set(payload, '{reconciliations,0,billed_minor}', '1')",
            "payload.reconciliations[0].billed_minor",
        ),
        ("payload = payload - 'forecast'", "payload.forecast"),
        ("item = jsonb_set(item, '{status}', '\"paid in full\"')", "item.status"),
    ],
)
async def test_finds_a_tampered_figure(decided: System, database: Database, change: str, path: str) -> None:
    await decided.admin.execute(f"UPDATE read_model.accounts SET {change} WHERE client_id = 'c2'")
    found = await audit(database.dsn("migrator"))
    assert {client_id for client_id, *_ in found} == {"c2"}
    assert any(where.startswith(path) for _, where, *_ in found)


async def test_leaves_out_what_is_about_to_be_decided(decided: System, database: Database) -> None:
    await decided.feed([invoice(1, 11, 9_999, version=3)])
    assert await decided.admin.fetchval("SELECT count(*) FROM reconciler.dirt") > 0
    assert await audit(database.dsn("migrator")) == []
    await decided.decisions.spread(decided.now)
    assert await decided.admin.fetchval("SELECT count(*) FROM reconciler.dirty_accounts") == 1
    assert await audit(database.dsn("migrator")) == []
    await decided.admin.execute("DELETE FROM reconciler.dirty_accounts")
    assert {client_id for client_id, *_ in await audit(database.dsn("migrator"))} == {"c1"}
