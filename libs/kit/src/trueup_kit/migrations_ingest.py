"""Tables of the plumbing, created by each service's first revision in its own schema."""

from __future__ import annotations

from typing import Protocol


class Operations(Protocol):
    """What is needed of Alembic's `op`."""

    def execute(self, sqltext: str) -> None:
        """Run one statement."""


OUTBOX = """
CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic text NOT NULL,
    key text NOT NULL,
    value bytea NOT NULL,
    headers jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)
"""
INGEST = (
    "CREATE SEQUENCE fact_version",
    """
    CREATE TABLE leases (
        scope text PRIMARY KEY,
        owner text NOT NULL,
        token bigint NOT NULL,
        expires_at timestamptz NOT NULL
    )
    """,
    # What was last published of each key: the hash of its content without version and time of observation.
    """
    CREATE TABLE published (
        topic text NOT NULL,
        key text NOT NULL,
        hash bytea NOT NULL,
        PRIMARY KEY (topic, key)
    ) WITH (fillfactor = 80)
    """,
    """
    CREATE TABLE published_offsets (
        topic text NOT NULL,
        partition integer NOT NULL,
        last_offset bigint NOT NULL,
        PRIMARY KEY (topic, partition)
    )
    """,
    "CREATE TABLE cursors (name text PRIMARY KEY, value text NOT NULL)",
    "CREATE TABLE limiter (name text PRIMARY KEY, tokens double precision NOT NULL, refilled_at timestamptz NOT NULL)",
)
PROVIDER_CALLS = """
CREATE TABLE provider_calls (
    source text NOT NULL,
    slot timestamptz NOT NULL,
    calls integer NOT NULL,
    failed integer NOT NULL,
    PRIMARY KEY (source, slot)
)
"""
TABLES = ("leases", "published", "published_offsets", "cursors", "limiter")


def create_outbox(op: Operations) -> None:
    """The outbox of a service that writes to PostgreSQL and publishes."""
    op.execute(OUTBOX)


def drop_outbox(op: Operations) -> None:
    """Undo `create_outbox`."""
    op.execute("DROP TABLE outbox")


def create_ingest_tables(op: Operations) -> None:
    """Leases, the version sequence, published hashes and offsets, cursors, limiter tokens."""
    for statement in INGEST:
        op.execute(statement)


def drop_ingest_tables(op: Operations) -> None:
    """Undo `create_ingest_tables`."""
    for table in TABLES:
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP SEQUENCE fact_version")


def create_provider_calls(op: Operations) -> None:
    """Calls to a provider and how many of them failed, ten seconds in a row."""
    op.execute(PROVIDER_CALLS)


def drop_provider_calls(op: Operations) -> None:
    """Undo `create_provider_calls`."""
    op.execute("DROP TABLE provider_calls")
