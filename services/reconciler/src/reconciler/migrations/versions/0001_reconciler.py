"""Facts by ref, what people configured, links, fences, dirt, scopes, dead letters, decisions, outbox."""

from alembic import op

from trueup_kit.migrations_ingest import create_outbox

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Facts are rewritten in place all day: room on the page keeps those updates HOT.
_FACTS = """
CREATE TABLE customers (
    ref text PRIMARY KEY,
    version bigint NOT NULL,
    name text NOT NULL,
    deleted boolean NOT NULL,
    link_keys jsonb NOT NULL,
    observed_at timestamptz NOT NULL
) WITH (fillfactor = 80);
CREATE TABLE usage (
    ref text NOT NULL,
    metric text NOT NULL,
    grain text NOT NULL,
    day date NOT NULL,
    version bigint NOT NULL,
    quantity numeric NOT NULL,
    unit text NOT NULL,
    time_zone text NOT NULL,
    observed_at timestamptz NOT NULL,
    PRIMARY KEY (ref, metric, grain, day)
) WITH (fillfactor = 70);
CREATE TABLE documents (
    document_id text PRIMARY KEY,
    version bigint NOT NULL,
    ref text NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    payload jsonb NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX documents_ref ON documents (ref);
CREATE TABLE payments (
    object_id text PRIMARY KEY,
    version bigint NOT NULL,
    ref text NOT NULL,
    kind text NOT NULL,
    status text NOT NULL,
    payload jsonb NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX payments_ref ON payments (ref);
CREATE TABLE configured (
    client_id text PRIMARY KEY,
    version bigint NOT NULL,
    payload jsonb NOT NULL
);
"""

_BUS = """
CREATE TABLE fences (
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL,
    PRIMARY KEY (topic, partition)
) WITH (fillfactor = 50);
CREATE TABLE dead_letters (
    topic text NOT NULL,
    partition integer NOT NULL,
    record_offset bigint NOT NULL,
    key text,
    source text,
    ref text,
    error text NOT NULL,
    learned_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic, partition, record_offset)
);
CREATE INDEX dead_letters_key ON dead_letters (topic, key);
CREATE TABLE reports (
    key text NOT NULL,
    version bigint NOT NULL,
    payload jsonb NOT NULL,
    PRIMARY KEY (key, version)
);
CREATE TABLE scopes (
    key text PRIMARY KEY,
    source text NOT NULL,
    scope text NOT NULL,
    version bigint NOT NULL,
    complete jsonb,
    holes jsonb,
    latest jsonb NOT NULL,
    shown_version bigint NOT NULL DEFAULT 0,
    gate_seq bigint,
    gate jsonb
);
"""

_DECISIONS = """
CREATE SEQUENCE dirt_seq;
CREATE TABLE links (
    ref text PRIMARY KEY,
    client_id text NOT NULL,
    linked_by text NOT NULL
);
CREATE INDEX links_client ON links (client_id);
CREATE TABLE relink_wanted (
    seq bigint PRIMARY KEY DEFAULT nextval('dirt_seq')
);
CREATE TABLE dirty_refs (
    ref text PRIMARY KEY,
    first_seq bigint NOT NULL,
    last_seq bigint NOT NULL
) WITH (fillfactor = 50);
CREATE TABLE dirty_accounts (
    client_id text PRIMARY KEY,
    first_seq bigint NOT NULL,
    last_seq bigint NOT NULL,
    failures integer NOT NULL DEFAULT 0,
    retry_at timestamptz
) WITH (fillfactor = 50);
CREATE TABLE accounts (
    client_id text PRIMARY KEY,
    revision bigint NOT NULL DEFAULT 0,
    decided_at timestamptz,
    recheck_at timestamptz,
    memo jsonb,
    hashes jsonb NOT NULL DEFAULT '{}'
) WITH (fillfactor = 60);
CREATE INDEX accounts_recheck ON accounts (recheck_at);
"""

_TABLES = (
    "accounts",
    "dirty_accounts",
    "dirty_refs",
    "relink_wanted",
    "links",
    "scopes",
    "reports",
    "dead_letters",
    "fences",
    "configured",
    "payments",
    "documents",
    "usage",
    "customers",
)


def upgrade() -> None:
    """Create all tables."""
    for block in (_FACTS, _BUS, _DECISIONS):
        for statement in block.split(";\n"):
            if statement.strip():
                op.execute(statement)
    create_outbox(op)


def downgrade() -> None:
    """Drop all tables."""
    op.execute("DROP TABLE IF EXISTS outbox")
    for table in _TABLES:
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP SEQUENCE dirt_seq")
