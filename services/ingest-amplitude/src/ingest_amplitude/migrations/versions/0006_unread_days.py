"""Days of a metric of which the export met something that it cannot read: questions answer for them."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE unread_days (
            metric text NOT NULL,
            day date NOT NULL,
            export_end timestamptz NOT NULL,
            PRIMARY KEY (metric, day)
        )
        """
    )


def downgrade() -> None:
    op.execute("DROP TABLE unread_days")
