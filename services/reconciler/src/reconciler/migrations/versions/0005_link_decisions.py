"""What people decided about links, what tells a customer from others, and the wish for suggestions."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_UP = """
CREATE TABLE decided_links (
    ref text PRIMARY KEY,
    version bigint NOT NULL,
    decision_id text NOT NULL,
    verdict text NOT NULL CHECK (verdict IN ('linked', 'unlinked', 'withdrawn')),
    client_id text,
    refused_client_id text,
    decided_at timestamptz NOT NULL,
    CHECK ((verdict = 'linked') = (client_id IS NOT NULL))
);
CREATE TABLE suggest_wanted (
    seq bigint PRIMARY KEY DEFAULT nextval('dirt_seq')
);
ALTER TABLE links ADD COLUMN decision_id text;
ALTER TABLE customers ADD COLUMN email_domain text, ADD COLUMN currency text
"""


def upgrade() -> None:
    """Create the tables; customers tell their domain and currency when they are next observed."""
    for statement in _UP.split(";\n"):
        op.execute(statement)


def downgrade() -> None:
    """Drop them; the compacted topic still holds the decisions."""
    op.execute("ALTER TABLE customers DROP COLUMN email_domain, DROP COLUMN currency")
    op.execute("ALTER TABLE links DROP COLUMN decision_id")
    op.execute("DROP TABLE suggest_wanted")
    op.execute("DROP TABLE decided_links")
