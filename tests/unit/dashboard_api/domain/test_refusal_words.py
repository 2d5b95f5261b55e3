"""Every reason for which stripe-webhooks refuses an attempt has a sentence of its own on the screen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dashboard_api.domain import retry_words

SOURCES = Path(__file__).parents[4] / "services" / "stripe-webhooks" / "src" / "stripe_webhooks"
REFUSED = re.compile(r'Outcome\("refused", "(\w+)"')
IN_THE_WAY = re.compile(r'return "(\w+)"')


def reasons() -> set[str]:
    found: set[str] = set()
    for file in SOURCES.rglob("*.py"):
        found |= set(REFUSED.findall(file.read_text()))
    states = (SOURCES / "domain" / "invoice_states.py").read_text()
    return found | set(IN_THE_WAY.findall(states[states.index("def _in_the_way") :]))


def test_the_reasons_are_found() -> None:
    assert {"expired", "not_open", "gateway_refuses_us", "payment_in_progress", "amount_changed"} <= reasons()


@pytest.mark.parametrize("reason", sorted(reasons()))
def test_it_has_words(reason: str) -> None:
    assert reason in retry_words._REFUSED
