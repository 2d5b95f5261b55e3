"""Every reason for which stripe-webhooks refuses an attempt has a sentence of its own on the screen, and no sentence is idle.

The types hold that the service sends no other reason.
"""

from __future__ import annotations

from typing import get_args

import pytest
from tests.unit.dashboard_api.domain.test_retries import NOW, attempt

from dashboard_api.domain import retry_words
from dashboard_api.domain.retries import State
from stripe_webhooks.domain.retries import Refusal

NOTHING_CHARGED = "; nothing was charged."


def test_the_reasons_and_the_words_are_the_same() -> None:
    assert set(get_args(Refusal)) == set(retry_words._REFUSED)


@pytest.mark.parametrize("reason", get_args(Refusal))
def test_it_has_a_sentence_of_its_own(reason: str) -> None:
    said = retry_words.attempt_text(attempt(State.REFUSED, reason=reason), NOW)
    of_others = {retry_words.attempt_text(attempt(State.REFUSED, reason=one), NOW) for one in ("", "brand_new")}
    assert said.endswith(NOTHING_CHARGED)
    assert said not in of_others
