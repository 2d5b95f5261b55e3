"""The company's own counts, who took and who cleared them, and the verdicts as they may be seen."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create table and view; the view could be written through with its owner's rights."""
    op.execute(
        """
        CREATE TABLE calibration_counts (
            check_id text PRIMARY KEY,
            metric text NOT NULL,
            from_day date NOT NULL,
            to_day date NOT NULL CHECK (to_day >= from_day),
            reference numeric NOT NULL CHECK (reference >= 0),
            limit_percent integer NOT NULL,
            origin text NOT NULL CHECK (origin IN ('csv', 'sql')),
            taken_by text NOT NULL,
            taken_at timestamptz NOT NULL,
            cleared_by text,
            cleared_at timestamptz,
            cleared_reason text
        )
        """
    )
    op.execute("CREATE INDEX calibration_counts_metric ON calibration_counts (metric, taken_at DESC, check_id)")
    op.execute(
        "CREATE VIEW seen_calibration_checks WITH (security_barrier) AS SELECT * FROM read_model.calibration_checks"
    )
    op.execute(
        """
        DO $$ BEGIN
            IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'dashboard_api') THEN
                REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON seen_calibration_checks FROM dashboard_api;
                REVOKE DELETE, TRUNCATE ON calibration_counts FROM dashboard_api;
            END IF;
        END $$
        """
    )


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP VIEW seen_calibration_checks")
    op.execute("DROP TABLE calibration_counts")
