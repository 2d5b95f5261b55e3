"""What is remembered between two pulls: totals per bucket, accounts with their partition, claims per scope."""

from alembic import op

from trueup_kit.migrations_ingest import create_ingest_tables, drop_ingest_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_ingest_tables(op)
    op.execute(
        """
        CREATE TABLE buckets (
            metric text NOT NULL,
            day date NOT NULL,
            account_id text NOT NULL,
            exported numeric,
            shown numeric,
            unsure boolean NOT NULL DEFAULT false,
            PRIMARY KEY (metric, day, account_id)
        ) WITH (fillfactor = 80)
        """
    )
    op.execute(
        """
        CREATE TABLE accounts (
            account_id text PRIMARY KEY,
            partition integer NOT NULL,
            met_at timestamptz NOT NULL DEFAULT now()
        )
        """
    )
    op.execute(
        """
        CREATE TABLE standings (
            metric text NOT NULL,
            partition integer NOT NULL,
            coverage text NOT NULL,
            as_of timestamptz,
            PRIMARY KEY (metric, partition)
        )
        """
    )


def downgrade() -> None:
    for table in ("standings", "accounts", "buckets"):
        op.execute(f"DROP TABLE {table}")
    drop_ingest_tables(op)
