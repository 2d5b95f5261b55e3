"""The tables as SQLAlchemy Core: names and types for queries. The migrations own the truth about indexes."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Computed,
    Date,
    DateTime,
    MetaData,
    Numeric,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB

SCHEMA = "read_model"
metadata = MetaData(schema=SCHEMA)

Instant = DateTime(timezone=True)

accounts = Table(
    "accounts",
    metadata,
    Column("client_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("active_from", Date),
    Column("active_to", Date),
    Column("time_zone", Text, nullable=False),
    Column("currency", Text),
    Column("usage_sort", Numeric),
    Column("invoice_total_minor", BigInteger),
    Column("invoice_currency", Text),
    Column("due_on", Date),
    Column("status", Text),
    Column("band", Text),
    Column("flagged", Boolean, nullable=False),
    Column("expected_minor", BigInteger),
    Column("billed_minor", BigInteger),
    Column("variance_minor", BigInteger),
    Column("variance_ratio", Numeric),
    Column("variance_currency", Text),
    Column("source_state", Text, nullable=False),
    Column("search_text", Text, nullable=False),
    Column("item", JSONB, nullable=False),
    Column("payload", JSONB, nullable=False),
    Column("watermark_keys", ARRAY(Text), nullable=False),
    Column("held_watermarks", JSONB),
    Column("reconciled_at", Instant, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("unexplained_minor", BigInteger, Computed("(item #>> '{variance,unexplained_minor}')::bigint")),
)

invoices = Table(
    "invoices",
    metadata,
    Column("document_id", Text, primary_key=True),
    Column("client_id", Text, nullable=False),
    Column("number", Text),
    Column("kind", Text, nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("due_on", Date),
    Column("period_start", Date),
    Column("period_end", Date),
    Column("period_assumed", Boolean, nullable=False),
    Column("currency", Text, nullable=False),
    Column("total_minor", BigInteger, nullable=False),
    Column("remaining_minor", BigInteger, nullable=False),
    Column("paid_minor", BigInteger, nullable=False),
    Column("credited_minor", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("gateway_invoice_id", Text),
    Column("payload", JSONB, nullable=False),
)

reconciliations = Table(
    "reconciliations",
    metadata,
    Column("client_id", Text, primary_key=True),
    Column("period_start", Date, primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("version", BigInteger, primary_key=True),
    Column("period_end", Date, nullable=False),
    Column("current", Boolean, nullable=False),
    Column("due", Boolean, nullable=False),
    Column("band", Text, nullable=False),
    Column("flagged", Boolean, nullable=False),
    Column("expected_minor", BigInteger),
    Column("billed_minor", BigInteger),
    Column("variance_minor", BigInteger),
    Column("payload", JSONB, nullable=False),
    Column("decided_at", Instant, nullable=False),
)

forecasts = Table(
    "forecasts",
    metadata,
    Column("client_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("active_from", Date),
    Column("active_to", Date),
    Column("week", Date, nullable=False),
    Column("quarter_start", Date, nullable=False),
    Column("reason", Text),
    Column("currency", Text),
    Column("low_minor", BigInteger),
    Column("likely_minor", BigInteger),
    Column("high_minor", BigInteger),
    Column("left_out", ARRAY(Text), nullable=False),
    Column("quarter_start_before", Date),
    Column("currency_before", Text),
    Column("likely_minor_before", BigInteger),
)

forecast_weeks = Table(
    "forecast_weeks",
    metadata,
    Column("week", Date, primary_key=True),
    Column("client_id", Text, primary_key=True),
    Column("quarter_end", Date, nullable=False),
    Column("status", Text, nullable=False),
    Column("currency", Text),
    Column("low_minor", BigInteger),
    Column("likely_minor", BigInteger),
    Column("high_minor", BigInteger),
    Column("payload", JSONB, nullable=False),
    Column("decided_at", Instant, nullable=False),
)

calibration_checks = Table(
    "calibration_checks",
    metadata,
    Column("check_id", Text, primary_key=True),
    Column("metric", Text, nullable=False),
    Column("from_day", Date, nullable=False),
    Column("to_day", Date, nullable=False),
    Column("reference", Numeric, nullable=False),
    Column("limit_percent", BigInteger, nullable=False),
    Column("metered", Numeric, nullable=False),
    Column("drift_percent", Text),
    Column("state", Text, nullable=False),
    Column("judged_at", Instant, nullable=False),
)

timeline = Table(
    "timeline",
    metadata,
    Column("entry_id", BigInteger, primary_key=True),
    Column("client_id", Text, nullable=False),
    Column("occurred_at", Instant, nullable=False),
    Column("learned_at", Instant, nullable=False),
    Column("source", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("payload", JSONB, nullable=False),
    Column("dedupe_key", Text, nullable=False, unique=True),
)

unlinked_customers = Table(
    "unlinked_customers",
    metadata,
    Column("ref", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("name", Text),
    Column("observed_at", Instant, nullable=False),
    Column("currency", Text),
    Column("decision_id", Text),
    Column("refused_client_id", Text),
    Column("suggestions", JSONB, nullable=False),
    Column("best_score", BigInteger, nullable=False),
)

links = Table(
    "links",
    metadata,
    Column("ref", Text, primary_key=True),
    Column("client_id", Text, nullable=False),
    Column("linked_by", Text, nullable=False),
    Column("decision_id", Text),
)

watermarks = Table(
    "watermarks",
    metadata,
    Column("key", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("as_of", Instant, nullable=False),
    Column("entries", JSONB, nullable=False),
)

sources = Table(
    "sources",
    metadata,
    Column("source", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("as_of", Instant),
    Column("reason", Text),
    Column("error", Text),
    Column("since", Instant, nullable=False),
    Column("payload", JSONB, nullable=False),
)
