"""The audit log as a chain of hashes with a signed head."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

from dashboard_api.domain.audit_chain import NO_HASH, Entry, digest, read_detail

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ADD = """
ALTER TABLE audit_log ADD COLUMN seq bigint, ADD COLUMN client_id text, ADD COLUMN prev_hash bytea,
    ADD COLUMN hash bytea, ADD COLUMN seal bytea
"""
_TIGHTEN = """
ALTER TABLE audit_log DROP COLUMN entry_id, ALTER COLUMN at DROP DEFAULT,
    ALTER COLUMN prev_hash SET NOT NULL, ALTER COLUMN hash SET NOT NULL, ADD PRIMARY KEY (seq)
"""
_HEADS = """
CREATE TABLE audit_heads (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    seq bigint NOT NULL,
    hash bytea NOT NULL,
    at timestamptz NOT NULL,
    sealed_from bigint NOT NULL,
    seal bytea NOT NULL
)
"""
_INDEXES = (
    "CREATE INDEX audit_log_user ON audit_log (user_name, seq)",
    "CREATE INDEX audit_log_action ON audit_log (action, seq)",
    "CREATE INDEX audit_log_client ON audit_log (client_id, seq) WHERE client_id IS NOT NULL",
)
_RIGHTS = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'dashboard_api') THEN
        REVOKE UPDATE, DELETE, TRUNCATE ON audit_log FROM dashboard_api;
        REVOKE DELETE, TRUNCATE ON audit_heads FROM dashboard_api;
    END IF;
END $$
"""


def upgrade() -> None:
    """Chain what is there; only entries written from now on can be sealed, for the migrator has no key."""
    op.execute(_ADD)
    _chain()
    op.execute(_TIGHTEN)
    op.execute(_HEADS)
    for statement in (*_INDEXES, _RIGHTS):
        op.execute(statement)


def _chain() -> None:
    connection, previous = op.get_bind(), NO_HASH
    rows = connection.execute(
        sa.text("SELECT entry_id, at, user_name, role, action, detail::text AS detail FROM audit_log ORDER BY entry_id")
    ).all()
    for seq, row in enumerate(rows, start=1):
        at: datetime = row.at
        entry = Entry(seq, at, row.user_name, row.role, row.action, None, read_detail(row.detail), previous)
        connection.execute(
            sa.text("UPDATE audit_log SET seq = :seq, prev_hash = :prev, hash = :hash WHERE entry_id = :entry_id"),
            {"seq": seq, "prev": previous, "hash": digest(entry), "entry_id": row.entry_id},
        )
        previous = digest(entry)


def downgrade() -> None:
    """Back to plain rows in the same order."""
    op.execute("DROP TABLE audit_heads")
    op.execute("ALTER TABLE audit_log ADD COLUMN entry_id bigint")
    op.execute("UPDATE audit_log SET entry_id = seq")
    op.execute(
        "ALTER TABLE audit_log DROP COLUMN seq, DROP COLUMN client_id, DROP COLUMN prev_hash, DROP COLUMN hash,"
        " DROP COLUMN seal, ALTER COLUMN at SET DEFAULT now(), ALTER COLUMN entry_id SET NOT NULL,"
        " ADD PRIMARY KEY (entry_id)"
    )
    op.execute("ALTER TABLE audit_log ALTER COLUMN entry_id ADD GENERATED ALWAYS AS IDENTITY")
    op.execute(
        "SELECT setval(pg_get_serial_sequence('audit_log', 'entry_id'), coalesce(max(entry_id), 0) + 1, false)"
        " FROM audit_log"
    )
