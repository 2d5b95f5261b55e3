"""Rate cards of several kinds of components, every version kept; the contract's anchor day."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_UP = (
    "ALTER TABLE accounts ADD COLUMN anchor_day smallint NOT NULL DEFAULT 1 CHECK (anchor_day BETWEEN 1 AND 31)",
    """
    CREATE TABLE rate_cards (
        client_id text NOT NULL REFERENCES accounts ON DELETE CASCADE,
        version integer NOT NULL,
        imported_at timestamptz NOT NULL DEFAULT now(),
        imported_by text NOT NULL,
        components jsonb NOT NULL,
        PRIMARY KEY (client_id, version)
    )
    """,
    """
    INSERT INTO rate_cards (client_id, version, imported_by, components)
    SELECT client_id, 1, 'migration', jsonb_agg(jsonb_build_object(
        'component', metric, 'metric', metric, 'unit', unit, 'unit_price', trim_scale(unit_price)::text,
        'currency', currency, 'item_id', item_id, 'valid_from', valid_from, 'valid_to', valid_to
    ) ORDER BY metric, valid_from)
    FROM rates GROUP BY client_id
    """,
    "DROP TABLE rates",
)
_DOWN = (
    """
    CREATE TABLE rates (
        client_id text NOT NULL REFERENCES accounts ON DELETE CASCADE,
        metric text NOT NULL,
        valid_from date NOT NULL,
        valid_to date CHECK (valid_to > valid_from),
        unit text NOT NULL,
        unit_price numeric NOT NULL CHECK (unit_price >= 0),
        currency text NOT NULL,
        item_id text,
        PRIMARY KEY (client_id, metric, valid_from)
    )
    """,
    # What the former table cannot hold is left behind: it knows prices per unit and nothing else.
    """
    INSERT INTO rates (client_id, metric, valid_from, valid_to, unit, unit_price, currency, item_id)
    SELECT card.client_id, one ->> 'metric', (one ->> 'valid_from')::date, (one ->> 'valid_to')::date, one ->> 'unit',
           (one ->> 'unit_price')::numeric, one ->> 'currency', one ->> 'item_id'
    FROM (SELECT DISTINCT ON (client_id) client_id, components FROM rate_cards ORDER BY client_id, version DESC) AS card,
         jsonb_array_elements(card.components) AS one
    WHERE coalesce(one ->> 'kind', 'per_unit') = 'per_unit'
    """,
    "DROP TABLE rate_cards",
    "ALTER TABLE accounts DROP COLUMN anchor_day",
)


def upgrade() -> None:
    """Move each flat price into the first version of its card."""
    for statement in _UP:
        op.execute(statement)


def downgrade() -> None:
    """Back to one price per unit and metric."""
    for statement in _DOWN:
        op.execute(statement)
