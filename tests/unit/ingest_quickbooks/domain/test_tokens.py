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

    @pytest.mark.parametrize(
        ("rolling_s", "hard_s", "days"),
        [
            (8_726_400, 157_680_000, 101),
            (8_726_400, 864_000, 10),
            (None, 864_000, 10),
            (8_726_400, None, 101),
            (8_726_400, "soon", 101),
            (8_726_400, True, 101),
            (8_726_400, 10**30, 101),
            (-1, -1, None),
        ],
    )
    def test_ends_when_the_earlier_end_comes(self, rolling_s: Any, hard_s: Any, days: int | None) -> None:
        answer = {
            "access_token": "a",
            "refresh_token": "r",
            "expires_in": 3600,
            "x_refresh_token_expires_in": rolling_s,
            "x_refresh_token_hard_expires_in": hard_s,
        }
        ends_at = read_token_answer(answer, NOW).refresh_expires_at
        assert ends_at == (None if days is None else NOW + timedelta(days=days))

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
