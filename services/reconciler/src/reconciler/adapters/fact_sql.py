"""One statement per kind of fact: upsert guarded by version, and the dirt of what changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from reconciler.adapters.calibration_sql import WRITE_CALIBRATED, calibrated_columns
from reconciler.adapters.recorded_sql import WRITE_RECORDED, recorded_columns
from reconciler.adapters.retry_sql import REQUESTED_COLUMNS, SETTLED_COLUMNS, WRITE_REQUESTED, WRITE_SETTLED
from reconciler.domain.names import domain_of
from reconciler.ports import wire
from reconciler.ports.words import texts_in_utc
from trueup_contracts.accounts import AccountConfiguredV1
from trueup_contracts.calibrations import MetricCalibratedV1
from trueup_contracts.customers import CustomerObservedV1
from trueup_contracts.decisions import DecisionRecordedV1
from trueup_contracts.invoices import InvoiceObservedV1
from trueup_contracts.links import LinkDecidedV1
from trueup_contracts.payments import PaymentObservedV1
from trueup_contracts.retries import PaymentRetryRequestedV1, PaymentRetrySettledV1
from trueup_contracts.syncs import SyncReportedV1
from trueup_contracts.usage import UsageObservedV1

# Appended, not kept by ref: no writer waits for another, and a customer that changes all day costs no row of its own.
_MARK_REFS = """
INSERT INTO dirt (refs) SELECT array_agg(ref) FROM (SELECT DISTINCT ref FROM changed) c HAVING count(*) > 0
"""


@dataclass(frozen=True, slots=True)
class Write:
    """A statement and how facts, sorted by key, become its parameters. It answers with one number: facts applied."""

    sql: str
    columns: Callable[[Sequence[Any]], Sequence[Any]]


def _columns(*getters: Callable[[Any], object]) -> Callable[[Sequence[Any]], list[list[Any]]]:
    return lambda facts: [[getter(fact) for fact in facts] for getter in getters]


SEPARATOR = "\x1f"


def packed(*columns: Sequence[str]) -> list[str]:
    """A separator that no value holds, and each column as one text that PostgreSQL splits.

    An array costs the driver a look at each element: a third of all the processor time that a record took.
    """
    separator, count = SEPARATOR, len(columns[0]) - 1
    texts = [separator.join(column) for column in columns]
    if any(text.count(separator) != count for text in texts):
        separator = uuid4().hex
        texts = [separator.join(column) for column in columns]
    return [separator, *texts]


# A value that was counted after its day was over and still changes is kept, as is what the source tells of earlier ones:
# both say what was known when. A month's value changes all month long; what was known of it when is not kept.
# An empty text splits into no element at all, which `unnest` makes NULL.
_USAGE = Write(
    f"""
WITH up AS (
    INSERT INTO usage (ref, metric, grain, day, version, quantity, unit, time_zone, observed_at, earlier)
    SELECT ref, coalesce(metric, ''), grain, day::date, version::bigint, quantity::numeric, coalesce(unit, ''),
        coalesce(time_zone, ''), observed_at::timestamptz, earlier::jsonb
    FROM unnest(string_to_array($2, $1), string_to_array($3, $1), string_to_array($4, $1), string_to_array($5, $1),
                string_to_array($6, $1), string_to_array($7, $1), string_to_array($8, $1), string_to_array($9, $1),
                string_to_array($10, $1), string_to_array($11, $1, ''))
        AS r (ref, metric, grain, day, version, quantity, unit, time_zone, observed_at, earlier)
    ON CONFLICT (ref, metric, grain, day) DO UPDATE
    SET version = excluded.version, quantity = excluded.quantity, unit = excluded.unit,
        time_zone = excluded.time_zone, observed_at = excluded.observed_at, earlier = CASE
            WHEN usage.grain = 'day' AND usage.quantity <> excluded.quantity
                AND usage.observed_at >= (usage.day + 1)::timestamp AT TIME ZONE usage.time_zone
            THEN coalesce(usage.earlier, '[]') || jsonb_build_array(jsonb_build_array(
                usage.observed_at, usage.quantity::text)) || coalesce(excluded.earlier, '[]')
            WHEN usage.earlier IS NULL THEN excluded.earlier
            ELSE usage.earlier || coalesce(excluded.earlier, '[]') END
    WHERE usage.version < excluded.version
    RETURNING usage.ref
), changed AS (SELECT ref FROM up), marked AS ({_MARK_REFS})
SELECT count(*) FROM up
""",
    lambda facts: packed(
        [fact.ref for fact in facts],
        [fact.metric for fact in facts],
        [fact.grain for fact in facts],
        [fact.first_day for fact in facts],
        [str(fact.version) for fact in facts],
        [fact.quantity for fact in facts],
        [fact.unit for fact in facts],
        [fact.time_zone for fact in facts],
        texts_in_utc(fact.observed_at for fact in facts),
        [wire.encode([(one.at, one.quantity) for one in fact.earlier]) if fact.earlier else "" for fact in facts],
    ),
)

_CUSTOMERS = Write(
    f"""
