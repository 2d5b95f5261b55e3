"""How link decisions and the customers that wait are read."""

from __future__ import annotations

# Applied: the read model names it where the customer is, and the accounts that gained or lost it show that.
_APPLIED = """
(EXISTS (SELECT FROM dashboard.seen_unlinked_customers AS waits
         WHERE waits.ref = decision.ref AND waits.decision_id = decision.decision_id::text)
 OR EXISTS (SELECT FROM dashboard.seen_links AS link JOIN dashboard.seen_accounts AS account USING (client_id)
            WHERE link.ref = decision.ref AND link.decision_id = decision.decision_id::text
                AND account.payload -> 'refs' @> jsonb_build_array(
                    jsonb_build_object('ref', decision.ref, 'decision_id', decision.decision_id))))
AND NOT EXISTS (
    SELECT FROM dashboard.seen_accounts AS former
    WHERE former.client_id = decision.former_client_id
        AND former.payload -> 'refs' @> jsonb_build_array(jsonb_build_object('ref', decision.ref))
        AND NOT EXISTS (SELECT FROM dashboard.seen_links AS link
                        WHERE link.ref = decision.ref AND link.client_id = decision.former_client_id))
"""
_LATEST = """
NOT EXISTS (SELECT FROM dashboard.link_decisions AS later
            WHERE later.ref = decision.ref AND later.version > decision.version)
"""
_NAME = "(SELECT name FROM dashboard.accounts AS named WHERE named.client_id = {})"
DECISION = f"""
jsonb_build_object(
    'id', decision.decision_id, 'ref', decision.ref, 'source', split_part(decision.ref, ':', 1),
    'customer_name', decision.customer_name, 'verdict', decision.verdict,
    'client_id', decision.client_id, 'client_name', {_NAME.format("decision.client_id")},
    'former_client_id', decision.former_client_id, 'former_client_name', {_NAME.format("decision.former_client_id")},
    'undoes', decision.undoes, 'decided_by', decision.decided_by, 'decided_by_name', decision.decided_by_name,
    'decided_at', decision.decided_at,
    'state', CASE WHEN NOT {_LATEST} THEN 'superseded' WHEN {_APPLIED} THEN 'applied' ELSE 'applying' END)
"""
# With what it replaced: that is what an undo restores.
LATEST_OF_REF = """
SELECT latest.decision_id, latest.verdict, latest.client_id, latest.refused_client_id, latest.customer_name,
       before.decision_id AS before_id, before.verdict AS before_verdict, before.client_id AS before_client_id,
       before.refused_client_id AS before_refused_client_id
FROM dashboard.link_decisions AS latest
LEFT JOIN dashboard.link_decisions AS before ON before.decision_id = latest.previous
WHERE latest.ref = $1 ORDER BY latest.version DESC LIMIT 1
"""
PLACE = """
SELECT waits.ref IS NOT NULL AS waits, link.client_id AS linked_to,
       coalesce(waits.decision_id, link.decision_id) AS shown_decision_id,
       coalesce(waits.name, (
           SELECT each ->> 'name' FROM dashboard.seen_accounts AS account, jsonb_array_elements(account.payload -> 'refs') AS each
           WHERE account.client_id = link.client_id AND each ->> 'ref' = asked.ref LIMIT 1)) AS name
FROM (SELECT $1::text AS ref) AS asked
LEFT JOIN dashboard.seen_unlinked_customers AS waits USING (ref)
LEFT JOIN dashboard.seen_links AS link USING (ref)
"""
UNLINKED = f"""
SELECT coalesce(json_agg(each.item ORDER BY each.place), '[]')::text AS items,
       (SELECT count(*) FROM dashboard.seen_unlinked_customers AS waits WHERE {{filters}}) AS total
FROM (
    SELECT row_number() OVER () AS place, jsonb_build_object(
        'ref', page.ref, 'source', page.source, 'name', page.name, 'currency', page.currency,
        'observed_at', page.observed_at, 'suggestions', page.suggestions,
        'refused_client_id', page.refused_client_id,
        'refused_client_name', {_NAME.format("page.refused_client_id")},
        'decision', (SELECT {DECISION} FROM dashboard.link_decisions AS decision WHERE decision.ref = page.ref
                     ORDER BY decision.version DESC LIMIT 1)) AS item
    FROM (SELECT * FROM dashboard.seen_unlinked_customers AS waits WHERE {{filters}}
          ORDER BY waits.best_score DESC, waits.ref LIMIT {{limit}} OFFSET {{offset}}) AS page
) AS each
"""
