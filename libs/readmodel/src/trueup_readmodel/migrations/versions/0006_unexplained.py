"""What is unexplained of the grid's row, as a column that it can be ranked by: it follows from the row's own payload."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; the database works it out, for rows that are there as for those to come."""
    op.execute(
        """
        ALTER TABLE accounts ADD COLUMN unexplained_minor bigint
            GENERATED ALWAYS AS ((item #>> '{variance,unexplained_minor}')::bigint) STORED
        """
    )


def downgrade() -> None:
    """Drop it."""
    op.execute("ALTER TABLE accounts DROP COLUMN unexplained_minor")
