"""People's decisions as the bus tells of them."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.execute(
        """
        CREATE TABLE recorded (
            client_id text NOT NULL,
            decision_id text NOT NULL,
            version bigint NOT NULL,
            payload jsonb NOT NULL,
            PRIMARY KEY (client_id, decision_id)
        )
        """
    )


def downgrade() -> None:
    """Drop it; the timeline keeps what it has, and the topic keeps every decision."""
    op.execute("DROP TABLE recorded")
