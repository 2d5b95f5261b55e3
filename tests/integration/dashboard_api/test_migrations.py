"""The schema goes down and up again, also when its tables hold something."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

import dashboard_api.migrations
from dashboard_api.adapters.audit import use_key, write_audit
from dashboard_api.commands import Finding, check
from dashboard_api.domain.access import Principal, Role
from trueup_kit import migrate

PACKAGE = "dashboard_api.migrations"
NEWEST = max(path.name for path in (Path(dashboard_api.migrations.__file__).parent / "versions").glob("0*.py"))[:4]


@pytest.fixture
def copy(postgres_server: str, _template: str, run_sql: Callable[[str, str], None]) -> Any:
    """A database of this test's own, as the migrator and as administrator."""
    name = f"trueup_dashboard_{uuid.uuid4().hex[:12]}"
    run_sql(postgres_server, f"CREATE DATABASE {name} TEMPLATE {_template}")
    parts = urlsplit(postgres_server)._replace(path=f"/{name}")
    migrator = parts._replace(netloc=f"migrator@{parts.hostname}:{parts.port}")
    yield urlunsplit(migrator), urlunsplit(parts)
    run_sql(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


def test_up_down_up_on_filled_tables(copy: tuple[str, str], run_sql: Callable[[str, str], None]) -> None:
    migrator, admin = copy
    fill = (
        "INSERT INTO dashboard.accounts (client_id, name, time_zone, refs) VALUES ('a', 'A', 'UTC', '{}');"
        "INSERT INTO dashboard.account_owners VALUES ('a', 'ana');"
        "INSERT INTO dashboard.audit_log (seq, at, user_name, role, action, detail, prev_hash, hash)"
        " VALUES (1, now(), 'a', 'b', 'c', '{}', '', '');"
        "INSERT INTO dashboard.flags (flag_id, client_id, channel, target_id, target_label, subject, text, evidence,"
        " snapshot, link, flagged_by, flagged_by_name, key_hash, request_hash)"
        " VALUES (gen_random_uuid(), 'a', 'slack', 't', 'T', 's', 't', '[]', '{}', 'l', 'ana', 'Ana', '', '');"
        "INSERT INTO dashboard.export_quota (holder, used, lim) VALUES ('session|1', 1, 100);"
        "INSERT INTO dashboard.exports (export_id, user_name, role, holder, format, wish, records, filename, expires_at)"
        " VALUES ('00000000-0000-0000-0000-000000000001', 'a', 'b', 'session|1', 'csv', '{}', 1, 'x', now());"
        "INSERT INTO dashboard.export_files VALUES ('00000000-0000-0000-0000-000000000001', 'x');"
        "INSERT INTO dashboard.payment_retries (attempt_id, client_id, gateway_invoice_id, ref, amount_minor, currency,"
        " requested_by, requested_at) VALUES ('pr_1', 'a', 'in_1', 'stripe:cus_1', 1, 'USD', 'ana', now());"
        "INSERT INTO dashboard.payment_retry_keys VALUES ('ana', 'k', 'f', 'pr_1');"
        "INSERT INTO dashboard.decisions (decision_id, client_id, kind, period_start, revision, seen, decided_by,"
        " decided_by_name, decided_at, version) VALUES ('dc_1', 'a', 'review', '2026-10-01', 1, '{}', 'ana', 'Ana', now(), 1);"
        "INSERT INTO dashboard.decision_keys VALUES ('ana', 'k', 'f', '{dc_1}', '[]')"
    )
    run_sql(admin, fill)
    migrate.downgrade(migrator, "dashboard", PACKAGE, revision="base")
    assert migrate.current(migrator, "dashboard", PACKAGE) is None
    migrate.upgrade(migrator, "dashboard", PACKAGE)
    assert migrate.current(migrator, "dashboard", PACKAGE) == NEWEST
    run_sql(admin, fill)
    run_sql(admin, "SET ROLE dashboard_api; SELECT count(*) FROM dashboard.seen_accounts")


async def test_entries_from_before_the_chain_are_chained_in_their_order(
    copy: tuple[str, str], run_sql: Callable[[str, str], None]
) -> None:
    migrator, admin = copy
    migrate.downgrade(migrator, "dashboard", PACKAGE, revision="0002")
    row = "INSERT INTO dashboard.audit_log (user_name, role, action, detail) VALUES"
    detail = """'{"rows": 3, "share": 1.50, "name": "Ölpreis"}'"""
    await asyncio.to_thread(
        run_sql, admin, f"{row} ('ana', 'admin', 'first', {detail}), ('ben', 'admin', 'second', '{{}}')"
    )
    migrate.upgrade(migrator, "dashboard", PACKAGE)
    key = b"a key of this test, long enough to be one"
    unsealed = (await check(migrator, key)).damage
    assert unsealed is not None
    assert (unsealed.seq, "none was sealed yet" in unsealed.detail) == (3, True)
    use_key(key.decode())
    connection = await asyncpg.connect(migrator)
    async with connection.transaction():
        await write_audit(connection, Principal(user="eva", role=Role.ADMIN), "third", {})
    assert await check(migrator, key) == Finding(None, 3, unsealed=2)
    await connection.execute("UPDATE dashboard.audit_log SET user_name = 'eva' WHERE seq = 2")
    damage = (await check(migrator, key)).damage
    assert damage is not None
    assert (damage.kind, damage.seq) == ("edited", 2)
    await connection.close()
    migrate.downgrade(migrator, "dashboard", PACKAGE, revision="0002")
    await asyncio.to_thread(run_sql, admin, f"{row} ('ana', 'admin', 'fourth', '{{}}')")
