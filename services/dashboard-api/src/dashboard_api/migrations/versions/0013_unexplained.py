"""The grid's view has the column that it ranks by."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_FORMER = (
    "client_id, name, active_from, active_to, time_zone, currency, usage_sort, invoice_total_minor, invoice_currency,"
    " due_on, status, band, flagged, expected_minor, billed_minor, variance_minor, variance_ratio, variance_currency,"
    " source_state, search_text, item, payload, watermark_keys, held_watermarks, reconciled_at, revision"
)
_MAY_SEE = """
current_setting('app.scope', true) = 'all'
    OR current_setting('app.scope', true) = 'own' AND seen.client_id IN (
        SELECT own.client_id FROM account_owners AS own WHERE own.user_name = current_setting('app.user', true))
"""
_ONLY_READ = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'dashboard_api') THEN
        REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON seen_accounts FROM dashboard_api;
    END IF;
END $$
"""


def _view(columns: str) -> str:
    return (
        "CREATE OR REPLACE VIEW seen_accounts WITH (security_barrier) AS "
        f"SELECT {columns} FROM read_model.accounts AS seen WHERE {_MAY_SEE}"
    )


def upgrade() -> None:
    """Where the view was made after the column it has it already."""
    op.execute(_view("seen.*"))


def downgrade() -> None:
    """A view loses a column only by being made anew."""
    op.execute("DROP VIEW seen_accounts")
    op.execute(_view(_FORMER))
    op.execute(_ONLY_READ)
