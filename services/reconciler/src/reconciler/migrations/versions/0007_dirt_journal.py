"""What changed is appended, a row for each batch, where it was one row for each customer."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take over what is dirty now."""
    op.execute("CREATE TABLE dirt (seq bigint PRIMARY KEY DEFAULT nextval('dirt_seq'), refs text[] NOT NULL)")
    op.execute("INSERT INTO dirt (seq, refs) SELECT first_seq, array_agg(ref) FROM dirty_refs GROUP BY first_seq")
    op.execute("DROP TABLE dirty_refs")


def downgrade() -> None:
    """Back to a row for each customer."""
    op.execute(
        "CREATE TABLE dirty_refs (ref text PRIMARY KEY, first_seq bigint NOT NULL, last_seq bigint NOT NULL)"
        " WITH (fillfactor = 50)"
    )
    op.execute("INSERT INTO dirty_refs SELECT ref, min(seq), max(seq) FROM dirt, unnest(refs) AS r (ref) GROUP BY ref")
    op.execute("DROP TABLE dirt")
