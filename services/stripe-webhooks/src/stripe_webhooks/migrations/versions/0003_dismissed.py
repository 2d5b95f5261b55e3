"""Who ended an attempt that needed a person.

Revision ID: 0003
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.execute("ALTER TABLE retry_executions ADD COLUMN dismissed_by text")


def downgrade() -> None:
    """Drop it."""
    op.execute("ALTER TABLE retry_executions DROP COLUMN dismissed_by")
