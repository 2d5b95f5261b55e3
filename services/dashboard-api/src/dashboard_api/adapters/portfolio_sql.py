"""The portfolio's SQL: one statement for a page, one for the totals, both on the same filtered rows.

The caller's scope is part of the first step, so that nothing behind it - pages, counts, totals, search - can reach
further. The views of the schema `dashboard` filter a second time by the principal set on the transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from dashboard_api.adapters.flag_sql import LATEST
from dashboard_api.adapters.range_sql import JOINED, MARKED_IN_RANGE, SHOWN, looked_at
from dashboard_api.domain.access import Principal, Scope
from dashboard_api.domain.portfolio import Active, PortfolioQuery, Sort, SortField

_SCOPED = {
    Scope.ALL: "TRUE",
    Scope.OWN: "account.client_id IN (SELECT own.client_id FROM dashboard.account_owners AS own"
    " WHERE own.user_name = {user})",
    Scope.NONE: "FALSE",
}
_TODAY = "(now() AT TIME ZONE account.time_zone)::date"
_RUNS = (
    f"(account.active_from IS NULL OR account.active_from <= {_TODAY})"
    f" AND (account.active_to IS NULL OR account.active_to > {_TODAY})"
)
# The most urgent first.
_URGENCY = (
    "array_position(ARRAY['overdue', 'failed', 'in_dispute', 'uncollectible', 'partly_paid', 'pending', 'draft',"
    " 'refunded', 'paid', 'void'], status)"
)
# Money is ordered within a currency; the currency of most accounts comes first.
_BY_TOTAL = "(total_currency IS NULL), total_weight DESC, total_currency"
_BY_VARIANCE = "(variance_minor IS NULL), variance_weight DESC, variance_currency"
_ORDERS = {
    SortField.NAME: "lower(name) {direction}",
    SortField.USAGE: "usage_sort {direction} NULLS LAST",
    SortField.INVOICE_TOTAL: f"{_BY_TOTAL}, total_minor {{direction}} NULLS LAST",
    SortField.DUE_DATE: "due_on {direction} NULLS LAST",
    SortField.STATUS: f"{_URGENCY} {{direction}} NULLS LAST",
    SortField.VARIANCE: f"{_BY_VARIANCE}, abs(variance_minor) {{direction}}",
    SortField.UNEXPLAINED: f"{_BY_VARIANCE}, abs(unexplained_minor) {{direction}} NULLS LAST",
    SortField.VARIANCE_PERCENT: "abs(variance_ratio) {direction} NULLS LAST",
}

_SHOWN = "jsonb_build_object('invoice_totals', page.totals)"
# The age of a source is that of the oldest sync that the row rests on. While an account waits for its next decision it
# holds on to the watermarks of the last one: newer ones would be younger than its figures.
SOURCES_OF_ROW = """
(SELECT coalesce(jsonb_agg(each || jsonb_build_object(
        'as_of', known.as_of,
        'state', CASE WHEN each ->> 'state' = 'complete' AND known.as_of < now() - {stale}::interval
                      THEN 'stale' ELSE each ->> 'state' END) ORDER BY place), '[]')
 FROM jsonb_array_elements(account.item -> 'sources') WITH ORDINALITY AS listed (each, place)
 LEFT JOIN LATERAL (
     SELECT min(marks.as_of) AS as_of FROM (
         SELECT mark.as_of FROM dashboard.seen_watermarks AS mark
         WHERE account.held_watermarks IS NULL AND mark.key = ANY(account.watermark_keys)
             AND mark.source = each ->> 'source'
         UNION ALL
         SELECT max((held ->> 'as_of')::timestamptz) FROM jsonb_array_elements(account.held_watermarks) AS held
         WHERE held ->> 'source' = each ->> 'source' GROUP BY held ->> 'scope') AS marks) AS known ON true)
"""


@dataclass(slots=True)
class Arguments:
    """Values of a statement; each gets the next number."""

    values: list[Any] = field(default_factory=list)

    def add(self, value: Any) -> str:  # noqa: ANN401  whatever the driver takes
        """The placeholder of the value."""
        self.values.append(value)
        return f"${len(self.values)}"


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL and its values."""

    sql: str
    values: list[Any]


def scope_predicate(principal: Principal, arguments: Arguments) -> str:
    """What limits `account` to the principal's portfolio."""
    text = _SCOPED[principal.scope]
    return text.format(user=arguments.add(principal.user)) if principal.scope is Scope.OWN else text


