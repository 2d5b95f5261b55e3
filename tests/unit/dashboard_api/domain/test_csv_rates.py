"""The rates file."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from dashboard_api.domain.csv_rates import read_rates

HEADER = "client_id,metric,unit,unit_price,currency,quickbooks_item,valid_from,valid_to\n"


def test_prices_are_exact_and_may_be_nothing() -> None:
    text = HEADER + "c,api_calls,calls,0.000000000001,USD,1,2026-01-01,2026-02-01\nc,seats,seats,0,JPY,,2026-01-01,\n"
    rows, wanted, errors = read_rates(text, ["c"])
    assert (rows, errors) == (2, [])
    rates = [rate for _, rate in wanted.values()]
    assert [rate.unit_price for rate in rates] == [Decimal("0.000000000001"), Decimal(0)]
    assert [(rate.valid_to, rate.item_id) for rate in rates] == [(date(2026, 2, 1), "1"), (None, None)]


def test_prices_may_follow_each_other_but_not_overlap() -> None:
    first = "c,m,u,1,USD,,2026-01-01,2026-02-01\n"
    assert read_rates(HEADER + first + "c,m,u,2,USD,,2026-02-01,\n", ["c"])[2] == []
    overlapping = read_rates(HEADER + first + "c,m,u,2,USD,,2026-01-31,\n", ["c"])[2]
    assert [(error.line, error.code) for error in overlapping] == [(3, "overlapping_rates")]
    other = read_rates(HEADER + first + "c,other,u,2,USD,,2026-01-31,\n", ["c"])[2]
    assert other == []


def test_an_account_must_be_there() -> None:
    errors = read_rates(HEADER + "c,m,u,1,USD,,2026-01-01,\n", [])[2]
    assert [(error.line, error.column, error.code) for error in errors] == [(2, "client_id", "unknown_account")]
