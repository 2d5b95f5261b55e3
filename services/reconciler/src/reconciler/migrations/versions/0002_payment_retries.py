"""Payment retries as the bus tells of them."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.execute(
        """
        CREATE TABLE payment_retries (
            attempt_id text PRIMARY KEY,
            version bigint NOT NULL,
            client_id text NOT NULL,
            gateway_invoice_id text NOT NULL,
            state text NOT NULL,
            currency text NOT NULL,
            amount_minor bigint NOT NULL,
            changed_at timestamptz NOT NULL,
            requested_by text
        )
        """
    )


def downgrade() -> None:
    """Drop it; the timeline keeps what it has."""
    op.execute("DROP TABLE payment_retries")
