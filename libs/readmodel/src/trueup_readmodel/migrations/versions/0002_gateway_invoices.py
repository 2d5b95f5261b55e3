"""Find an invoice by its gateway invoice: every retry does."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the index."""
    op.execute("CREATE INDEX invoices_gateway ON invoices (gateway_invoice_id) WHERE gateway_invoice_id IS NOT NULL")


def downgrade() -> None:
    """Drop it."""
    op.execute("DROP INDEX invoices_gateway")
