"""Token answers and when to renew."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ingest_quickbooks.domain.tokens import BadTokenAnswer, read_token_answer, reconnect_soon, renewal_due

NOW = datetime(2026, 11, 10, tzinfo=UTC)


class TestReadTokenAnswer:
    def test_reads_both_tokens_and_their_ends(self) -> None:
        answer = {"access_token": "a", "refresh_token": "r", "expires_in": 3600, "x_refresh_token_expires_in": 8726400}
        read = read_token_answer(answer, NOW)
        assert (read.access_token, read.refresh_token) == ("a", "r")
        assert read.access_expires_at == NOW + timedelta(hours=1)
        assert read.refresh_expires_at == NOW + timedelta(days=101)

    def test_never_shows_itself(self) -> None:
        assert "secret" not in repr(
            read_token_answer({"access_token": "secret", "refresh_token": "secret", "expires_in": 1}, NOW)
        )

    @pytest.mark.parametrize(
        "answer", [None, {}, {"access_token": "a"}, {"access_token": "a", "refresh_token": "r", "expires_in": "1"}]
    )
    def test_refuses_what_is_no_token(self, answer: Any) -> None:
        with pytest.raises(BadTokenAnswer):
            read_token_answer(answer, NOW)


class TestRenewalDue:
    def test_five_minutes_before_the_end(self) -> None:
        assert renewal_due(None, NOW)
        assert renewal_due(NOW + timedelta(minutes=5), NOW)
        assert not renewal_due(NOW + timedelta(minutes=5, seconds=1), NOW)


@pytest.mark.parametrize(("days", "soon"), [(101, False), (15, False), (14, True), (0, True), (-1, True)])
def test_a_person_hears_a_fortnight_before_the_connection_ends(days: int, soon: bool) -> None:
    assert reconnect_soon(NOW + timedelta(days=days), NOW) == soon
