"""What people enter, who is signed in, and the views through which the read model is seen."""

from alembic import op

from trueup_kit.migrations_ingest import create_outbox

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = """
CREATE TABLE accounts (
    client_id text PRIMARY KEY,
    name text NOT NULL,
    time_zone text NOT NULL,
    active_from date,
    active_to date,
    refs text[] NOT NULL,
    configured_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE account_owners (
    client_id text NOT NULL REFERENCES accounts ON DELETE CASCADE,
    user_name text NOT NULL,
    PRIMARY KEY (user_name, client_id)
);
CREATE INDEX account_owners_client ON account_owners (client_id);
CREATE TABLE rates (
    client_id text NOT NULL REFERENCES accounts ON DELETE CASCADE,
    metric text NOT NULL,
    valid_from date NOT NULL,
    valid_to date CHECK (valid_to > valid_from),
    unit text NOT NULL,
    unit_price numeric NOT NULL CHECK (unit_price >= 0),
    currency text NOT NULL,
    item_id text,
    PRIMARY KEY (client_id, metric, valid_from)
);
CREATE TABLE sessions (
    token_hash bytea PRIMARY KEY,
    session_id uuid NOT NULL UNIQUE,
    user_name text NOT NULL,
    name text NOT NULL,
    email text NOT NULL,
    role text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz
);
CREATE INDEX sessions_user ON sessions (user_name);
CREATE TABLE login_states (
    state_hash bytea PRIMARY KEY,
    binding_hash bytea NOT NULL,
    nonce text NOT NULL,
    verifier text NOT NULL,
    return_to text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE sync_requests (
    user_name text PRIMARY KEY,
    requested_at timestamptz NOT NULL
);
CREATE TABLE audit_log (
    entry_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    user_name text NOT NULL,
    role text NOT NULL,
    action text NOT NULL,
    detail jsonb NOT NULL
);
CREATE SEQUENCE fact_version
"""

# The second line behind the scope in each query: whoever forgets the scope there still sees no foreign row. The
# principal is set on the transaction; without one there is nothing to see. Each view runs with its owner's rights.
_MAY_SEE = """
    current_setting('app.scope', true) = 'all'
    OR current_setting('app.scope', true) = 'own' AND seen.client_id IN (
        SELECT own.client_id FROM account_owners AS own WHERE own.user_name = current_setting('app.user', true))
"""
_SCOPED_VIEWS = ("accounts", "invoices", "reconciliations", "timeline")
_OPEN_VIEWS = ("sources", "watermarks")


def upgrade() -> None:
    """Create tables, outbox and views."""
    for statement in _TABLES.split(";\n"):
        op.execute(statement)
    create_outbox(op)
    for name in _SCOPED_VIEWS:
        op.execute(
            f"CREATE VIEW seen_{name} WITH (security_barrier) AS "
            f"SELECT seen.* FROM read_model.{name} AS seen WHERE {_MAY_SEE}"
        )
    for name in _OPEN_VIEWS:
        op.execute(f"CREATE VIEW seen_{name} WITH (security_barrier) AS SELECT * FROM read_model.{name}")
    _only_read([f"seen_{name}" for name in (*_SCOPED_VIEWS, *_OPEN_VIEWS)])


def _only_read(views: list[str]) -> None:
    """Such a view could be written through with its owner's rights; and what is in the audit log stays there."""
    op.execute(
        f"""
        DO $$ BEGIN
            IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'dashboard_api') THEN
                REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {", ".join(views)} FROM dashboard_api;
                REVOKE UPDATE, DELETE, TRUNCATE ON audit_log FROM dashboard_api;
            END IF;
        END $$
        """
    )


def downgrade() -> None:
    """Drop everything."""
    for name in (*_SCOPED_VIEWS, *_OPEN_VIEWS):
        op.execute(f"DROP VIEW seen_{name}")
    for name in (
        "outbox",
        "audit_log",
        "sync_requests",
        "login_states",
        "sessions",
        "rates",
        "account_owners",
        "accounts",
    ):
        op.execute(f"DROP TABLE {name}")
    op.execute("DROP SEQUENCE fact_version")
