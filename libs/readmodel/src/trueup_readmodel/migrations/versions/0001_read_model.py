"""The read model: accounts, invoices, reconciliations, timeline, unlinked customers, watermarks, sources."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Rows of `accounts` are rewritten at each decision: room on the page keeps those updates HOT where no index moves.
_ACCOUNTS = """
CREATE TABLE accounts (
    client_id text PRIMARY KEY,
    name text NOT NULL,
    active_from date,
    active_to date,
    time_zone text NOT NULL,
    currency text,
    usage_sort numeric,
    invoice_total_minor bigint,
    invoice_currency text,
    due_on date,
    status text,
    band text,
    flagged boolean NOT NULL,
    expected_minor bigint,
    billed_minor bigint,
    variance_minor bigint,
    variance_ratio numeric,
    variance_currency text,
    source_state text NOT NULL CHECK (source_state IN ('ok', 'stale', 'partial', 'cannot_judge')),
    search_text text NOT NULL,
    item jsonb NOT NULL,
    payload jsonb NOT NULL,
    watermark_keys text[] NOT NULL,
    held_watermarks jsonb,
    reconciled_at timestamptz NOT NULL,
    revision bigint NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX accounts_name ON accounts (name, client_id);
CREATE INDEX accounts_due ON accounts (due_on, client_id);
CREATE INDEX accounts_status ON accounts (status, client_id);
CREATE INDEX accounts_flagged ON accounts (client_id) WHERE flagged;
CREATE INDEX accounts_variance ON accounts (variance_currency, abs(variance_minor) DESC, client_id);
"""

_INVOICES = """
CREATE TABLE invoices (
    document_id text PRIMARY KEY,
    client_id text NOT NULL,
    number text,
    kind text NOT NULL,
    issued_on date NOT NULL,
    due_on date,
    period_start date,
    period_end date,
    period_assumed boolean NOT NULL,
    currency text NOT NULL,
    total_minor bigint NOT NULL,
    remaining_minor bigint NOT NULL,
    paid_minor bigint NOT NULL,
    credited_minor bigint NOT NULL,
    status text NOT NULL,
    gateway_invoice_id text,
    payload jsonb NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX invoices_client ON invoices (client_id, issued_on DESC, document_id DESC);
CREATE INDEX invoices_due ON invoices (due_on, client_id);
CREATE INDEX invoices_issued ON invoices (issued_on, client_id);
CREATE INDEX invoices_service ON invoices (period_start, client_id);
CREATE INDEX invoices_number ON invoices (lower(number) text_pattern_ops);
"""

_RECONCILIATIONS = """
CREATE TABLE reconciliations (
    client_id text NOT NULL,
    period_start date NOT NULL,
    currency text NOT NULL,
    version bigint NOT NULL,
    period_end date NOT NULL,
    current boolean NOT NULL,
    due boolean NOT NULL,
    band text NOT NULL,
    flagged boolean NOT NULL,
    expected_minor bigint,
    billed_minor bigint,
    variance_minor bigint,
    payload jsonb NOT NULL,
    decided_at timestamptz NOT NULL,
    PRIMARY KEY (client_id, period_start, currency, version)
);
CREATE UNIQUE INDEX reconciliations_current ON reconciliations (client_id, period_start) WHERE current;
CREATE INDEX reconciliations_flagged ON reconciliations (period_start, client_id) WHERE current AND flagged;
"""

_REST = """
CREATE TABLE timeline (
    entry_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client_id text NOT NULL,
    occurred_at timestamptz NOT NULL,
    learned_at timestamptz NOT NULL,
    source text NOT NULL,
    kind text NOT NULL,
    payload jsonb NOT NULL,
    dedupe_key text NOT NULL UNIQUE
);
CREATE INDEX timeline_client ON timeline (client_id, occurred_at DESC, entry_id DESC);
CREATE TABLE unlinked_customers (
    ref text PRIMARY KEY,
    source text NOT NULL,
    name text,
    observed_at timestamptz NOT NULL
);
CREATE TABLE watermarks (
    key text PRIMARY KEY,
    source text NOT NULL,
    scope text NOT NULL,
    as_of timestamptz NOT NULL,
    entries jsonb NOT NULL
);
CREATE TABLE sources (
    source text PRIMARY KEY,
    state text NOT NULL CHECK (state IN ('ok', 'failing', 'partial', 'never')),
    as_of timestamptz,
    reason text,
    error text,
    since timestamptz NOT NULL,
    payload jsonb NOT NULL
);
"""


def upgrade() -> None:
    """Create all tables and the indexes behind the grid's filters and sorts."""
    for block in (_ACCOUNTS, _INVOICES, _RECONCILIATIONS, _REST):
        for statement in block.split(";\n"):
            if statement.strip():
                op.execute(statement)


def downgrade() -> None:
    """Drop all tables."""
    for table in ("sources", "watermarks", "unlinked_customers", "timeline", "reconciliations", "invoices", "accounts"):
        op.execute(f"DROP TABLE {table}")
