"""Pauses between restarts grow to a bound and start over after a steady run."""

from __future__ import annotations

from trueup_devstack.backoff import FIRST_S, LAST_S, STEADY_S, Backoff


def test_pauses_double_up_to_the_bound() -> None:
    backoff = Backoff()
    pauses = [backoff.after(0.1) for _ in range(12)]
    assert pauses[:4] == [FIRST_S, FIRST_S * 2, FIRST_S * 4, FIRST_S * 8]
    assert pauses == sorted(pauses)
    assert pauses[-1] == LAST_S


def test_a_steady_run_starts_over() -> None:
    backoff = Backoff()
    for _ in range(8):
        backoff.after(0.1)
    assert backoff.after(STEADY_S) == FIRST_S
    assert backoff.after(0.1) == FIRST_S * 2


def test_many_crashes_never_overflow() -> None:
    assert Backoff(crashes_in_a_row=100_000).after(0) == LAST_S
