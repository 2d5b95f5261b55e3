"""Compare what Trueup shows of one account with the answer key. Pure; a difference names its path and both sides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Shown = Mapping[str, Any]
Key = Mapping[str, Any]


@dataclass(frozen=True)
class Difference:
    """One figure on which Trueup and the key disagree."""

    client_id: str
    path: str
    shown: object
    expected: object

    def __str__(self) -> str:
        return f"{self.client_id} {self.path}: shown {self.shown!r}, expected {self.expected!r}"


PERIOD_FIGURES = ("expected_minor", "billed_minor", "amount_minor", "percent", "band", "currency")
NOT_JUDGED = "cannot_judge"
TOO_EARLY = "refused for facts that have not arrived"
"""As of the row's own watermarks nobody could judge; by now the sources hold all that is needed."""
ROOT_TOLERANCE = Decimal("0.00001")
"""Units by which the ends of a range may differ."""


def compare(shown: Shown, key: Key) -> list[Difference]:
    """Every figure of the detail page that the key knows."""
    client_id = str(key["client_id"])
    pairs = _row(shown, key) if not key["cannot_judge"] else _refusal(shown, key)
    found = [*pairs, *_usage(shown, key), *_forecast(shown, key), *_invoices(shown, key)]
    return [Difference(client_id, path, left, right) for path, left, right in found if left != right]


def _refusal(shown: Shown, key: Key) -> Iterator[tuple[str, object, object]]:
    variance = shown.get("variance")
    if key["row_variance"] is None:  # no period has ended
        yield "variance", variance, None
    else:
        reasons = {reason["code"] for reason in (variance or {}).get("reasons", [])}
        yield "variance.band", (variance or {}).get("band"), NOT_JUDGED
        yield "variance.reasons", sorted(reasons), sorted(set(key["cannot_judge"]))
    if not key.get("cannot_judge_in_truth", key["cannot_judge"]):
        yield "variance", TOO_EARLY, "judged"


def _row(shown: Shown, key: Key) -> Iterator[tuple[str, object, object]]:
    yield from _figures("variance", shown.get("variance"), key["row_variance"])
    invoice = key["invoice"] or {}
    total = shown.get("invoice_total") or {}
    yield "invoice_total.amount_minor", total.get("amount_minor"), invoice.get("total_minor")
    yield "invoice_total.currency", total.get("currency"), invoice.get("currency")
    yield "due_date", shown.get("due_date"), invoice.get("due_on")
    yield "status", shown.get("status"), invoice.get("status")
    reconciliations = {row["period"]["start"]: row for row in shown.get("reconciliations", [])}
    periods = {period["start"]: period for period in key["periods"]}
    for start in sorted(reconciliations.keys() | periods.keys()):
        path = f"reconciliations[{start}]"
        yield from _figures(path, reconciliations.get(start), periods.get(start))
        parts = _causes(periods.get(start))
        yield f"{path}.explained", _causes(reconciliations.get(start)), parts
        if start in reconciliations:
            rest = sum(amount for cause, amount in parts if cause == "unexplained")
            yield f"{path}.unexplained_minor", reconciliations[start].get("unexplained_minor"), rest


def _causes(period: Mapping[str, Any] | None) -> list[tuple[str, int]]:
    """The named parts of a variance, in their order."""
    return [(part["cause"], part["amount_minor"]) for part in (period or {}).get("explained", [])]


def _figures(path: str, shown: Shown | None, key: Key | None) -> Iterator[tuple[str, object, object]]:
    if shown is None or key is None:
        yield path, None if shown is None else "present", None if key is None else "present"
        return
    for name in PERIOD_FIGURES:
        yield f"{path}.{name}", shown.get(name), key.get("variance_minor" if name == "amount_minor" else name)


def _usage(shown: Shown, key: Key) -> Iterator[tuple[str, object, object]]:
    yield "usage_mtd", _quantities(shown.get("usage_mtd", []), "quantity"), _quantities(key["usage_mtd"], "quantity")


def _quantities(rows: Iterable[Mapping[str, Any]], name: str) -> dict[str, str]:
    return {row["metric"]: row[name] for row in rows if row[name] not in (None, "0")}


def _forecast(shown: Shown, key: Key) -> Iterator[tuple[str, object, object]]:
    left, right = shown.get("forecast") or {}, key["forecast"] or {}
    yield "forecast.status", left.get("status"), right.get("status")
    if right.get("status") != "ok":
        return
    for name, of in (("amount", "amount_minor"), ("low", "low_minor"), ("high", "high_minor")):
        amount = left.get(name) or {}
        yield f"forecast.{name}.amount_minor", amount.get("amount_minor"), right[of]
        yield f"forecast.{name}.currency", amount.get("currency"), right["currency"]
    for name in ("projected_quantity", "backtest_error_percent"):
        yield (
            f"forecast.metrics.{name}",
            _quantities(left.get("metrics", []), name),
            _quantities(right["metrics"], name),
        )
    for name in ("low_quantity", "high_quantity"):
        one, other = _quantities(left.get("metrics", []), name), _quantities(right["metrics"], name)
        yield f"forecast.metrics.{name}", one, one if _as_good_as(one, other) else other


def _as_good_as(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """A root has no last digit: one that is cut after the sixth and one that is not may differ there."""
    return one.keys() == other.keys() and all(
        abs(Decimal(one[name]) - Decimal(other[name])) <= ROOT_TOLERANCE for name in one
    )


def _invoices(shown: Shown, key: Key) -> Iterator[tuple[str, object, object]]:
    known = {row["document_id"]: row for row in key["invoices"]}
    for row in shown.get("invoices", []):
        expected = known.get(row["document_id"])
        path = f"invoices[{row['number'] or row['document_id']}]"
        if row.get("kind") == "credit_memo":
            continue
        if expected is None:
            yield path, "present", None
            continue
        for name in ("status", "remaining_minor", "paid_minor", "credited_minor"):
            yield f"{path}.{name}", row.get(name), expected[name]
