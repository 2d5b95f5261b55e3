"""What a bucket of usage held before it changed after its day was over."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what changed before is not known."""
    op.execute("ALTER TABLE usage ADD COLUMN earlier jsonb")


def downgrade() -> None:
    """Drop it."""
    op.execute("ALTER TABLE usage DROP COLUMN earlier")
