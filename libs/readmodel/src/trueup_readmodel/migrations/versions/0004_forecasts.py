"""Forecasts: what a portfolio adds up to, what moved since the week before, and what each was made of, week by week."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables. A portfolio reads one narrow row for each account; the history lies out of its way."""
    op.execute(
        """
        CREATE TABLE forecasts (
            client_id text PRIMARY KEY,
            name text NOT NULL,
            active_from date,
            active_to date,
            week date NOT NULL,
            quarter_start date NOT NULL,
            reason text,
            currency text,
            low_minor bigint,
            likely_minor bigint,
            high_minor bigint,
            left_out text[] NOT NULL,
            quarter_start_before date,
            currency_before text,
            likely_minor_before bigint
        ) WITH (fillfactor = 70)
        """
    )
    op.execute(
        """
        CREATE TABLE forecast_weeks (
            week date NOT NULL,
            client_id text NOT NULL,
            quarter_end date NOT NULL,
            status text NOT NULL,
            currency text,
            low_minor bigint,
            likely_minor bigint,
            high_minor bigint,
            payload jsonb NOT NULL,
            decided_at timestamptz NOT NULL,
            PRIMARY KEY (week, client_id)
        )
        """
    )


def downgrade() -> None:
    """Drop them, and with them the history of forecasts."""
    op.execute("DROP TABLE forecast_weeks")
    op.execute("DROP TABLE forecasts")
