"""Attempts to take a payment again, one open per gateway invoice."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TABLES = """
CREATE TABLE payment_retries (
    attempt_id text PRIMARY KEY CHECK (attempt_id LIKE 'pr\\_%'),
    client_id text NOT NULL,
    gateway_invoice_id text NOT NULL,
    ref text NOT NULL,
    invoice_number text,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    currency text NOT NULL,
    method jsonb,
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'requested' CHECK (state IN (
        'requested', 'processing', 'succeeded', 'failed', 'needs_customer', 'already_paid', 'refused', 'unknown')),
    needs_person boolean NOT NULL DEFAULT false CHECK (NOT needs_person OR state = 'unknown'),
    reason text,
    failure jsonb,
    hosted_url text,
    payment_id text,
    taken_minor bigint,
    request_id text,
    started_at timestamptz,
    settled_at timestamptz,
    settled_version bigint NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX payment_retries_open ON payment_retries (gateway_invoice_id)
    WHERE state IN ('requested', 'processing', 'unknown');
CREATE INDEX payment_retries_invoice ON payment_retries (gateway_invoice_id, requested_at DESC);
CREATE INDEX payment_retries_client ON payment_retries (client_id, requested_at DESC);
CREATE TABLE payment_retry_keys (
    user_name text NOT NULL,
    key_hash bytea NOT NULL,
    fingerprint bytea NOT NULL,
    attempt_id text NOT NULL REFERENCES payment_retries,
    used_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_name, key_hash)
)
"""
# The service's own UPDATE never touches a final row; this is for every other hand.
_GUARD = """
CREATE FUNCTION keep_final_retries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state NOT IN ('requested', 'processing', 'unknown') AND NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'attempt % is final and never changes', OLD.attempt_id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
"""
_TRIGGER = """
CREATE TRIGGER keep_final_retries BEFORE UPDATE ON payment_retries
    FOR EACH ROW EXECUTE FUNCTION keep_final_retries()
"""
_KEPT = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'dashboard_api') THEN
        REVOKE DELETE, TRUNCATE ON payment_retries FROM dashboard_api;
    END IF;
END $$
"""


def upgrade() -> None:
    """Create the tables, and what keeps a final attempt as it is."""
    for statement in _TABLES.split(";\n"):
        op.execute(statement)
    for statement in (_GUARD, _TRIGGER, _KEPT):
        op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TABLE payment_retry_keys")
    op.execute("DROP TABLE payment_retries")
    op.execute("DROP FUNCTION keep_final_retries")
