"""Usage that became known after the invoice was made, as far as the facts tell.

A bucket that was seen once tells nothing: it may have been known long before we looked. Only one whose value grew after
its day was over, as we saw it or as the source's own upload times say, tells what was known when.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction

from reconciler.domain.explained import Case, Evidence
from reconciler.domain.formula import figure_text
from reconciler.domain.snapshot import Revision, Series
from trueup_billing import Period


def cut_offs(case: Case) -> dict[str, datetime]:
    """Metric → when the last invoice that bills it in this period was made; metrics without such an instant are absent.

    Lines whose item the card does not know count for every metric: they may bill any of them.
    """
    items = {rate.item_id: rate.metric for rate in case.snapshot.account.usage_rates if rate.item_id}
    metrics = {rate.metric for rate in case.snapshot.account.usage_rates}
    found: dict[str, datetime] = {}
    for part in case.billed.parts:
        created_at = part.document.created_at
        if created_at is None:
            continue
        metric = items.get(part.line.item_id or "")
        for each in [metric] if metric else sorted(metrics):
            found[each] = max(created_at, found.get(each, created_at))
    return found


def without_late(
    usage: Mapping[str, Series],
    revisions: Mapping[str, tuple[Revision, ...]],
    period: Period,
    cut_off: Mapping[str, datetime],
) -> tuple[dict[str, Series], list[Evidence]]:
    """Usage as it was known at the cut-offs, and the buckets in which that differs."""
    found = dict(usage)
    rows: list[Evidence] = []
    for metric, instant in sorted(cut_off.items()):
        series = usage.get(metric)
        days: dict[int, int] = {}
        for revision in revisions.get(metric, ()) if series else ():
            late = _late(revision, instant) if date.fromordinal(revision.day) in period else 0
            if series and late:
                days[revision.day] = days.get(revision.day, series.days.get(revision.day, 0)) - late
                rows.append(_evidence(metric, series, revision, late))
        if series and days:
            found[metric] = replace(series, days={**series.days, **days})
    return found, rows


def _late(revision: Revision, instant: datetime) -> int:
    """What was added after the instant; 0 where nobody knows what was there before."""
    known = [value for at, value in revision.seen if at <= instant]
    return revision.seen[-1][1] - known[-1] if known else 0


def _evidence(metric: str, series: Series, revision: Revision, late: int) -> Evidence:
    day = date.fromordinal(revision.day).isoformat()
    at = _since(revision).astimezone(UTC)
    text = f"{day}: {figure_text(Fraction(late, 10**series.scale))} {series.unit} more, in by {at:%Y-%m-%d %H:%M} UTC"
    return Evidence("amplitude", f"{revision.ref}|{metric}|{day}", text)


def _since(revision: Revision) -> datetime:
    """The first instant from which on the bucket was known to hold what it holds; some value before is another one."""
    last = revision.seen[-1][1]
    former = max(place for place, (_, value) in enumerate(revision.seen) if value != last)
    return revision.seen[former + 1][0]
