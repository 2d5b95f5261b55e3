"""What the company itself counted of each metric, and whether the metric is projected."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.execute(
        """
        CREATE TABLE calibrations (
            metric text PRIMARY KEY,
            version bigint NOT NULL,
            payload jsonb NOT NULL,
            judged_version bigint NOT NULL DEFAULT 0,
            off_reason text
        )
        """
    )


def downgrade() -> None:
    """Drop it: every metric is projected again; the topic keeps the counts."""
    op.execute("DROP TABLE calibrations")
