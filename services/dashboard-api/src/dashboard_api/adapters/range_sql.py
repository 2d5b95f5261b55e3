"""What a date range makes of the grid's rows.

Invoice total, due date and status are those of the account's invoices inside the range; variance and flag are those
of the periods inside it: on the service axis the periods that touch the range, else those which its invoices bill.
Each text defines the step `looked` over the step `base`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dashboard_api.domain.portfolio import Axis, DateRange

_COLUMNS = "client_id, name, usage_sort, band, flagged, due_on, status, variance_minor, variance_currency"

_WHOLE = f"""
    looked AS (
        SELECT {_COLUMNS},
               CASE WHEN band = 'billed_without_usage' THEN 'Infinity' ELSE variance_ratio END AS variance_ratio,
               invoice_total_minor AS total_minor, invoice_currency AS total_currency,
               CASE WHEN invoice_total_minor IS NULL THEN '[]'::jsonb ELSE jsonb_build_array(jsonb_build_object(
                   'amount_minor', invoice_total_minor, 'currency', invoice_currency)) END AS totals<rest>
        FROM base)
"""
# Of a period what is unexplained lies in what is shown: it is looked up only where it is sorted by.
_REST_OF_ROW = ", unexplained_minor"
_REST_IN_RANGE = """,
                   CASE WHEN base.band IS DISTINCT FROM 'cannot_judge' THEN (
                       SELECT (shown.payload ->> 'unexplained_minor')::bigint
                       FROM dashboard.seen_reconciliations AS shown
                       WHERE shown.client_id = worst.client_id AND shown.period_start = worst.period_start
                           AND shown.current) END AS unexplained_minor
"""

_INSIDE = {
    Axis.DUE: "invoice.due_on BETWEEN {first} AND {last}",
    Axis.INVOICE: "invoice.issued_on BETWEEN {first} AND {last}",
    Axis.SERVICE: "invoice.period_start <= {last} AND invoice.period_end > {first}",
}
_PERIOD_OF_INVOICE = """
    (judged.client_id, judged.period_start) IN (SELECT inside.client_id, inside.period_start FROM inside)
"""
_PERIODS = {
    Axis.DUE: _PERIOD_OF_INVOICE,
    Axis.INVOICE: _PERIOD_OF_INVOICE,
    Axis.SERVICE: "judged.period_start <= {last} AND judged.period_end > {first}",
}
_KEPT = {
    Axis.DUE: "chosen.client_id IS NOT NULL",
    Axis.INVOICE: "chosen.client_id IS NOT NULL",
    # A period without an invoice is what somebody who looks at service periods wants to see most.
    Axis.SERVICE: "(chosen.client_id IS NOT NULL OR worst.client_id IS NOT NULL)",
}

_STEPS = """
    inside AS (
        SELECT invoice.client_id, invoice.document_id, invoice.status, invoice.currency, invoice.due_on,
               invoice.issued_on, invoice.total_minor, invoice.period_start
        FROM dashboard.seen_invoices AS invoice JOIN base USING (client_id)
        WHERE invoice.kind = 'invoice' AND <inside>),
    chosen AS (
        SELECT DISTINCT ON (client_id) client_id, due_on, status, currency FROM inside
        ORDER BY client_id, (status = 'overdue') DESC, CASE WHEN status = 'overdue' THEN due_on END,
                 CASE WHEN status = 'overdue' THEN document_id END, (status <> 'void') DESC,
                 issued_on DESC, document_id DESC),
    summed AS (
        SELECT client_id, jsonb_agg(jsonb_build_object('amount_minor', total_minor, 'currency', currency)
                                    ORDER BY currency) AS totals,
               jsonb_object_agg(currency, total_minor) AS by_currency
        FROM (SELECT client_id, currency,
                     coalesce(sum(total_minor) FILTER (WHERE status <> 'void'), 0)::bigint AS total_minor
              FROM inside GROUP BY 1, 2) AS each GROUP BY 1),
    worst AS (
        SELECT DISTINCT ON (client_id) graded.*
        FROM (SELECT judged.client_id, judged.period_start, judged.band, judged.flagged, judged.currency,
                     judged.variance_minor, CASE WHEN judged.flagged THEN 2 WHEN judged.band = 'needs_review'
                                         AND coalesce(judged.payload ->> 'mark', '') NOT IN ('resolved', 'snoozed', 'signed_off') THEN 1
                                    WHEN judged.band IN ('not_due', 'no_activity') THEN -1 ELSE 0 END AS grade,
                     CASE WHEN judged.variance_minor IS NULL THEN NULL WHEN judged.expected_minor = 0
                          THEN 'Infinity' ELSE judged.variance_minor::numeric / judged.expected_minor END AS ratio
              FROM dashboard.seen_reconciliations AS judged JOIN base USING (client_id)
              WHERE judged.current AND judged.due AND <period>) AS graded
        ORDER BY client_id, grade DESC, CASE WHEN grade >= 0 THEN abs(ratio) END DESC NULLS LAST, period_start DESC),
    looked AS (
        SELECT base.client_id, base.name, base.usage_sort, worst.period_start AS worst_start, figures.*
        FROM base LEFT JOIN chosen USING (client_id) LEFT JOIN summed USING (client_id)
             LEFT JOIN worst USING (client_id)
        CROSS JOIN LATERAL (
            SELECT CASE WHEN base.band = 'cannot_judge' THEN base.band ELSE worst.band END AS band,
                   base.band IS DISTINCT FROM 'cannot_judge' AND coalesce(worst.flagged, false) AS flagged,
                   chosen.due_on,
                   CASE WHEN base.status IS NOT NULL THEN chosen.status END AS status,
                   CASE WHEN base.band IS DISTINCT FROM 'cannot_judge' THEN worst.variance_minor END AS variance_minor,
                   CASE WHEN base.band IS DISTINCT FROM 'cannot_judge' THEN worst.currency END AS variance_currency,
                   CASE WHEN base.band IS DISTINCT FROM 'cannot_judge' THEN worst.ratio END AS variance_ratio,
                   (summed.by_currency ->> chosen.currency)::bigint AS total_minor,
                   chosen.currency AS total_currency,
                   coalesce(summed.totals, '[]') AS totals<rest>) AS figures
        WHERE <kept>)
