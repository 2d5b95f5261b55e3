"""Rules 13 and 14 of reconciliation: what makes two readings of usage the same fact, for good."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.unit.contracts.test_envelope import NOW, usage


def test_domain_rule_13_a_later_reading_of_a_bucket_has_the_key_of_the_former_one() -> None:
    first, again = usage(quantity="10"), usage(quantity="12", version=2, observed_at=NOW + timedelta(minutes=5))
    assert first.key() == again.key()
    assert first.ce_id() != again.ce_id()


@pytest.mark.parametrize("later", [timedelta(hours=25), timedelta(days=8), timedelta(days=400)])
def test_domain_rule_14_the_key_outlives_the_windows_in_which_sources_tell_repeats_apart(later: timedelta) -> None:
    assert usage(observed_at=NOW + later).key() == usage().key() == "amplitude:acct_1|api_calls|2026-10-01"
    assert usage(observed_at=NOW + later).ce_id() == usage().ce_id()


@pytest.mark.parametrize("other", [{"ref": "amplitude:acct_2"}, {"metric": "messages_sent"}, {"bucket": "2026-10-02"}])
def test_domain_rule_14_another_account_metric_or_bucket_has_another_key(other: dict[str, object]) -> None:
    assert usage(**other).key() != usage().key()
