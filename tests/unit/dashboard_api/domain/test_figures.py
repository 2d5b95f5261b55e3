"""No number of the grid and the account is shown without a definition."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dashboard_api.domain.figures import FIGURES

ROOT = Path(__file__).parents[4]
SCHEMAS: dict[str, Any] = json.loads((ROOT / "docs" / "openapi.json").read_text())["components"]["schemas"]
SHOWN = ("Portfolio", "PortfolioForecast", "Account", "Invoices", "Timeline", "Explanation", "UnlinkedCustomers")
NUMERIC = re.compile(
    r'"type": "(integer|number)"|An exact decimal as text|A signed decimal with two digits|schemas/Money"'
)
# Reviewed: these numbers are no figures about a client.
NO_FIGURES = {
    "Account.policy_version",
    "Account.revision",
    "AccountItem.policy_version",
    "AccountItem.revision",
    "Decision.revision",
    "CardVersion.version",
    "DocumentRow.version",
    "Explanation.revision",
    "Explanation.version",
    "Forecast.version",
    "Invoices.page",
    "Invoices.page_size",
    "Invoices.total",
    "Money.amount_minor",
    "Portfolio.page",
    "Portfolio.page_size",
    "Portfolio.total",
    "SignOff.policy_version",
    "UnlinkedCustomers.page",
    "UnlinkedCustomers.page_size",
    "UnlinkedCustomers.total",
    "UsageRow.version",
}


def reachable(names: tuple[str, ...]) -> set[str]:
    seen: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += re.findall(r"#/components/schemas/(\w+)", json.dumps(SCHEMAS[name]))
    return seen


def numeric_fields() -> Iterator[str]:
    for name in sorted(reachable(SHOWN)):
        for field, shape in SCHEMAS[name].get("properties", {}).items():
            if NUMERIC.search(json.dumps(shape)):
                yield f"{name}.{field}"


def test_every_number_shown_is_defined_or_reviewed_as_no_figure() -> None:
    """Add a new number to FIGURES in dashboard_api/domain/figures.py; then `make schemas`."""
    found = set(numeric_fields())
    assert len(found) > 40
    defined = {field for figure in FIGURES for field in figure.fields}
    assert found - defined - NO_FIGURES == set()
    assert defined - found == set(), "defined, but no longer there"
    assert NO_FIGURES - found == set()
    assert defined & NO_FIGURES == set()


def test_each_figure_is_whole_and_named_once() -> None:
    assert len({figure.id for figure in FIGURES}) == len(FIGURES)
    fields = [field for figure in FIGURES for field in figure.fields]
    assert len(fields) == len(set(fields))
    for figure in FIGURES:
        assert re.fullmatch(r"[a-z][a-z_]+", figure.id)
        assert figure.shown
        assert figure.definition.endswith(".")
        assert all((figure.name, figure.formula, figure.source, figure.unit, figure.rounding))
