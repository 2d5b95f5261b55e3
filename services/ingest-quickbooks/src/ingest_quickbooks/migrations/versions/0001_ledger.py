"""What is remembered between two pulls: the connection, the objects known, the gaps that are open."""

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
        CREATE TABLE connections (
            realm_id text PRIMARY KEY,
            refresh_token bytea NOT NULL,
            access_token bytea,
            access_expires_at timestamptz,
            refresh_expires_at timestamptz,
            state text NOT NULL CHECK (state IN ('alive', 'dead')),
            seeded_from text NOT NULL,
            rotated_at timestamptz
        )
        """
    )
    op.execute(
        """
        CREATE TABLE objects (
            entity text NOT NULL,
            external_id text NOT NULL,
            ref text NOT NULL,
            value bytea NOT NULL,
            deleted boolean NOT NULL DEFAULT false,
            seen_at timestamptz,
            PRIMARY KEY (entity, external_id)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE gaps (
            entity text NOT NULL,
            external_id text NOT NULL,
            ref text,
            detail text NOT NULL,
            opened_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (entity, external_id)
        )
        """
    )


def downgrade() -> None:
    for table in ("gaps", "objects", "connections"):
        op.execute(f"DROP TABLE {table}")
    drop_ingest_tables(op)
