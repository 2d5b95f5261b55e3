"""Payment retries: each attempt and how it stands, and the outbox of what is said of them.

Revision ID: 0002
"""

from __future__ import annotations

from alembic import op

from trueup_kit.migrations_ingest import create_outbox, drop_outbox

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the attempts and the outbox."""
    create_outbox(op)
    op.execute(
        """
        CREATE TABLE retry_executions (
            attempt_id text PRIMARY KEY,
            gateway_invoice_id text NOT NULL,
            client_id text NOT NULL,
            ref text NOT NULL,
            currency text NOT NULL,
            amount_minor bigint NOT NULL,
            requested_by text NOT NULL,
            requested_at timestamptz NOT NULL,
            received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            state text NOT NULL DEFAULT 'received' CHECK (state IN (
                'received', 'started', 'processing', 'unknown',
                'succeeded', 'failed', 'needs_customer', 'already_paid', 'refused')),
            reason text,
            needs_person boolean NOT NULL DEFAULT false,
            failure jsonb,
            hosted_url text,
            payment_id text,
            request_id text,
            started_at timestamptz,
            asked_at timestamptz,
            settled_at timestamptz,
            tries integer NOT NULL DEFAULT 0,
            looks integer NOT NULL DEFAULT 0,
            unclear boolean NOT NULL DEFAULT false,
            version bigint,
            next_ask_at timestamptz DEFAULT clock_timestamp(),
            claim bigint,
            claimed_until timestamptz
        )
        """
    )
    op.execute("COMMENT ON TABLE retry_executions IS 'Attempts to take a payment again; the id is the gateway''s key'")
    op.execute(
        "COMMENT ON COLUMN retry_executions.unclear IS 'A call may have been carried out; its answer is missing'"
    )
    op.execute("CREATE INDEX retry_executions_due ON retry_executions (next_ask_at) WHERE next_ask_at IS NOT NULL")
    # Whatever went wrong elsewhere: two attempts at one invoice are never under way together.
    op.execute(
        """
        CREATE UNIQUE INDEX retry_executions_one_open ON retry_executions (gateway_invoice_id)
        WHERE state IN ('started', 'processing', 'unknown')
        """
    )


def downgrade() -> None:
    """Drop them; attempts under way are forgotten."""
    op.execute("DROP TABLE retry_executions")
    drop_outbox(op)
