"""Verdicts on the company's own counts: history, never dropped."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.execute(
        """
        CREATE TABLE calibration_checks (
            check_id text PRIMARY KEY,
            metric text NOT NULL,
            from_day date NOT NULL,
            to_day date NOT NULL,
            reference numeric NOT NULL,
            limit_percent bigint NOT NULL,
            metered numeric NOT NULL,
            drift_percent text,
            state text NOT NULL CHECK (state IN ('within', 'over')),
            judged_at timestamptz NOT NULL
        )
        """
    )


def downgrade() -> None:
    """Drop it."""
    op.execute("DROP TABLE calibration_checks")
