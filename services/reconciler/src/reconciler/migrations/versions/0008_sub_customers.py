"""Whose sub-customer a customer is: what pays its invoices may be booked with the customer above it."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of customers announced before it is not known; their next change tells."""
    op.execute("ALTER TABLE customers ADD COLUMN parent_ref text")


def downgrade() -> None:
    """Forget it."""
    op.execute("ALTER TABLE customers DROP COLUMN parent_ref")
