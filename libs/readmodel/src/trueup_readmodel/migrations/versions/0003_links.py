"""Which customer belongs to which client, and for those that belong to none: suggestions."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_UP = """
CREATE TABLE links (
    ref text PRIMARY KEY,
    client_id text NOT NULL,
    linked_by text NOT NULL CHECK (linked_by IN ('decision', 'import', 'exact_key')),
    decision_id text
);
CREATE INDEX links_client ON links (client_id);
ALTER TABLE unlinked_customers
    ADD COLUMN currency text,
    ADD COLUMN decision_id text,
    ADD COLUMN refused_client_id text,
    ADD COLUMN suggestions jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN best_score bigint NOT NULL DEFAULT 0;
CREATE INDEX unlinked_best ON unlinked_customers (best_score DESC, ref)
"""


def upgrade() -> None:
    """Create table, columns and indexes."""
    for statement in _UP.split(";\n"):
        op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    op.execute(
        "ALTER TABLE unlinked_customers DROP COLUMN currency, DROP COLUMN decision_id, DROP COLUMN refused_client_id, "
        "DROP COLUMN suggestions, DROP COLUMN best_score"
    )
    op.execute("DROP TABLE links")