WITH up AS (
    INSERT INTO customers (ref, version, name, deleted, link_keys, observed_at, email_domain, currency, parent_ref)
    SELECT ref, version, name, deleted, link_keys::jsonb, observed_at, email_domain, currency, parent_ref
    FROM unnest($1::text[], $2::bigint[], $3::text[], $4::boolean[], $5::text[], $6::timestamptz[], $7::text[],
                $8::text[], $9::text[])
         AS r (ref, version, name, deleted, link_keys, observed_at, email_domain, currency, parent_ref)
    ON CONFLICT (ref) DO UPDATE
    SET version = excluded.version, name = excluded.name, deleted = excluded.deleted,
        link_keys = excluded.link_keys, observed_at = excluded.observed_at,
        email_domain = excluded.email_domain, currency = excluded.currency, parent_ref = excluded.parent_ref
    WHERE customers.version < excluded.version
    RETURNING customers.ref
), changed AS (SELECT ref FROM up), marked AS ({_MARK_REFS}),
relink AS (INSERT INTO relink_wanted SELECT nextval('dirt_seq') WHERE EXISTS (SELECT 1 FROM up))
SELECT count(*) FROM up
""",
    _columns(
        lambda fact: fact.ref,
        lambda fact: fact.version,
        lambda fact: fact.name,
        lambda fact: fact.deleted,
        lambda fact: wire.encode(fact.link_keys),
        lambda fact: fact.observed_at,
        # Of an address only what tells companies apart is kept.
        lambda fact: domain_of(fact.email),
        lambda fact: fact.currency,
        lambda fact: fact.parent_ref,
    ),
)
# A payment may be set against invoices of another customer: of a sub-customer of whoever paid.
_PAID_FOR = """
UNION SELECT d.ref FROM (SELECT payload FROM up UNION ALL SELECT former.payload FROM former JOIN up USING (object_id)) p,
    jsonb_array_elements(p.payload -> 'applied') AS part JOIN documents d ON d.document_id = part ->> 'document_id'
"""


def _snapshots(table: str, identity: str, state: str, *, others: str = "") -> str:
    """Snapshots of objects that belong to a customer: one that moved dirties the customer it left as well.

    `others` selects more refs that a change of `up`, once `former`, concerns, by their payloads.
    """
    payload = f", {table}.payload" if others else ""
    return f"""
WITH incoming AS (
    SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[])
                  AS r ({identity}, version, ref, kind, {state}, payload)
), former AS MATERIALIZED (
    SELECT {identity}, ref{payload} FROM {table} WHERE {identity} = ANY ($1)
), up AS (
    INSERT INTO {table} ({identity}, version, ref, kind, {state}, payload)
    SELECT {identity}, version, ref, kind, {state}, payload::jsonb FROM incoming
    ON CONFLICT ({identity}) DO UPDATE
    SET version = excluded.version, ref = excluded.ref, kind = excluded.kind, {state} = excluded.{state},
        payload = excluded.payload
    WHERE {table}.version < excluded.version
    RETURNING {table}.{identity}, {table}.ref{payload}
), changed AS (SELECT ref FROM up UNION SELECT former.ref FROM former JOIN up USING ({identity}) {others}),
marked AS ({_MARK_REFS})
SELECT count(*) FROM up
"""


_DOCUMENTS = Write(
    _snapshots("documents", "document_id", "state"),
    _columns(
        lambda fact: fact.document_id,
        lambda fact: fact.version,
        lambda fact: fact.ref,
        lambda fact: fact.kind,
        lambda fact: fact.state,
        wire.encode,
    ),
)
_PAYMENTS = Write(
    _snapshots("payments", "object_id", "status", others=_PAID_FOR),
    _columns(
        lambda fact: fact.object_id,
        lambda fact: fact.version,
        lambda fact: fact.ref,
        lambda fact: fact.kind,
        lambda fact: fact.status,
        wire.encode,
    ),
)

# Accounts before their dirt, as whoever decides locks them: `known` is counted so that it comes first.
_CONFIGURED = Write(
    """
