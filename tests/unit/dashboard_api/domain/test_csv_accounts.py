"""The accounts file."""

from __future__ import annotations

from datetime import date

import pytest

from dashboard_api.domain.configuration import AccountConfig
from dashboard_api.domain.csv_accounts import read_accounts


def test_a_full_row_is_read_whole() -> None:
    text = (
        "client_id,name,time_zone,active_from,active_to,owner,"
        "quickbooks_customer_id,amplitude_account_id,stripe_customer_id\n"
        "cl_1,Alder,Europe/Berlin,2026-01-01,2026-12-31,ben; ana,7,acct|1,cus_1\n"
    )
    rows, wanted, errors = read_accounts(text, {})
    assert (rows, errors) == (1, [])
    assert wanted["cl_1"] == (
        2,
        AccountConfig(
            client_id="cl_1",
            name="Alder",
            time_zone="Europe/Berlin",
            active_from=date(2026, 1, 1),
            active_to=date(2026, 12, 31),
            refs=("amplitude:acct%7C1", "quickbooks:7", "stripe:cus_1"),
            owners=("ana", "ben"),
        ),
    )


def test_only_id_and_name_are_needed() -> None:
    _, wanted, errors = read_accounts("name,client_id\nAlder,cl_1\n", {})
    assert errors == []
    assert (wanted["cl_1"][1].time_zone, wanted["cl_1"][1].refs) == ("UTC", ())


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("-x,Alder,,,", "client_id"),
        ("a b,Alder,,,", "client_id"),
        (",Alder,,,", "client_id"),
        ("c,,,,", "name"),
        ("c,Alder,Berlin,,", "time_zone"),
        ("c,Alder,../etc/passwd,,", "time_zone"),
        ("c,Alder,,01.02.2026,", "active_from"),
        ("c,Alder,,2026-02-01,2026-02-01", "active_to"),
    ],
)
def test_wrong_cells_are_named(row: str, column: str) -> None:
    _, wanted, errors = read_accounts(f"client_id,name,time_zone,active_from,active_to\n{row}\n", {})
    assert [error.column for error in errors] == [column]
    assert wanted == {}


def test_a_ref_cannot_be_taken_from_an_account_outside_the_file() -> None:
    holder = AccountConfig("cl_9", "Nine", "UTC", None, None, ("quickbooks:7",), ())
    text = "client_id,name,quickbooks_customer_id\ncl_1,Alder,7\n"
    assert [error.code for error in read_accounts(text, {"cl_9": holder})[2]] == ["ref_taken"]
    both = text + "cl_9,Nine,\n"
    assert read_accounts(both, {"cl_9": holder})[2] == []
