"""Trace context goes on from what came in, or begins anew."""

from __future__ import annotations

import pytest

from trueup_kit import trace

INCOMING = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"


def test_a_trace_is_continued_with_a_span_of_its_own() -> None:
    with trace.use(INCOMING) as inside:
        assert trace.trace_id() == "a" * 32
        assert inside.split("-")[2] != "b" * 16
        assert trace.current() == inside
    assert trace.current() is None
    assert trace.trace_id() is None


@pytest.mark.parametrize("broken", [None, "", "x", "00-" + "0" * 32 + "-" + "b" * 16 + "-01", INCOMING + "-more"])
def test_what_is_no_trace_begins_a_new_one(broken: str | None) -> None:
    with trace.use(broken), trace.use(broken) as inner:
        assert len(inner) == len(INCOMING)
        assert trace.trace_id() not in {"a" * 32, "0" * 32}


def test_the_outer_trace_is_in_hand_again_afterwards() -> None:
    with trace.use(INCOMING) as outer:
        with trace.use():
            assert trace.trace_id() != "a" * 32
        assert trace.current() == outer
