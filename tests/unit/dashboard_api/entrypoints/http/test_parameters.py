"""Cursors and plain text."""

from __future__ import annotations

import base64
import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard_api.domain.errors import InvalidRequest
from dashboard_api.entrypoints.http.parameters import decode_cursor, encode_cursor, plain_text
from dashboard_api.ports.reads import Cursor


@given(st.datetimes(timezones=st.just(UTC)), st.integers(0, 2**63 - 1))
def test_a_cursor_survives_the_way(occurred_at: datetime, entry_id: int) -> None:
    cursor = Cursor(occurred_at, entry_id)
    assert decode_cursor(encode_cursor(cursor)) == cursor


@pytest.mark.parametrize(
    "plain",
    ["", "x", "2026-01-01T00:00:00|1", "2026-01-01T00:00:00+00:00|-1", "2026-01-01T00:00:00+00:00|9" + "9" * 19],
)
def test_other_texts_are_no_cursors(plain: str) -> None:
    with pytest.raises(InvalidRequest):
        decode_cursor(base64.urlsafe_b64encode(plain.encode()).decode())


@given(st.text(max_size=50))
def test_no_text_crashes_the_cursor(text: str) -> None:
    with contextlib.suppress(InvalidRequest):
        decode_cursor(text)


def test_plain_text_is_trimmed_and_clean() -> None:
    assert plain_text("  a b ", name="search") == "a b"
    assert plain_text("  ", name="search") is None
    with pytest.raises(InvalidRequest):
        plain_text("a\x00b", name="search")