"""
_VARIANCE_KEYS = (
    "period",
    "expected_minor",
    "billed_minor",
    "amount_minor",
    "unexplained_minor",
    "percent",
    "band",
    "currency",
    "reasons",
    "mark",
)
_VARIANCE = f"jsonb_build_object({', '.join(f'{key!r}, worst.payload -> {key!r}' for key in _VARIANCE_KEYS)})"

# What a range changes in the item, worked out for the rows of the page only: `page` and `account` are joined.
SHOWN = f"""
    jsonb_build_object(
        'invoice_totals', page.totals, 'due_date', page.due_on, 'status', page.status, 'flagged', page.flagged,
        'invoice_total', CASE WHEN page.total_minor IS NULL THEN NULL ELSE jsonb_build_object(
            'amount_minor', page.total_minor, 'currency', page.total_currency) END)
    || CASE WHEN page.band = 'cannot_judge' THEN '{{}}'::jsonb ELSE jsonb_build_object(
        'variance', CASE WHEN worst.client_id IS NULL THEN NULL ELSE {_VARIANCE} END,
        'summary', CASE WHEN worst.payload -> 'period' = account.item #> '{{variance,period}}'
                        THEN account.item -> 'summary' END) END
"""
JOINED = """
    LEFT JOIN dashboard.seen_reconciliations AS worst
        ON worst.client_id = page.client_id AND worst.period_start = page.worst_start AND worst.current
"""


MARKED_IN_RANGE = """
    EXISTS (SELECT FROM dashboard.seen_reconciliations AS shown
            WHERE shown.client_id = looked.client_id AND shown.period_start = looked.worst_start AND shown.current
                AND looked.band <> 'cannot_judge' AND shown.payload ->> 'mark' = ANY({marks}::text[]))
"""


def _text(axis: Axis) -> str:
    text = _STEPS.replace("<inside>", _INSIDE[axis]).replace("<period>", _PERIODS[axis])
    return text.replace("<kept>", _KEPT[axis])


_RANGED = {axis: _text(axis) for axis in Axis}


def looked_at(dates: DateRange | None, add: Callable[[Any], str], *, rest: bool) -> str:
    """The step `looked`; with the column `unexplained_minor` when the rest is asked for."""
    if dates is None:
        return _WHOLE.replace("<rest>", _REST_OF_ROW if rest else "")
    text = _RANGED[dates.axis].format(**_range_arguments(dates, add))
    return text.replace("<rest>", _REST_IN_RANGE if rest else "")


def _range_arguments(dates: DateRange, add: Callable[[Any], str]) -> dict[str, str]:
    """Placeholders for the first and the last day; an open end reaches as far as dates go."""
    return {
        "first": f"coalesce({add(dates.first)}::date, '-infinity')",
        "last": f"coalesce({add(dates.last)}::date, 'infinity')",
    }
