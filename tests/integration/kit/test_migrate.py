"""Migrations on a real PostgreSQL: repeatable, two at once, up and down, undone when they fail."""

from __future__ import annotations

import asyncio
import sys
import textwrap
import uuid
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from trueup_kit import migrate
from trueup_kit.errors import MigrationRefused

FIRST = """
revision = "0001"
down_revision = None
from alembic import op

def upgrade():
    op.execute("CREATE TABLE things (id bigint PRIMARY KEY)")
    op.execute("SELECT pg_sleep(0.3)")

def downgrade():
    op.execute("DROP TABLE things")
"""
SECOND = """
revision = "0002"
down_revision = "0001"
from alembic import op

def upgrade():
    op.execute("ALTER TABLE things ADD COLUMN name text")

def downgrade():
    op.execute("ALTER TABLE things DROP COLUMN name")
"""
BROKEN = """
revision = "0003"
down_revision = "0002"
from alembic import op

def upgrade():
    op.execute("ALTER TABLE things ADD COLUMN half text")
    op.execute("SELECT 1 / 0")

def downgrade():
    pass
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A package with two revisions."""
    name = f"kit_history_{uuid.uuid4().hex[:8]}"
    versions = tmp_path / name / "versions"
    versions.mkdir(parents=True)
    (tmp_path / name / "__init__.py").write_text("")
    (versions / "0001_first.py").write_text(textwrap.dedent(FIRST))
    (versions / "0002_second.py").write_text(textwrap.dedent(SECOND))
    monkeypatch.syspath_prepend(tmp_path)
    yield name
    sys.modules.pop(name, None)


@pytest.fixture
async def schema(dsn: str) -> str:
    await execute(dsn, "CREATE SCHEMA some_service")
    return "some_service"


async def execute(dsn: str, sql: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(dsn)
    try:
        return list(await connection.fetch(sql))
    finally:
        await connection.close()


async def columns(dsn: str) -> set[str]:
    rows = await execute(
        dsn,
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'some_service' AND table_name = 'things'",
    )
    return {row["column_name"] for row in rows}


async def test_up_down_up_and_again_inside_the_schema(dsn: str, schema: str, package: str) -> None:
    assert migrate.current(dsn, schema, package) is None
    for _ in range(2):
        migrate.upgrade(dsn, schema, package)
        migrate.upgrade(dsn, schema, package)
        assert migrate.current(dsn, schema, package) == "0002"
        assert await columns(dsn) == {"id", "name"}
        migrate.downgrade(dsn, schema, package)
        assert migrate.current(dsn, schema, package) is None
        assert await columns(dsn) == set()
    outside = await execute(
        dsn, "SELECT 1 FROM pg_tables WHERE tablename = 'alembic_version' AND schemaname = 'public'"
    )
    assert outside == []


async def test_two_at_once_take_turns(dsn: str, schema: str, package: str) -> None:
    await asyncio.gather(*(asyncio.to_thread(migrate.upgrade, dsn, schema, package) for _ in range(3)))
    assert migrate.current(dsn, schema, package) == "0002"


async def test_a_failing_revision_leaves_nothing_of_itself(dsn: str, schema: str, package: str, tmp_path: Path) -> None:
    (tmp_path / package / "versions" / "0003_broken.py").write_text(textwrap.dedent(BROKEN))
    with pytest.raises(Exception, match="division by zero"):
        migrate.upgrade(dsn, schema, package)
    assert migrate.current(dsn, schema, package) == "0002"
    assert await columns(dsn) == {"id", "name"}


async def test_a_lock_that_is_not_granted_is_refused_with_what_to_do(
    dsn: str, schema: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "LOCK_TIMEOUT", "300ms")
    migrate.upgrade(dsn, schema, package, revision="0001")
    holder = await asyncpg.connect(dsn)
    async with holder.transaction():
        await holder.execute("LOCK TABLE some_service.things IN ACCESS SHARE MODE")
        with pytest.raises(MigrationRefused, match="run it again"):
            await asyncio.to_thread(migrate.upgrade, dsn, schema, package)
    await holder.close()
    migrate.upgrade(dsn, schema, package)
    assert await columns(dsn) == {"id", "name"}


async def test_a_schema_that_does_not_exist_is_refused(dsn: str, package: str) -> None:
    with pytest.raises(MigrationRefused, match=r"nowhere.*roles\.sql"):
        migrate.upgrade(dsn, "nowhere", package)
