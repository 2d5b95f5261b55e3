"""The weekly forecasts as the principal may see them."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_VIEW = """
CREATE VIEW seen_forecasts WITH (security_barrier) AS
SELECT seen.* FROM read_model.forecasts AS seen
WHERE current_setting('app.scope', true) = 'all'
    OR current_setting('app.scope', true) = 'own' AND seen.client_id IN (
        SELECT own.client_id FROM account_owners AS own WHERE own.user_name = current_setting('app.user', true))
"""


def upgrade() -> None:
    """Create the view; it could be written through with its owner's rights."""
    op.execute(_VIEW)
    op.execute(
        """
        DO $$ BEGIN
            IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'dashboard_api') THEN
                REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON seen_forecasts FROM dashboard_api;
            END IF;
        END $$
        """
    )


def downgrade() -> None:
    """Drop it."""
    op.execute("DROP VIEW seen_forecasts")
