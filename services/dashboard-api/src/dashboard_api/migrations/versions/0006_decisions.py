"""What people decided about accounts, written once and for good."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TABLES = """
CREATE TABLE decisions (
    decision_id text PRIMARY KEY CHECK (decision_id LIKE 'dc\\_%'),
    client_id text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('resolve', 'snooze', 'review', 'sign_off', 'accept_partial', 'undo')),
    period_start date,
    source text,
    until date CHECK (until IS NULL OR kind = 'snooze'),
    undoes text REFERENCES decisions CHECK (undoes IS NULL OR kind = 'undo'),
    reason text,
    revision bigint NOT NULL,
    seen jsonb NOT NULL,
    decided_by text NOT NULL,
    decided_by_name text NOT NULL,
    decided_at timestamptz NOT NULL,
    version bigint NOT NULL UNIQUE,
    CHECK (period_start IS NOT NULL OR source IS NOT NULL)
);
CREATE INDEX decisions_client ON decisions (client_id, version DESC);
CREATE UNIQUE INDEX decisions_undone_once ON decisions (undoes) WHERE undoes IS NOT NULL;
CREATE TABLE decision_keys (
    user_name text NOT NULL,
    key_hash bytea NOT NULL,
    fingerprint bytea NOT NULL,
    decision_ids text[] NOT NULL,
    refused jsonb NOT NULL,
    used_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_name, key_hash)
)
"""
_KEPT = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'dashboard_api') THEN
        REVOKE UPDATE, DELETE, TRUNCATE ON decisions FROM dashboard_api;
    END IF;
END $$
"""


def upgrade() -> None:
    """Create the tables; a decision is never changed, another one undoes it."""
    for statement in _TABLES.split(";\n"):
        op.execute(statement)
    op.execute(_KEPT)


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TABLE decision_keys")
    op.execute("DROP TABLE decisions")
