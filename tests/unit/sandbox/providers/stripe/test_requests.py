from __future__ import annotations

import pytest

from trueup_sandbox.providers.gate import Refused
from trueup_sandbox.providers.stripe.lists import within
from trueup_sandbox.providers.stripe.requests import parse, reject_unknown


@pytest.mark.parametrize(
    ("text", "params"),
    [
        ("limit=3&status=open", {"limit": "3", "status": "open"}),
        ("created[gte]=5&created[lt]=9", {"created": {"gte": "5", "lt": "9"}}),
        ("expand[]=a.b&expand[]=c", {"expand": ["a.b", "c"]}),
        ("expand[0]=a&expand[1]=b", {"expand": ["a", "b"]}),
        ("payment[type]=payment_intent&payment[payment_intent]=pi_1", {"payment": {"type": "payment_intent", "payment_intent": "pi_1"}}),
        ("types%5B0%5D=invoice.paid", {"types": ["invoice.paid"]}),
    ],
)  # fmt: skip
def test_nested_parameters(text: str, params: dict[str, object]) -> None:
    assert parse(text) == params


def test_bounds_of_an_instant() -> None:
    assert within({"created": {"gt": "5", "lte": "9"}}, "created") == range(6, 10)
    assert within({"created": "7"}, "created") == range(7, 8)
    with pytest.raises(Refused):
        within({"created": {"gte": "yesterday"}}, "created")


def test_an_unknown_parameter_is_refused_by_name() -> None:
    with pytest.raises(Refused) as caught:
        reject_unknown({"colour": "red"}, {"limit"})
    assert b"colour" in caught.value.response.body
