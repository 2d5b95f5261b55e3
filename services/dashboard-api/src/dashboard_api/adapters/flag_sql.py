"""How flags are read: alone, as the latest of an account, and as the account's list."""

from __future__ import annotations

LISTED_MAX = 10

FLAG = """
jsonb_build_object(
    'id', flag.flag_id, 'client_id', flag.client_id, 'channel', flag.channel,
    'target', jsonb_build_object('id', flag.target_id, 'label', flag.target_label),
    'discrepancy', flag.discrepancy, 'period_start', flag.period_start,
    'subject', flag.subject, 'text', flag.text, 'state', flag.state, 'reason', flag.reason,
    'permalink', flag.permalink, 'flagged_by', flag.flagged_by, 'flagged_by_name', flag.flagged_by_name,
    'created_at', flag.created_at, 'sent_at', flag.sent_at, 'repeated', false)
"""
_OF_ACCOUNT = (
    "FROM dashboard.flags AS flag WHERE flag.client_id = account.client_id ORDER BY flag.created_at DESC, flag.flag_id"
)

# Beside a row of `account`, which is within the principal's scope already; no row has more than one look at the index.
LATEST = f"""
(SELECT jsonb_build_object('by', flag.flagged_by, 'by_name', flag.flagged_by_name, 'at', flag.created_at,
                           'state', flag.state) {_OF_ACCOUNT} LIMIT 1)
"""
LISTED = f"""
(SELECT coalesce(jsonb_agg(listed.flag), '[]') FROM (SELECT {FLAG} AS flag {_OF_ACCOUNT} LIMIT {LISTED_MAX}) AS listed)
"""
