"""The statements of the decision loop."""

# Refs without an account leave their dirt behind: linking dirties the account by itself. Usage of a customer that
# nobody linked is how an analytics customer becomes known at all. The linker may have linked it in the same moment: it
# is asked to look again, and takes off the list who does not belong there.
SPREAD = """
WITH batches AS (
    DELETE FROM dirt WHERE seq IN (SELECT seq FROM dirt ORDER BY seq LIMIT $1 FOR UPDATE SKIP LOCKED)
    RETURNING seq, refs
), taken AS (
    SELECT ref, min(seq) AS first_seq FROM batches, unnest(refs) AS r (ref) GROUP BY ref
), owned AS (
    SELECT l.client_id, min(t.first_seq) AS first_seq FROM taken t JOIN links l USING (ref) GROUP BY l.client_id
), marked AS (
    INSERT INTO dirty_accounts (client_id, first_seq, last_seq)
    SELECT client_id, first_seq, nextval('dirt_seq') FROM owned ORDER BY client_id
    ON CONFLICT (client_id) DO UPDATE
    SET first_seq = least(dirty_accounts.first_seq, excluded.first_seq), last_seq = excluded.last_seq
), strangers AS (
    INSERT INTO read_model.unlinked_customers (ref, source, name, observed_at)
    SELECT t.ref, 'amplitude', NULL, now() FROM taken t
    WHERE t.ref LIKE 'amplitude:%' AND NOT EXISTS (SELECT 1 FROM links l WHERE l.ref = t.ref)
    ORDER BY t.ref ON CONFLICT DO NOTHING RETURNING ref
), wish AS (
    INSERT INTO relink_wanted SELECT nextval('dirt_seq') WHERE EXISTS (SELECT 1 FROM strangers)
)
SELECT count(*) FROM taken
"""
MARK_DUE = """
INSERT INTO dirty_accounts (client_id, first_seq, last_seq)
SELECT client_id, seq, seq FROM accounts, (SELECT nextval('dirt_seq') AS seq) s WHERE recheck_at <= $1
ORDER BY client_id ON CONFLICT DO NOTHING
"""
ANY_DUE = "SELECT EXISTS (SELECT 1 FROM accounts WHERE recheck_at <= $1)"
# While a source was never complete nothing can be judged: accounts are decided once, and then now and then.
CLAIM = """
SELECT a.client_id FROM dirty_accounts d JOIN accounts a USING (client_id)
WHERE (d.retry_at IS NULL OR d.retry_at <= $2)
  AND (a.decided_at IS NULL OR a.decided_at <= $2 - $3::interval)
ORDER BY d.first_seq, a.client_id LIMIT $1 FOR UPDATE OF a SKIP LOCKED
"""
LOADING = """
SELECT count(*) FROM accounts WHERE (SELECT count(DISTINCT source) < 3 FROM scopes WHERE complete IS NOT NULL)
"""
CLAIM_THESE = "SELECT client_id FROM accounts WHERE client_id = ANY ($1) ORDER BY client_id FOR UPDATE"
STATES = """
SELECT a.client_id, a.revision, a.memo::text AS memo, a.hashes::text AS hashes, d.last_seq
FROM accounts a LEFT JOIN dirty_accounts d USING (client_id) WHERE a.client_id = ANY ($1)
"""
# Dirt waits with the refs until it is spread.
AWAITED = """
SELECT client_id FROM dirty_accounts WHERE client_id = ANY ($1)
UNION SELECT l.client_id FROM dirt, unnest(refs) AS r (ref) JOIN links l USING (ref) WHERE l.client_id = ANY ($1)
"""

