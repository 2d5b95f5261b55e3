"""A figure with the rows and the arithmetic behind it: what was read, what was multiplied, what came out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from trueup_billing import format_decimal

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class UsageRow:
    """One bucket as it is stored. `earlier`: values that it had after its day was over, with their instants."""

    ref: str
    metric: str
    day: date
    quantity: str
    unit: str
    version: int
    observed_at: datetime
    earlier: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """The head of one document as it is stored."""

    document_id: str
    ref: str
    state: str
    version: int
    source_version: str | None
    created_at: str | None
    observed_at: str | None


@dataclass(frozen=True, slots=True)
class CardVersion:
    """The latest version of the account's rate card."""

    version: int
    imported_at: datetime
    imported_by: str


@dataclass(frozen=True, slots=True)
class Decided:
    """A period as it was decided, with the rows as they are now."""

    client_id: str
    name: str
    revision: int
    version: int
    decided_at: datetime
    payload: Json
    usage: Sequence[UsageRow]
    documents: Sequence[DocumentRow]
    card: CardVersion | None


def explanation(found: Decided) -> dict[str, Any]:
    """The whole of it, as it is served."""
    payload = found.payload
    receipt = payload["receipt"]
    expected = [_with_rows(part, found.usage) for part in receipt["expected"]]
    documents = {row.document_id: _document(row) for row in found.documents}
    return {
        "client_id": found.client_id,
        "name": found.name,
        "revision": found.revision,
        "version": found.version,
        "decided_at": found.decided_at.isoformat(),
        "period": payload["period"],
        "currency": payload["currency"],
        "band": payload["band"],
        "due": payload["due"],
        "percent": payload["percent"],
        "priced_by": payload["priced_by"],
        "reasons": payload["reasons"],
        "expected_minor": payload["expected_minor"],
        "billed_minor": payload["billed_minor"],
        "amount_minor": payload["amount_minor"],
        "unexplained_minor": payload["unexplained_minor"],
        "rate_card": None if found.card is None else _card(found.card),
        "expected": expected,
        "billed": [part | {"document": documents.get(part["document_id"])} for part in receipt["billed"]],
        "credits": [part | {"document": documents.get(part["document_id"])} for part in receipt["credits"]],
        "explained": payload["explained"],
        "boundary": receipt.get("boundary", []),
        "steps": list(_steps(payload)),
        "rows_agree": all(part["rows_agree"] for part in expected),
    }


def _card(card: CardVersion) -> dict[str, Any]:
    return {"version": card.version, "imported_at": card.imported_at.isoformat(), "imported_by": card.imported_by}


def _document(row: DocumentRow) -> dict[str, Any]:
    return {
        "id": row.document_id,
        "ref": row.ref,
        "state": row.state,
        "version": row.version,
        "source_version": row.source_version,
        "created_at": row.created_at,
        "observed_at": row.observed_at,
    }


def _with_rows(part: Json, usage: Sequence[UsageRow]) -> dict[str, Any]:
    """A line of the rate card with the buckets of its metric and days; facts that came since may not add up to it."""
    metered = bool(part["metric"]) and part["kind"] not in {"flat", "minimum", "discount"}
    rows = [row for row in usage if metered and row.metric == part["metric"] and _inside(row.day, part)]
    total = sum((Decimal(row.quantity) for row in rows), Decimal(0))
    return {
        **part,
        "rows": [_bucket(row) for row in rows],
        "rows_quantity": format_decimal(total) if metered else None,
        "rows_agree": not metered or total == Decimal(part["quantity"]),
    }


def _inside(day: date, part: Json) -> bool:
    return bool(part["from_day"] <= day.isoformat() <= part["to_day"])


def _bucket(row: UsageRow) -> dict[str, Any]:
    return {
        "source": "amplitude",
        "id": f"{row.ref}|{row.metric}|{row.day.isoformat()}",
        "version": row.version,
        "day": row.day.isoformat(),
        "quantity": format_decimal(Decimal(row.quantity)),
        "unit": row.unit,
        "observed_at": row.observed_at.isoformat(),
        "earlier": [{"observed_at": at, "quantity": quantity} for at, quantity in row.earlier],
    }


def _step(text: str, amount_minor: int | None, kind: str = "line") -> dict[str, Any]:
    return {"kind": kind, "text": text, "amount_minor": amount_minor}


def _steps(payload: Json) -> Iterator[dict[str, Any]]:
    """The arithmetic from the first line to the figure."""
    receipt = payload["receipt"]
    for part in receipt["expected"]:
        days = f"{part['from_day']} to {part['to_day']}"
        yield _step(f"{part['component']}, {days}: {part['formula']}", part["amount_minor"])
    yield _step("Expected", payload["expected_minor"], "sum")
    for part in receipt["billed"]:
        assumed = " (period assumed)" if part["assumed"] else ""
        what = part["description"] or "line without description"
        yield _step(f"Invoice {part['number'] or part['document_id']}: {what}{assumed}", part["amount_minor"])
    for part in receipt["credits"]:
        yield _step(f"Credit on invoice {part['number'] or part['document_id']}", -part["amount_minor"])
    yield _step("Billed, less credits", payload["billed_minor"], "sum")
    if payload["amount_minor"] is None:
        return
    percent = f", {payload['percent']} % of expected" if payload["percent"] is not None else ""
    yield _step(f"Difference: billed − expected{percent}", payload["amount_minor"], "figure")
    for part in payload["explained"]:
        yield _step(f"of it {part['cause'].replace('_', ' ')}: {part['rule']}", part["amount_minor"], "part")