WITH up AS (
    INSERT INTO configured (client_id, version, payload)
    SELECT client_id, version, payload::jsonb
    FROM unnest($1::text[], $2::bigint[], $3::text[]) AS r (client_id, version, payload)
    ON CONFLICT (client_id) DO UPDATE SET version = excluded.version, payload = excluded.payload
    WHERE configured.version < excluded.version
    RETURNING configured.client_id
), known AS (
    INSERT INTO accounts (client_id) SELECT client_id FROM up ORDER BY client_id ON CONFLICT (client_id) DO NOTHING
    RETURNING client_id
), relink AS (INSERT INTO relink_wanted SELECT nextval('dirt_seq') WHERE EXISTS (SELECT 1 FROM up)),
marked AS (
    INSERT INTO dirty_accounts (client_id, first_seq, last_seq)
    SELECT client_id, seq, seq FROM up, (SELECT nextval('dirt_seq') AS seq) s, (SELECT count(*) FROM known) k
    ORDER BY client_id
    ON CONFLICT (client_id) DO UPDATE SET last_seq = excluded.last_seq
)
SELECT count(*) FROM up
""",
    _columns(lambda fact: fact.client_id, lambda fact: fact.version, wire.encode),
)

# Facts do not move: what was linked by the decision is looked up anew, and both accounts are decided again.
_LINKS = Write(
    f"""
WITH up AS (
    INSERT INTO decided_links (ref, version, decision_id, verdict, client_id, refused_client_id, decided_at)
    SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
                  AS r (ref, version, decision_id, verdict, client_id, refused_client_id, decided_at)
    ON CONFLICT (ref) DO UPDATE
    SET version = excluded.version, decision_id = excluded.decision_id, verdict = excluded.verdict,
        client_id = excluded.client_id, refused_client_id = excluded.refused_client_id,
        decided_at = excluded.decided_at
    WHERE decided_links.version < excluded.version
    RETURNING decided_links.ref
), changed AS (SELECT ref FROM up), marked AS ({_MARK_REFS}),
relink AS (INSERT INTO relink_wanted SELECT nextval('dirt_seq') WHERE EXISTS (SELECT 1 FROM up))
SELECT count(*) FROM up
""",
    _columns(
        lambda fact: fact.ref,
        lambda fact: fact.version,
        lambda fact: fact.decision_id,
        lambda fact: fact.verdict,
        lambda fact: fact.client_id,
        lambda fact: fact.refused_client_id,
        lambda fact: fact.decided_at,
    ),
)

# Reports wait here until the fences have passed what they cover. An older one than what counted is of no use.
_REPORTS = Write(
    """
WITH up AS (
    INSERT INTO reports (key, version, payload)
    SELECT r.key, r.version, r.payload::jsonb
    FROM unnest($1::text[], $2::bigint[], $3::text[]) AS r (key, version, payload)
    WHERE NOT EXISTS (SELECT 1 FROM scopes s WHERE s.key = r.key AND s.version >= r.version)
    ON CONFLICT (key, version) DO NOTHING
    RETURNING key
)
SELECT count(*) FROM up
""",
    _columns(lambda fact: f"{fact.source}|{fact.scope}", lambda fact: fact.version, wire.encode),
)

WRITES: Mapping[str, Write] = {
    UsageObservedV1.topic: _USAGE,
    CustomerObservedV1.topic: _CUSTOMERS,
    InvoiceObservedV1.topic: _DOCUMENTS,
    PaymentObservedV1.topic: _PAYMENTS,
    SyncReportedV1.topic: _REPORTS,
    AccountConfiguredV1.topic: _CONFIGURED,
    MetricCalibratedV1.topic: Write(WRITE_CALIBRATED, calibrated_columns),
    DecisionRecordedV1.topic: Write(WRITE_RECORDED, recorded_columns),
    LinkDecidedV1.topic: _LINKS,
    PaymentRetryRequestedV1.topic: Write(WRITE_REQUESTED, REQUESTED_COLUMNS),
    PaymentRetrySettledV1.topic: Write(WRITE_SETTLED, SETTLED_COLUMNS),
}
