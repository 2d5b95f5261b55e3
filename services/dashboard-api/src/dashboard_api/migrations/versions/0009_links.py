"""Which customer belongs to which client, as people decided, and the views beside it."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_TABLE = """
CREATE TABLE link_decisions (
    decision_id uuid PRIMARY KEY,
    ref text NOT NULL,
    customer_name text,
    version bigint NOT NULL,
    verdict text NOT NULL CHECK (verdict IN ('linked', 'unlinked', 'withdrawn')),
    client_id text CHECK ((verdict = 'linked') = (client_id IS NOT NULL)),
    refused_client_id text,
    former_client_id text,
    previous uuid REFERENCES link_decisions,
    undoes uuid REFERENCES link_decisions,
    decided_by text NOT NULL,
    decided_by_name text NOT NULL,
    decided_at timestamptz NOT NULL DEFAULT now(),
    key_hash bytea NOT NULL,
    request_hash bytea NOT NULL,
    UNIQUE (decided_by, key_hash),
    UNIQUE (ref, version)
);
CREATE INDEX link_decisions_latest ON link_decisions (decided_at DESC, decision_id)
"""
# Who belongs to nobody is for those who see everybody.
_VIEWS = """
CREATE VIEW seen_links WITH (security_barrier) AS SELECT seen.* FROM read_model.links AS seen
WHERE current_setting('app.scope', true) = 'all'
    OR current_setting('app.scope', true) = 'own' AND seen.client_id IN (
        SELECT own.client_id FROM account_owners AS own WHERE own.user_name = current_setting('app.user', true));
CREATE VIEW seen_unlinked_customers WITH (security_barrier) AS SELECT seen.* FROM read_model.unlinked_customers AS seen
WHERE current_setting('app.scope', true) = 'all'
"""


def upgrade() -> None:
    """Create the table and the views; what was decided stays as it was."""
    for statement in (_TABLE + ";\n" + _VIEWS).split(";\n"):
        op.execute(statement)
    op.execute(
        """
        DO $$ BEGIN
            IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'dashboard_api') THEN
                REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON seen_links, seen_unlinked_customers FROM dashboard_api;
                REVOKE UPDATE, DELETE, TRUNCATE ON link_decisions FROM dashboard_api;
            END IF;
        END $$
        """
    )


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP VIEW seen_unlinked_customers")
    op.execute("DROP VIEW seen_links")
    op.execute("DROP TABLE link_decisions")
