"""When a sweep last met an object that cannot be read, and why a connection was refused for good."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE gaps ADD COLUMN seen_at timestamptz")
    op.execute("ALTER TABLE connections ADD COLUMN refusal text")
    # What is remembered is of the company that was connected; of several, of the one that was renewed last.
    op.execute(
        """
        INSERT INTO cursors (name, value) SELECT 'realm', realm_id FROM connections
        WHERE EXISTS (SELECT FROM objects) ORDER BY rotated_at DESC NULLS LAST LIMIT 1
        ON CONFLICT (name) DO NOTHING
        """
    )


def downgrade() -> None:
    op.execute("DELETE FROM cursors WHERE name = 'realm'")
    op.execute("ALTER TABLE connections DROP COLUMN refusal")
    op.execute("ALTER TABLE gaps DROP COLUMN seen_at")
