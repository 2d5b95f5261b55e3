"""Connections that a person has begun in the browser and not finished yet."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE TABLE connect_states (mark text PRIMARY KEY, expires_at timestamptz NOT NULL)")


def downgrade() -> None:
    op.execute("DROP TABLE connect_states")
