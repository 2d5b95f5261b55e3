from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from trueup_sandbox.providers.quickbooks.query import BadQuery, Condition, matches, parse


def test_a_whole_query() -> None:
    query = parse(
        "SELECT * FROM Invoice WHERE MetaData.LastUpdatedTime >= '2026-11-01T00:00:00-07:00' AND Active IN (true,false)"
        " ORDERBY MetaData.LastUpdatedTime DESC STARTPOSITION 11 MAXRESULTS 1000"
    )
    assert query.entity == "Invoice"
    assert query.conditions == (
        Condition("MetaData.LastUpdatedTime", ">=", ("2026-11-01T00:00:00-07:00",)),
        Condition("Active", "in", ("true", "false")),
    )
    assert (query.order, query.descending, query.start, query.most) == ("MetaData.LastUpdatedTime", True, 11, 1000)


def test_the_defaults() -> None:
    query = parse("select count(*) from Customer")
    assert (query.count, query.start, query.most, query.conditions) == (True, 1, 100, ())


@pytest.mark.parametrize(
    "text",
    ["", "drop table Invoice", "select Id from Invoice", "select * from Invoice where Id", "select * from Invoice maxresults 1001",
     "select * from Invoice startposition 0", "select * from Invoice where Id = '1' or Id = '2'"],
)  # fmt: skip
def test_what_the_ledger_does_not_understand(text: str) -> None:
    with pytest.raises(BadQuery):
        parse(text)


@pytest.mark.parametrize(
    ("condition", "actual", "met"),
    [
        (Condition("Id", ">", ("9",)), 10, True),
        (Condition("Balance", "=", ("0",)), Decimal("0.00"), True),
        (Condition("Active", "in", ("true", "false")), False, True),
        (Condition("Active", "=", ("true",)), False, False),
        (Condition("DisplayName", "like", ("%Labs%",)), "Opal Labs Inc.", True),
        (Condition("T", ">=", ("2026-11-01T00:00:00-07:00",)), datetime(2026, 11, 1, 7, tzinfo=UTC), True),
        (
            Condition("T", ">", ("2026-11-01T00:00:00",)),
            datetime(2026, 11, 1, tzinfo=timezone(-timedelta(hours=7))),
            False,
        ),
    ],
)
def test_conditions(condition: Condition, actual: object, met: bool) -> None:
    assert matches(condition, actual) is met
