"""Rate cards as YAML give the rows that a CSV file would, each with its own line, and no number becomes a float."""

from __future__ import annotations

import pytest

from dashboard_api.entrypoints.http.card_yaml import rows_of_yaml

CARD = """\
- client_id: c1
  currency: USD
  components:
    - {kind: graduated, metric: api_calls, unit: calls, valid_from: 2026-01-01, quickbooks_item: 1,
       tiers: [{up_to: 10000, unit_price: 0.010}, {unit_price: 0.008}]}
    - kind: flat
      component: platform fee
      amount: 99.50
      valid_from: 2026-01-01
      valid_to: ~
"""


def test_a_component_becomes_a_row_with_its_line() -> None:
    rows, errors = rows_of_yaml(CARD)
    assert errors == []
    assert [row.line for row in rows] == [4, 6]
    assert rows[0].values["tiers"] == "10000:0.010;rest:0.008"
    assert rows[0].values["client_id"] == rows[1].values["client_id"] == "c1"
    assert (rows[1].values["amount"], rows[1].values["valid_to"]) == ("99.50", "")


@pytest.mark.parametrize(
    ("text", "line", "column", "code"),
    [
        ("- [\n", 2, None, "invalid_yaml"),
        ("client_id: c1\n", 1, None, "invalid_yaml"),
        ("", 1, None, "invalid_yaml"),
        ("- client_id: c1\n", 1, "components", "invalid_yaml"),
        ("- 5\n", 1, "components", "invalid_yaml"),
        ("- components:\n    - 5\n", 2, "components", "invalid_yaml"),
        ("- components:\n    - {price: 5}\n", 2, "price", "unknown_column"),
        ("- components:\n    - {metric: [a]}\n", 2, "metric", "invalid_value"),
        ("- &a {x: 1}\n- *a\n", 1, None, "invalid_yaml"),
        ("\x00", 1, None, "invalid_yaml"),
    ],
)
def test_what_is_wrong_names_line_and_field(text: str, line: int, column: str | None, code: str) -> None:
    errors = rows_of_yaml(text)[1]
    assert [(error.line, error.column, error.code) for error in errors] == [(line, column, code)]


def test_a_tier_without_price_is_left_to_the_row_to_refuse() -> None:
    rows, errors = rows_of_yaml("- components:\n    - {tiers: [5]}\n")
    assert (rows[0].values["tiers"], errors) == ("rest:", [])


def test_too_many_components_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard_api.entrypoints.http.card_yaml.ROWS_MAX", 1)
    assert [error.code for error in rows_of_yaml(CARD)[1]] == ["too_many_rows"]
