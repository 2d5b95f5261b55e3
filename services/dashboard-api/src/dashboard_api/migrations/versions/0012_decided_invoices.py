"""Decisions about an invoice that is paid in one system and open in the other."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# The constraint has no name of its own yet.
_UP = (
    """
    DO $$ DECLARE found text; BEGIN
        SELECT conname INTO STRICT found FROM pg_constraint
        WHERE conrelid = 'decisions'::regclass AND contype = 'c'
            AND pg_get_constraintdef(oid) LIKE '%period_start IS NOT NULL%';
        EXECUTE format('ALTER TABLE decisions DROP CONSTRAINT %I', found);
    END $$
    """,
    "ALTER TABLE decisions ADD COLUMN document_id text",
    """
    ALTER TABLE decisions ADD CONSTRAINT decisions_about
        CHECK (period_start IS NOT NULL OR document_id IS NOT NULL OR source IS NOT NULL)
    """,
)
# What the former table cannot hold is left behind.
_DOWN = (
    "DELETE FROM decisions WHERE document_id IS NOT NULL",
    "ALTER TABLE decisions DROP CONSTRAINT decisions_about",
    "ALTER TABLE decisions DROP COLUMN document_id",
    "ALTER TABLE decisions ADD CHECK (period_start IS NOT NULL OR source IS NOT NULL)",
)


def upgrade() -> None:
    """A decision may be about an invoice."""
    for statement in _UP:
        op.execute(statement)


def downgrade() -> None:
    """Only about months and gaps."""
    for statement in _DOWN:
        op.execute(statement)
