"""Exports, their quota and their files."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# A counter is one row for each session, token, or user and day. The check is the last line: whatever a statement
# gets wrong, no counter goes over the limit that it was counted against.
_TABLES = """
CREATE TABLE export_quota (
    holder text PRIMARY KEY,
    used int NOT NULL,
    lim int NOT NULL,
    used_at timestamptz NOT NULL DEFAULT now(),
    CHECK (used BETWEEN 0 AND lim)
);
CREATE TABLE exports (
    export_id uuid PRIMARY KEY,
    user_name text NOT NULL,
    role text NOT NULL,
    holder text NOT NULL,
    format text NOT NULL CHECK (format IN ('csv', 'pdf')),
    wish jsonb NOT NULL,
    records int NOT NULL CHECK (records > 0),
    filename text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    downloaded_at timestamptz
);
CREATE INDEX exports_created ON exports (created_at);
CREATE TABLE export_files (
    export_id uuid PRIMARY KEY REFERENCES exports ON DELETE CASCADE,
    content bytea NOT NULL
)
"""


def upgrade() -> None:
    """Create the tables."""
    for statement in _TABLES.split(";\n"):
        op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    for name in ("export_files", "exports", "export_quota"):
        op.execute(f"DROP TABLE {name}")
