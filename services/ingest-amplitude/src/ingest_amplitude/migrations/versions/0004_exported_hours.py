"""Hours that are exported once more, with the events that they had at first."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE exported_hours (
            start_at timestamptz PRIMARY KEY,
            end_at timestamptz NOT NULL,
            event_ids bytea NOT NULL
        )
        """
    )


def downgrade() -> None:
    op.execute("DROP TABLE exported_hours")
