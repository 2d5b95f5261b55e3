"""The rate cards file: every kind of component, and what is wrong with a row by column."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from dashboard_api.domain.configuration import RateConfig
from dashboard_api.domain.csv_rates import Wanted, read_rates, rows_of_csv
from dashboard_api.domain.imports import RowError

HEADER = "client_id,metric,unit,unit_price,currency,quickbooks_item,valid_from,valid_to\n"
WIDE = (
    "client_id,component,kind,metric,unit,unit_price,tiers,package_size,included,amount,percent,billed,proration,"
    "currency,quickbooks_item,valid_from,valid_to\n"
)


def read(text: str, clients: list[str] | None = None) -> tuple[int, Wanted, list[RowError]]:
    return read_rates(*rows_of_csv(text), clients if clients is not None else ["c"])


def row(cells: str, *, currency: str = "USD", item: str = "", days: str = "2026-01-01,") -> str:
    return f"c,{cells},{currency},{item},{days}\n"


def one(cells: str, **more: str) -> RateConfig:
    _, wanted, errors = read(WIDE + row(cells, **more))
    assert errors == []
    [(_, rate)] = wanted.values()
    return rate


def test_prices_are_exact_and_may_be_nothing() -> None:
    text = HEADER + "c,api_calls,calls,0.000000000001,USD,1,2026-01-01,2026-02-01\nc,seats,seats,0,USD,,2026-01-01,\n"
    rows, wanted, errors = read(text)
    assert (rows, errors) == (2, [])
    rates = [rate for _, rate in wanted.values()]
    assert [rate.unit_price for rate in rates] == [Decimal("0.000000000001"), Decimal(0)]
    assert [(rate.valid_to, rate.item_id) for rate in rates] == [(date(2026, 2, 1), "1"), (None, None)]
    assert [(rate.kind, rate.component) for rate in rates] == [("per_unit", "api_calls"), ("per_unit", "seats")]


def test_each_kind_has_its_cells() -> None:
    assert one(",graduated,m,u,,10000:0.01; rest:0.008,,500,,,,").tiers == (
        (Decimal(10_000), Decimal("0.01")),
        (None, Decimal("0.008")),
    )
    assert one(",volume,m,u,,rest:1,,,,,,second").proration == "second"
    assert one(",package,m,u,5,,1000,,,,,").package_size == 1_000
    assert one(",as_invoiced,m,u,,,,,,,,", item="1").item_id == "1"
    fee = one("platform fee,flat,,,,,,,99.50,,advance,none")
    assert (fee.amount_minor, fee.billed, fee.component) == (9_950, "advance", "platform fee")
    assert one("fee,flat,,,,,,,99,,,", currency="JPY").amount_minor == 99
    assert one(",minimum,,,,,,,500,,,").component == "minimum"
    assert one(",discount,m,,,,,,,12.5,,").percent == Decimal("12.5")
    assert one(",discount,,,,,,,20,,,").amount_minor == 2_000


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        (",tiered,m,u,1,,,,,,,", "kind", "invalid_value"),
        (",graduated,m,u,,,,,,,,", "tiers", "missing_value"),
        (",graduated,m,u,,10:1,,,,,,", "tiers", "invalid_value"),
        (",graduated,m,u,,20:1;10:1;rest:1,,,,,,", "tiers", "invalid_value"),
        (",graduated,m,u,,rest:1;rest:2,,,,,,", "tiers", "invalid_value"),
        (",graduated,m,u,,0:1;rest:2,,,,,,", "tiers", "invalid_value"),
        (",volume,m,u,,rest:x,,,,,,", "tiers", "invalid_value"),
        (",package,m,u,5,,,,,,,", "package_size", "missing_value"),
        (",package,m,u,5,,0,,,,,", "package_size", "invalid_value"),
        (",as_invoiced,m,u,,,,,,,,", "quickbooks_item", "missing_value"),
        (",flat,,,,,,,10,,,", "component", "missing_value"),
        ("fee,flat,,,,,,,1.005,,,", "amount", "invalid_value"),
        ("fee,flat,,,,,,,much,,,", "amount", "invalid_value"),
        ("fee,flat,,,,,,,10,,later,", "billed", "invalid_value"),
        ("fee,flat,,,,,,,10,,,hour", "proration", "invalid_value"),
        (",minimum,,,,,,,,,,", "amount", "missing_value"),
        (",discount,,,,,,,,,,", "percent", "missing_value"),
        (",discount,,,,,,,5,5,,", "percent", "missing_value"),
        (",discount,,,,,,,,101,,", "percent", "invalid_value"),
        (",,m,u,1,rest:1,,,,,,", "tiers", "unused_value"),
        (",,m,u,1,,,,,,,", None, ""),
        (",,m m,u,1,,,,,,,", "metric", "invalid_value"),
    ],
)
def test_an_error_names_its_column(cells: str, column: str | None, code: str) -> None:
    errors = read(WIDE + row(cells))[2]
    assert [(error.line, error.column, error.code) for error in errors] == (
        [] if column is None else [(2, column, code)]
    )


def test_an_amount_waits_for_a_sound_currency() -> None:
    errors = read(WIDE + row("fee,flat,,,,,,,10,,,", currency="usd"))[2]
    assert [error.column for error in errors] == ["currency"]


def test_prices_may_follow_each_other_but_not_overlap() -> None:
    first = "c,m,u,1,USD,,2026-01-01,2026-02-01\n"
    assert read(HEADER + first + "c,m,u,2,USD,,2026-02-01,\n")[2] == []
    overlapping = read(HEADER + first + "c,m,u,2,USD,,2026-01-31,\n")[2]
    assert [(error.line, error.code) for error in overlapping] == [(3, "overlapping_rates")]
    other = read(HEADER + first + "c,other,u,2,USD,,2026-01-31,\n")[2]
    assert other == []


def test_two_kinds_of_price_must_not_rate_one_metric_at_once() -> None:
    text = WIDE + row("a,,m,u,1,,,,,,,") + row("b,graduated,m,u,,rest:1,,,,,,")
    assert [error.code for error in read(text)[2]] == ["overlapping_rates"]


def test_a_card_has_one_currency_on_each_day() -> None:
    euro = row("fee,flat,,,,,,,10,,,", currency="EUR", days="2026-06-01,")
    assert [error.code for error in read(WIDE + row(",,m,u,1,,,,,,,") + euro)[2]] == ["several_currencies"]
    assert read(WIDE + row(",,m,u,1,,,,,,,", days="2026-01-01,2026-06-01") + euro)[2] == []


def test_an_account_must_be_there() -> None:
    errors = read(HEADER + "c,m,u,1,USD,,2026-01-01,\n", [])[2]
    assert [(error.line, error.column, error.code) for error in errors] == [(2, "client_id", "unknown_account")]


def test_a_component_is_there_once() -> None:
    errors = read(HEADER + "c,m,u,1,USD,,2026-01-01,\nc,m,u,2,USD,,2026-01-01,\n")[2]
    assert [(error.line, error.code) for error in errors] == [(3, "repeated_row")]
