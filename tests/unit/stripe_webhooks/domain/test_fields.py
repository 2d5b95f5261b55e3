"""Fields of Stripe's bodies: what is on the border of being readable, and where it stands."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from stripe_webhooks.domain import fields
from trueup_billing import InvalidValue

LAST_S = 253_402_300_799
"""The last second of the year 9999, UTC."""


@pytest.mark.parametrize(
    ("seconds", "instant"),
    [(0, datetime(1970, 1, 1, tzinfo=UTC)), (LAST_S, datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC))],
)
def test_the_first_and_the_last_instant_can_be_told(seconds: int, instant: datetime) -> None:
    assert fields.instant({"created": seconds}, "created") == instant


@pytest.mark.parametrize("seconds", [-1, LAST_S + 1])
def test_beside_them_there_is_none(seconds: int) -> None:
    with pytest.raises(InvalidValue, match=f"created is {seconds}, no instant"):
        fields.instant({"created": seconds}, "created")


@pytest.mark.parametrize(
    ("currency", "amount", "minor"), [("UGX", 100, 1), ("ISK", 500, 5), ("MGA", 7, 700), ("USD", 7, 7), ("JPY", 7, 7)]
)
def test_amounts_become_minor_units_of_iso_4217(currency: str, amount: int, minor: int) -> None:
    assert fields.money({"amount": amount}, "amount", currency) == minor


@pytest.mark.parametrize(("currency", "amount"), [("UGX", 101), ("ISK", 1), ("UGX", 99)])
def test_what_is_no_whole_number_of_them_is_none(currency: str, amount: int) -> None:
    with pytest.raises(InvalidValue, match="no whole number"):
        fields.money({"amount": amount}, "amount", currency)


@pytest.mark.parametrize(
    ("path", "place"),
    [("", "lines"), ("data.object", "data.object.lines"), ("in_1 of a list ", "in_1 of a list lines")],
)
def test_a_field_is_named_with_the_path_to_it(path: str, place: str) -> None:
    located = fields.locate({"lines": 1}, path)
    assert fields.place(located, "lines") == place


def test_every_object_inside_knows_its_path() -> None:
    body: dict[str, Any] = {"payments": {"data": [{"id": "a"}, {"id": "b"}]}, "id": "in_1"}
    located = fields.locate(body, "data")
    assert located == body
    assert fields.place(located["payments"]["data"][1], "id") == "data.payments.data[1].id"
    assert fields.place(located, "id") == "data.id"
    assert fields.locate("in_1", "data") == "in_1"
