"""How well the provider answered of late, counted over all replicas."""

from alembic import op

from trueup_kit.migrations_ingest import create_provider_calls, drop_provider_calls

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_provider_calls(op)


def downgrade() -> None:
    drop_provider_calls(op)
