"""What a load has met: as many keys as there are invoices, too many for its memory.

Revision ID: 0006
"""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.execute(
        """
        CREATE TABLE met (
            walk uuid NOT NULL,
            record_key text NOT NULL,
            met_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            PRIMARY KEY (walk, record_key)
        )
        """
    )


def downgrade() -> None:
    """Drop it."""
    op.execute("DROP TABLE met")
