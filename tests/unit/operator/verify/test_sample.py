"""What may be drawn."""

from __future__ import annotations

import pytest

from trueup_operator.errors import OperatorError
from trueup_operator.verify.sample import parse


def test_reads_kinds_and_numbers() -> None:
    assert parse("accounts=10,details=5") == {"accounts": 10, "details": 5}


@pytest.mark.parametrize("text", ["accounts", "accounts=x", "refunds=3", ""])
def test_names_what_it_does_not_know(text: str) -> None:
    with pytest.raises(OperatorError, match="accounts=N"):
        parse(text)
