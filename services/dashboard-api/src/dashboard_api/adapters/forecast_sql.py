"""The portfolio's forecast in one statement: accounts in scope, what stands now and what stood last week."""

from __future__ import annotations

from dashboard_api.adapters.portfolio_sql import Arguments, Statement, scope_predicate
from dashboard_api.domain.access import Principal
from dashboard_api.domain.portfolio_forecast import LISTED_MAX, MOVERS_MAX, Asked

# Accounts that ran on no day of the quarter have no part in it. What stood last week is kept in the row while it is of
# this week; a row that no decision has touched since has not moved. Forecasts of another quarter are none of this one.
_EACH = """
WITH each AS MATERIALIZED (
    SELECT account.client_id, account.name, account.low_minor, account.high_minor, account.left_out,
           CASE WHEN account.quarter_start <> {start} THEN 'other_quarter'
                WHEN account.likely_minor IS NULL THEN account.reason END AS missing,
           CASE WHEN account.quarter_start = {start} THEN account.currency END AS currency,
           CASE WHEN account.quarter_start = {start} THEN account.likely_minor END AS likely_minor,
           CASE WHEN account.week < {week} THEN CASE WHEN account.quarter_start = {start} THEN account.currency END
                WHEN account.quarter_start_before = {start} THEN account.currency_before END AS currency_before,
           CASE WHEN account.week < {week} THEN CASE WHEN account.quarter_start = {start} THEN account.likely_minor END
                WHEN account.quarter_start_before = {start} THEN account.likely_minor_before END AS minor_before,
           CASE WHEN account.week < {week} THEN account.quarter_start ELSE account.quarter_start_before END = {start}
               AS had_one
    FROM dashboard.seen_forecasts AS account
    WHERE {scope} AND (account.active_to IS NULL OR account.active_to > {start})
        AND (account.active_from IS NULL OR account.active_from < {end}))
"""
_ANSWER = """
, totals AS (
    SELECT currency, count(*) AS accounts, sum(low_minor)::bigint AS low_minor,
           sum(likely_minor)::bigint AS likely_minor, sum(high_minor)::bigint AS high_minor,
           sum((likely_minor - low_minor)::numeric * (likely_minor - low_minor))::text AS squares_below,
           sum((high_minor - likely_minor)::numeric * (high_minor - likely_minor))::text AS squares_above
    FROM each WHERE missing IS NULL GROUP BY currency),
moves AS MATERIALIZED (
    SELECT client_id, name, currency, likely_minor AS now_minor, minor_before AS before_minor
    FROM each WHERE missing IS NULL AND currency = currency_before
    UNION ALL
    SELECT client_id, name, currency, likely_minor, NULL
    FROM each WHERE missing IS NULL AND currency IS DISTINCT FROM currency_before
    UNION ALL
    SELECT client_id, name, currency_before, NULL, minor_before
    FROM each WHERE currency_before IS NOT NULL AND (missing IS NOT NULL OR currency <> currency_before)),
moved AS (
    SELECT currency, (coalesce(sum(now_minor), 0) - coalesce(sum(before_minor), 0))::bigint AS moved_minor,
           coalesce(sum(now_minor) FILTER (WHERE before_minor IS NULL), 0)::bigint AS joined_minor,
           count(*) FILTER (WHERE before_minor IS NULL) AS joined,
           -coalesce(sum(before_minor) FILTER (WHERE now_minor IS NULL), 0)::bigint AS left_minor,
           count(*) FILTER (WHERE now_minor IS NULL) AS left
    FROM moves GROUP BY currency),
movers AS (
    SELECT moved.currency, (
        SELECT jsonb_agg(jsonb_build_object('client_id', client_id, 'name', name, 'moved_minor', change))
        FROM (SELECT client_id, name, coalesce(now_minor, 0) - coalesce(before_minor, 0) AS change FROM moves
              WHERE moves.currency = moved.currency AND now_minor IS DISTINCT FROM before_minor
              ORDER BY abs(coalesce(now_minor, 0) - coalesce(before_minor, 0)) DESC, client_id
              LIMIT {movers}) AS most) AS movers
    FROM moved),
currencies AS (
    SELECT coalesce(jsonb_agg(coalesce(to_jsonb(totals), '{{}}') || jsonb_build_object(
            'currency', moved.currency,
            'moved', to_jsonb(moved) - 'currency' || jsonb_build_object('movers', movers.movers))
        ORDER BY totals.accounts DESC NULLS LAST, moved.currency), '[]') AS entries
    FROM moved JOIN movers USING (currency) LEFT JOIN totals USING (currency)),
listed AS (
    SELECT missing, client_id, name, row_number() OVER (PARTITION BY missing ORDER BY name, client_id) AS place,
           count(*) OVER (PARTITION BY missing) AS accounts FROM each WHERE missing IS NOT NULL),
excluded AS (
    SELECT missing AS code, max(accounts) AS accounts,
           jsonb_agg(jsonb_build_object('client_id', client_id, 'name', name) ORDER BY place) AS listed
    FROM listed WHERE place <= {listed} GROUP BY missing),
partly AS (
    SELECT code, count(*) AS accounts FROM each, unnest(left_out) AS code WHERE missing IS NULL GROUP BY code)
SELECT jsonb_build_object(
    'accounts', (SELECT count(*) FROM each),
    'compared', (SELECT coalesce(bool_or(had_one), false) FROM each),
    'currencies', (SELECT entries FROM currencies),
    'excluded', (SELECT coalesce(jsonb_agg(to_jsonb(excluded) ORDER BY accounts DESC, code), '[]') FROM excluded),
    'partly', (SELECT coalesce(jsonb_agg(to_jsonb(partly) ORDER BY accounts DESC, code), '[]') FROM partly))::text
"""


def forecast_statement(principal: Principal, asked: Asked) -> Statement:
    """One JSON object, see `domain.portfolio_forecast.assemble`."""
    arguments = Arguments()
    names = {
        "scope": scope_predicate(principal, arguments),
        "start": arguments.add(asked.quarter.start),
        "end": arguments.add(asked.quarter.end),
        "week": arguments.add(asked.week),
        "listed": arguments.add(LISTED_MAX),
        "movers": arguments.add(MOVERS_MAX),
    }
    return Statement((_EACH + _ANSWER).format(**names), arguments.values)
