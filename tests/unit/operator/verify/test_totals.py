"""The portfolio's totals are held to the key's own sum."""

from __future__ import annotations

from typing import Any

from trueup_operator.verify.totals import differences, of_answer, of_key


def key(amount_minor: int | None, currency: str = "USD", status: str = "ok") -> dict[str, Any]:
    return {"forecast": {"status": status, "amount_minor": amount_minor, "currency": currency}}


def shown(**amounts: tuple[int, int]) -> dict[str, Any]:
    return {
        "by_currency": [
            {"currency": currency, "accounts": accounts, "likely_minor": minor}
            for currency, (accounts, minor) in amounts.items()
        ]
    }


def test_the_key_adds_up_what_has_a_forecast_in_each_currency() -> None:
    keys = [key(5), key(7), key(9, "EUR"), key(None, status="ended")]
    assert of_key(keys) == {"USD": (2, 12), "EUR": (1, 9)}


def test_equal_totals_agree_and_a_currency_that_only_lost_accounts_is_no_total() -> None:
    assert differences(of_answer(shown(USD=(2, 12), EUR=(0, 0))), of_key([key(5), key(7)])) == []


def test_an_amount_a_count_or_a_currency_too_many_differs() -> None:
    keys = of_key([key(5), key(7)])
    assert [str(one) for one in differences(of_answer(shown(USD=(2, 13))), keys)] == [
        "portfolio forecast[USD]: shown (2, 13), expected (2, 12)"
    ]
    assert len(differences(of_answer(shown(USD=(1, 12))), keys)) == 1
    assert len(differences(of_answer(shown(USD=(2, 12), JPY=(1, 1))), keys)) == 1
