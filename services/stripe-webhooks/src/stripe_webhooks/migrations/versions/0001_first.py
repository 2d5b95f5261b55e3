"""Leases, versions, hashes, cursors, limiters; the join from payments to invoices; what is known, seen and missing.

Revision ID: 0001
"""

from __future__ import annotations

from alembic import op

from trueup_kit.migrations_ingest import create_ingest_tables, drop_ingest_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create everything in the schema of the search path."""
    create_ingest_tables(op)
    op.execute(
        """
        CREATE TABLE payment_joins (
            payment_id text PRIMARY KEY,
            invoice_id text NOT NULL,
            ref text NOT NULL
        )
        """
    )
    op.execute("COMMENT ON TABLE payment_joins IS 'Which gateway invoice a payment stands against, and whose it is'")
    op.execute(
        """
        CREATE TABLE last_said (
            record_key text PRIMARY KEY,
            topic text NOT NULL,
            version bigint NOT NULL,
            payload text NOT NULL,
            gone boolean NOT NULL DEFAULT false
        )
        """
    )
    op.execute("COMMENT ON TABLE last_said IS 'Invoices and customers as last announced: what to say when one is gone'")
    op.execute(
        """
        CREATE TABLE seen_events (
            event_id text PRIMARY KEY,
            seen_at timestamptz NOT NULL DEFAULT clock_timestamp()
        )
        """
    )
    op.execute("CREATE INDEX seen_events_seen_at ON seen_events (seen_at)")
    op.execute(
        """
        CREATE TABLE missing_things (
            wanted text PRIMARY KEY,
            ref text,
            reason text NOT NULL,
            detail text NOT NULL,
            since timestamptz NOT NULL DEFAULT clock_timestamp()
        )
        """
    )


def downgrade() -> None:
    """Drop everything."""
    for table in ("missing_things", "seen_events", "last_said", "payment_joins"):
        op.execute(f"DROP TABLE {table}")
    drop_ingest_tables(op)