WRITE_ACCOUNT = """
INSERT INTO read_model.accounts (
    client_id, name, active_from, active_to, time_zone, currency, usage_sort, invoice_total_minor, invoice_currency,
    due_on, status, band, flagged, expected_minor, billed_minor, variance_minor, variance_ratio, variance_currency,
    source_state, search_text, item, payload, watermark_keys, reconciled_at, revision)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21::text::jsonb,
        $22::text::jsonb, $23, $24, $25)
ON CONFLICT (client_id) DO UPDATE
SET name = excluded.name, active_from = excluded.active_from, active_to = excluded.active_to,
    time_zone = excluded.time_zone, currency = excluded.currency, usage_sort = excluded.usage_sort,
    invoice_total_minor = excluded.invoice_total_minor, invoice_currency = excluded.invoice_currency,
    due_on = excluded.due_on, status = excluded.status, band = excluded.band, flagged = excluded.flagged,
    expected_minor = excluded.expected_minor, billed_minor = excluded.billed_minor,
    variance_minor = excluded.variance_minor, variance_ratio = excluded.variance_ratio,
    variance_currency = excluded.variance_currency, source_state = excluded.source_state,
    search_text = excluded.search_text, item = excluded.item, payload = excluded.payload,
    watermark_keys = excluded.watermark_keys, held_watermarks = NULL, reconciled_at = excluded.reconciled_at,
    revision = excluded.revision
"""
TOUCH_ACCOUNT = """
UPDATE read_model.accounts SET reconciled_at = $2, watermark_keys = $3, held_watermarks = NULL WHERE client_id = $1
"""
HOLD_ACCOUNT = """
UPDATE read_model.accounts a SET held_watermarks = (
    SELECT coalesce(jsonb_agg(e.entry ORDER BY w.key, e.position), '[]')
    FROM read_model.watermarks w, jsonb_array_elements(w.entries) WITH ORDINALITY e (entry, position)
    WHERE w.key = ANY (a.watermark_keys))
WHERE client_id = $1 AND held_watermarks IS NULL
"""
WRITE_INVOICE = """
INSERT INTO read_model.invoices (
    document_id, client_id, number, kind, issued_on, due_on, period_start, period_end, period_assumed, currency,
    total_minor, remaining_minor, paid_minor, credited_minor, status, gateway_invoice_id, payload)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17::text::jsonb)
ON CONFLICT (document_id) DO UPDATE
SET client_id = excluded.client_id, number = excluded.number, issued_on = excluded.issued_on,
    due_on = excluded.due_on, period_start = excluded.period_start, period_end = excluded.period_end,
    period_assumed = excluded.period_assumed, currency = excluded.currency, total_minor = excluded.total_minor,
    remaining_minor = excluded.remaining_minor, paid_minor = excluded.paid_minor,
    credited_minor = excluded.credited_minor, status = excluded.status,
    gateway_invoice_id = excluded.gateway_invoice_id, payload = excluded.payload
WHERE (invoices.client_id, invoices.payload) IS DISTINCT FROM (excluded.client_id, excluded.payload)
"""
DROP_INVOICES = "DELETE FROM read_model.invoices WHERE client_id = $1 AND document_id <> ALL ($2)"
SUPERSEDE = """
UPDATE read_model.reconciliations SET current = false
WHERE client_id = $1 AND current AND NOT EXISTS (
    SELECT 1 FROM unnest($2::date[], $3::bigint[], $4::text[]) AS r (period_start, version, currency)
    WHERE r.period_start = reconciliations.period_start AND r.version = reconciliations.version
        AND r.currency = reconciliations.currency)
"""
WRITE_PERIOD = """
INSERT INTO read_model.reconciliations (
    client_id, period_start, currency, version, period_end, current, due, band, flagged, expected_minor, billed_minor,
    variance_minor, payload, decided_at)
VALUES ($1, $2, $3, $4, $5, true, $6, $7, $8, $9, $10, $11, $12::text::jsonb, $13)
ON CONFLICT (client_id, period_start, currency, version) DO UPDATE
SET current = true, due = excluded.due, band = excluded.band, flagged = excluded.flagged,
    expected_minor = excluded.expected_minor, billed_minor = excluded.billed_minor,
    variance_minor = excluded.variance_minor, payload = excluded.payload, decided_at = excluded.decided_at
"""
WRITE_TIMELINE = """
INSERT INTO read_model.timeline (client_id, occurred_at, learned_at, source, kind, payload, dedupe_key)
VALUES ($1, $2, $3, $4, $5, $6::text::jsonb, $7) ON CONFLICT (dedupe_key) DO NOTHING
"""
WRITE_STATE = """
UPDATE accounts SET revision = $2, decided_at = $3, recheck_at = $4, memo = $5::text::jsonb, hashes = $6::text::jsonb
WHERE client_id = $1
"""
TOUCH_STATE = "UPDATE accounts SET decided_at = $2, recheck_at = $3 WHERE client_id = $1"
CLEAR_DIRT = "DELETE FROM dirty_accounts WHERE client_id = $1 AND last_seq = $2"
# What came in while the decision was made came in after its dirt was read.
KEEP_DIRT = """
UPDATE dirty_accounts SET first_seq = $2 + 1, failures = 0, retry_at = NULL WHERE client_id = $1 AND last_seq <> $2
"""
FAIL_DIRT = """
UPDATE dirty_accounts SET failures = failures + 1, retry_at = now() + least(power(2, failures), 600) * interval '1 second'
WHERE client_id = $1
"""
