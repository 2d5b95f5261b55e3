"""The portfolio's forecast against the answer key: the key's own amounts added up, account by account."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from trueup_operator.verify.compare import Difference

Totals = dict[str, tuple[int, int]]
"""Currency → (accounts, minor units)."""


def of_key(keys: Iterable[Mapping[str, Any]]) -> Totals:
    """What the key's forecasts add up to."""
    found: Totals = {}
    for key in keys:
        forecast = key["forecast"] or {}
        if forecast.get("status") == "ok":
            accounts, minor = found.get(forecast["currency"], (0, 0))
            found[forecast["currency"]] = (accounts + 1, minor + int(forecast["amount_minor"]))
    return found


def of_answer(body: Mapping[str, Any]) -> Totals:
    """What the API says of the whole portfolio."""
    return {
        one["currency"]: (int(one["accounts"]), int(one["likely_minor"]))
        for one in body["by_currency"]
        if one["accounts"]
    }


def differences(shown: Totals, key: Totals) -> list[Difference]:
    """Each currency whose accounts or amount are not what the key adds up to."""
    return [
        Difference("portfolio", f"forecast[{currency}]", shown.get(currency), key.get(currency))
        for currency in sorted(shown.keys() | key.keys())
        if shown.get(currency) != key.get(currency)
    ]
