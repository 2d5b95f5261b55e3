"""What each metric meant when its values were read, and how far asking again for past days has come."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE standings ADD COLUMN night date, ADD COLUMN month date")
    op.execute(
        """
        CREATE TABLE definitions (
            metric text PRIMARY KEY,
            fingerprint text NOT NULL,
            grain text NOT NULL CHECK (grain IN ('day', 'month')),
            by_export boolean NOT NULL
        )
        """
    )


def downgrade() -> None:
    op.execute("DROP TABLE definitions")
    op.execute("ALTER TABLE standings DROP COLUMN night, DROP COLUMN month")
