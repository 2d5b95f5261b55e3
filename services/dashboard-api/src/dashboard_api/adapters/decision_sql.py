"""How decisions are read: alone, and as the list of an account."""

from __future__ import annotations

LISTED_MAX = 50

# `account` is the row of the read model: a decision that it does not name is still on its way.
DECISION = """
jsonb_build_object(
    'id', decision.decision_id, 'client_id', decision.client_id, 'kind', decision.kind,
    'period_start', decision.period_start, 'source', decision.source, 'document_id', decision.document_id, 'until', decision.until,
    'undoes', decision.undoes, 'reason', decision.reason, 'revision', decision.revision,
    'decided_by', decision.decided_by, 'decided_by_name', decision.decided_by_name,
    'decided_at', decision.decided_at,
    'applying', NOT coalesce(account.payload -> 'decision_ids' ? decision.decision_id, false))
"""
# Beside a row of `account`, which is within the principal's scope already.
DECISIONS_LISTED = f"""
(SELECT coalesce(jsonb_agg(listed.decision ORDER BY listed.version DESC), '[]')
 FROM (SELECT {DECISION} AS decision, decision.version FROM dashboard.decisions AS decision
       WHERE decision.client_id = account.client_id ORDER BY decision.version DESC LIMIT {LISTED_MAX}) AS listed)
"""
LOOK = """
SELECT account.client_id, account.revision, (account.item ->> 'policy_version')::int AS policy_version,
       (now() AT TIME ZONE account.time_zone)::date AS today,
       (account.payload -> 'reconciliations')::text AS reconciliations,
       (account.payload -> 'partials')::text AS partials, (account.payload -> 'discrepancies')::text AS discrepancies,
       {sources}::text AS sources,
       ARRAY(SELECT coalesce(latest.period_start::text, latest.document_id, latest.source) FROM (
                 SELECT * FROM dashboard.decisions AS decision WHERE decision.client_id = account.client_id
                 ORDER BY decision.version DESC LIMIT {latest}) AS latest
             WHERE NOT coalesce(account.payload -> 'decision_ids' ? latest.decision_id, false)) AS travelling
FROM dashboard.seen_accounts AS account WHERE account.client_id = {client_id} AND {scope}
"""
ANSWERING = "SELECT source FROM dashboard.seen_sources WHERE state IN ('ok', 'partial')"
ADD = """
INSERT INTO dashboard.decisions (decision_id, client_id, kind, period_start, source, until, undoes, reason, revision,
    seen, decided_by, decided_by_name, decided_at, version, document_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11, $12, $13, $14, $15)
"""
USED = "SELECT fingerprint, decision_ids, refused::text FROM dashboard.decision_keys WHERE user_name = $1 AND key_hash = $2"
REMEMBER = """
INSERT INTO dashboard.decision_keys (user_name, key_hash, fingerprint, decision_ids, refused)
VALUES ($1, $2, $3, $4, $5::jsonb) ON CONFLICT (user_name, key_hash) DO NOTHING RETURNING true
"""
TOLD = f"""
SELECT coalesce(jsonb_agg({DECISION} ORDER BY wanted.place), '[]')::text
FROM unnest($1::text[]) WITH ORDINALITY AS wanted (decision_id, place)
JOIN dashboard.decisions AS decision USING (decision_id)
JOIN dashboard.seen_accounts AS account ON account.client_id = decision.client_id
"""
# Seldom do two people decide about one account in one moment, but then one must see what the other did.
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('decision:' || $1, 0))"
