"""The read model's account, as far as decisions depend on it. What cannot be read is missing, never a permission."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from dashboard_api.domain.decisions import Gap, Month, ToldApart

Answer = Mapping[str, Any]


def months_of(reconciliations: Iterable[Answer]) -> dict[date, Month]:
    """First day → month. Rows from before there were decisions tell of none."""
    return {date.fromisoformat(each["period"]["start"]): _month(each) for each in reconciliations}


def _month(payload: Answer) -> Month:
    deciders = [payload.get(name) for name in ("handling", "sign_off")]
    return Month(
        currency=payload["currency"],
        expected_minor=payload["expected_minor"],
        billed_minor=payload["billed_minor"],
        band=payload["band"],
        due=payload["due"],
        mark=payload.get("mark"),
        undoable=frozenset(each["decision"]["decision_id"] for each in deciders if each),
    )


def told_apart_of(discrepancies: Iterable[Answer] | None) -> dict[str, ToldApart]:
    """Invoice → what the two systems say is left of it."""
    return {
        one["document_id"]: ToldApart(
            number=one["number"],
            ledger_minor=one["ledger_minor"],
            gateway_minor=one["gateway_minor"],
            mark=each["mark"],
            undoable=one["handling"]["decision"]["decision_id"] if one["handling"] else None,
        )
        for each in discrepancies or ()
        if (one := each.get("invoice"))
    }


def gaps_of(partials: Iterable[Answer] | None, alive: frozenset[str]) -> dict[str, Gap]:
    """Source → what is missing of it. `alive`: the sources that answer."""
    return {
        each["source"]: Gap(
            missing=each["missing"],
            accepted=each["accepted"]["decision_id"] if each["accepted"] else None,
            alive=each["source"] in alive,
        )
        for each in partials or ()
    }
