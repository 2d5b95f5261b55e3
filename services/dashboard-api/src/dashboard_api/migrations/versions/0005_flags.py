"""Issues flagged to somebody, and what became of the message."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TABLE = """
CREATE TABLE flags (
    flag_id uuid PRIMARY KEY,
    client_id text NOT NULL,
    channel text NOT NULL CHECK (channel IN ('slack', 'email')),
    target_id text NOT NULL,
    target_label text NOT NULL,
    discrepancy text,
    period_start date,
    subject text NOT NULL,
    text text NOT NULL,
    evidence jsonb NOT NULL,
    snapshot jsonb NOT NULL,
    link text NOT NULL,
    flagged_by text NOT NULL,
    flagged_by_name text NOT NULL,
    key_hash bytea NOT NULL,
    request_hash bytea NOT NULL,
    state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'unknown')),
    reason text,
    external_id text,
    permalink text,
    tries integer NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL DEFAULT now(),
    claimed_at timestamptz,
    claimed_by text,
    claim_version bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    sent_at timestamptz,
    UNIQUE (flagged_by, key_hash)
);
CREATE INDEX flags_client ON flags (client_id, created_at DESC, flag_id);
CREATE INDEX flags_due ON flags (channel, due_at) WHERE state = 'queued';
CREATE INDEX flags_claimed ON flags (claimed_at) WHERE state = 'sending';
CREATE UNIQUE INDEX flags_one_under_way ON flags
    (client_id, target_id, coalesce(discrepancy, ''), coalesce(period_start, '-infinity'))
    WHERE state IN ('queued', 'sending')
"""


def upgrade() -> None:
    """Create the table."""
    for statement in _TABLE.split(";\n"):
        op.execute(statement)


def downgrade() -> None:
    """Drop it."""
    op.execute("DROP TABLE flags")