def page_statement(principal: Principal, query: PortfolioQuery) -> Statement:
    """A JSON array of the page's items, in order."""
    arguments = Arguments()
    rows = _rows(principal, query, arguments)
    shown, joined = (_SHOWN, "") if query.dates is None else (SHOWN, JOINED)
    limit, offset = arguments.add(query.page_size), arguments.add(query.offset)
    sql = f"""
        {rows},
        weighed AS (
            SELECT rows.*, count(*) OVER (PARTITION BY total_currency) AS total_weight,
                   count(*) OVER (PARTITION BY variance_currency) AS variance_weight FROM rows),
        page AS (
            SELECT weighed.*, row_number() OVER (ORDER BY {_order(query.sort)}, client_id) AS place FROM weighed
            ORDER BY place LIMIT {limit} OFFSET {offset})
        SELECT coalesce(json_agg(account.item || jsonb_build_object(
                'revision', account.revision, 'reconciled_at', account.reconciled_at, 'flag', {LATEST},
                'sources', {SOURCES_OF_ROW.format(stale=STALE)}) || {shown} ORDER BY page.place), '[]')::text
        FROM page JOIN dashboard.seen_accounts AS account USING (client_id) {joined}
        WHERE account.client_id = ANY(ARRAY(SELECT page.client_id FROM page))
    """
    return Statement(sql, arguments.values)


def totals_statement(principal: Principal, query: PortfolioQuery) -> Statement:
    """A JSON object of totals over all pages, and the number of accounts."""
    arguments = Arguments()
    rows = _rows(principal, query, arguments)
    sql = f"""
        {rows},
        billed AS (
            SELECT each ->> 'currency' AS currency, sum((each ->> 'amount_minor')::bigint)::bigint AS total_minor
            FROM rows, jsonb_array_elements(rows.totals) AS each GROUP BY 1),
        owed AS (
            SELECT invoice.currency, sum(invoice.remaining_minor)::bigint AS overdue_minor, count(*) AS overdue_count
            FROM dashboard.seen_invoices AS invoice JOIN rows USING (client_id)
            WHERE invoice.status = 'overdue' AND rows.status IS NOT NULL {_overdue_inside(query)}
            GROUP BY 1),
        by_currency AS (
            SELECT coalesce(jsonb_agg(jsonb_build_object(
                'currency', currency, 'invoice_total_minor', coalesce(total_minor, 0),
                'overdue_minor', coalesce(overdue_minor, 0), 'overdue_count', coalesce(overdue_count, 0))
                ORDER BY currency), '[]') AS entries
            FROM billed FULL JOIN owed USING (currency))
        SELECT jsonb_build_object(
                'by_currency', (SELECT entries FROM by_currency), 'accounts', count(*),
                'flagged', count(*) FILTER (WHERE flagged),
                'cannot_judge', count(*) FILTER (WHERE band = 'cannot_judge'))::text AS totals,
            count(*) AS total
        FROM rows
    """
    return Statement(sql, arguments.values)


def _rows(principal: Principal, query: PortfolioQuery, arguments: Arguments) -> str:
    """The filtered rows of the grid: columns to filter and sort by, and what a date range changes in the item."""
    base = f"""
        WITH base AS (
            SELECT account.* FROM dashboard.seen_accounts AS account
            WHERE {" AND ".join(_account_filters(principal, query, arguments))})
    """
    shown = looked_at(query.dates, arguments.add, rest=query.sort.by is SortField.UNEXPLAINED)
    return f"""
        {base}, {shown},
        rows AS (SELECT * FROM looked WHERE {" AND ".join(_figure_filters(query, arguments))})
    """


def _account_filters(principal: Principal, query: PortfolioQuery, arguments: Arguments) -> list[str]:
    filters = [scope_predicate(principal, arguments)]
    if query.search is not None:
        filters.append(f"account.search_text LIKE {arguments.add(like_pattern(query.search))}")
    if query.ids:
        filters.append(f"account.client_id = ANY({arguments.add(list(query.ids))}::text[])")
    if query.active is not Active.ALL:
        filters.append(f"({_RUNS})" if query.active is Active.TRUE else f"NOT ({_RUNS})")
    if query.mark and query.dates is None:
        filters.append(f"account.item #>> '{{variance,mark}}' = ANY({_marks(query, arguments)}::text[])")
    return filters


def _figure_filters(query: PortfolioQuery, arguments: Arguments) -> list[str]:
    filters = ["TRUE"]
    if query.status:
        filters.append(f"status = ANY({arguments.add([each.value for each in query.status])}::text[])")
    if query.band:
        filters.append(f"band = ANY({arguments.add([each.value for each in query.band])}::text[])")
    if query.flagged is not None:
        filters.append("flagged" if query.flagged else "NOT flagged")
    if query.mark and query.dates is not None:
        filters.append(MARKED_IN_RANGE.format(marks=_marks(query, arguments)))
    return filters


def _marks(query: PortfolioQuery, arguments: Arguments) -> str:
    return arguments.add([each.value for each in query.mark])


def _overdue_inside(query: PortfolioQuery) -> str:
    return "" if query.dates is None else "AND invoice.document_id IN (SELECT document_id FROM inside)"


def _order(sort: Sort) -> str:
    return _ORDERS[sort.by].format(direction="DESC" if sort.descending else "ASC")


def like_pattern(text: str) -> str:
    """A LIKE pattern that finds the text anywhere, taken literally."""
    escaped = text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _stale_sql() -> str:
    from trueup_readmodel.payload import STALE_AFTER_S

    cases = " ".join(f"WHEN '{source}' THEN {seconds}" for source, seconds in STALE_AFTER_S.items())
    return f"make_interval(secs => CASE each ->> 'source' {cases} ELSE 900 END)"


STALE = _stale_sql()
