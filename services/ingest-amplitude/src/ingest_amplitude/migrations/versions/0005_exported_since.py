"""Since when a bucket's exported total has been what it is, by the times of upload."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of what was exported before it is not known."""
    op.execute("ALTER TABLE buckets ADD COLUMN exported_since timestamptz")


def downgrade() -> None:
    op.execute("ALTER TABLE buckets DROP COLUMN exported_since")
