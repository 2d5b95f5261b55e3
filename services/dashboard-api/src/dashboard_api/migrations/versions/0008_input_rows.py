"""The rows behind a figure: usage and documents of an account, for who may see the account."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Functions with their owner's rights, filtered like the views by the principal of the transaction. Their bodies are text
# that is read when they are called, so the facts' own migrations stay free.
_MAY_SEE = """
    current_setting('app.scope', true) = 'all'
    OR current_setting('app.scope', true) = 'own' AND EXISTS (
        SELECT 1 FROM dashboard.account_owners AS own
        WHERE own.client_id = wanted AND own.user_name = current_setting('app.user', true))
"""
_FUNCTIONS = (
    f"""
    CREATE FUNCTION seen_usage_rows(wanted text, first_day date, end_day date)
    RETURNS TABLE (ref text, metric text, day date, quantity text, unit text, version bigint, observed_at timestamptz,
                   earlier jsonb)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $body$
        SELECT u.ref, u.metric, u.day, u.quantity::text, u.unit, u.version, u.observed_at, u.earlier
        FROM reconciler.links AS l JOIN reconciler.usage AS u USING (ref)
        WHERE l.client_id = wanted AND u.grain = 'day' AND u.day >= first_day AND u.day < end_day AND ({_MAY_SEE})
        ORDER BY u.metric, u.day, u.ref
    $body$
    """,
    f"""
    CREATE FUNCTION seen_document_rows(wanted text, ids text[])
    RETURNS TABLE (document_id text, ref text, state text, version bigint, source_version text, created_at text,
                   observed_at text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $body$
        SELECT d.document_id, d.ref, d.state, d.version, d.payload ->> 'source_version', d.payload ->> 'created_at',
               d.payload ->> 'observed_at'
        FROM reconciler.links AS l JOIN reconciler.documents AS d USING (ref)
        WHERE l.client_id = wanted AND d.document_id = ANY (ids) AND ({_MAY_SEE})
        ORDER BY d.document_id
    $body$
    """,
)
_NAMES = ("seen_usage_rows(text, date, date)", "seen_document_rows(text, text[])")


def upgrade() -> None:
    """Create the functions, for this service alone."""
    for statement in _FUNCTIONS:
        op.execute(statement)
    for name in _NAMES:
        op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
        op.execute(
            f"""
            DO $$ BEGIN
                IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'dashboard_api') THEN
                    GRANT EXECUTE ON FUNCTION {name} TO dashboard_api;
                END IF;
            END $$
            """
        )


def downgrade() -> None:
    """Drop them."""
    for name in _NAMES:
        op.execute(f"DROP FUNCTION {name}")
