"""When an attempt's last call was made: what pays the invoice long after it is somebody else's payment.

Revision ID: 0005
"""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.execute("ALTER TABLE retry_executions ADD COLUMN last_asked_at timestamptz")


def downgrade() -> None:
    """Drop it."""
    op.execute("ALTER TABLE retry_executions DROP COLUMN last_asked_at")
