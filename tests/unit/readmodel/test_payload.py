"""The words of the payloads are the words of the decisions."""

from __future__ import annotations

from typing import get_args

from reconciler.domain import completeness, forecast, snapshot
from trueup_billing import Source
from trueup_readmodel import payload


def test_states_are_the_same_words() -> None:
    assert get_args(payload.SourceState) == get_args(completeness.State)
    assert get_args(payload.Forecast.__annotations__["status"]) == get_args(forecast.Status)
    assert get_args(payload.LinkedRef.__annotations__["linked_by"]) == get_args(snapshot.LinkedBy)


def test_every_source_has_an_age_at_which_it_is_stale() -> None:
    assert set(payload.STALE_AFTER_S) == {source.value for source in Source}
    assert max(payload.STALE_AFTER_S.values()) < payload.EXPIRED_AFTER_S
